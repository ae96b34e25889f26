"""The words about time that the practice spends on a client."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from clinic.domain.dates import count
from clinic.domain.staff_time import StaffTimeKind, TimePeriod, TimeTotal
from clinic.models import StaffTime
from clinic.services.clients.staff_time import ClientTime
from clinic.web.filters import day_year

KIND_WORDS = {
    StaffTimeKind.LIVE: "Live contact: by phone, by video or in person",
    StaffTimeKind.REVIEW: "Looking at what came, answering, planning",
}
SHORT = {StaffTimeKind.LIVE: "Live contact", StaffTimeKind.REVIEW: "Review"}


@dataclass(frozen=True, slots=True)
class TimeLine:
    """One entry, as the client's page lists it."""

    id: uuid.UUID
    title: str
    facts: Sequence[str]
    note: str | None
    is_removed: bool


def lines(entries: Sequence[StaffTime]) -> list[TimeLine]:
    """All that is written down, removed ones too."""
    return [
        TimeLine(
            each.id,
            f"{day_year(each.day)}: {count(each.minutes, 'minute')}",
            [SHORT[each.kind], each.user.name],
            each.note,
            each.removed_at is not None,
        )
        for each in entries
    ]


def facts(total: TimeTotal) -> list[tuple[str, str]]:
    """What a period comes to."""
    return [
        ("Time", count(total.minutes, "minute")),
        ("Live contacts", str(total.live_contacts)),
        ("Days with data", f"{count(total.days_with_data, 'day')} on which the client logged something"),
    ]


def span(period: TimePeriod) -> str:
    """The days of a period."""
    return f"{day_year(period.first)} to {day_year(period.last)}"


def together(found: Sequence[ClientTime]) -> str:
    """What a period comes to for all clients."""
    minutes = sum(each.total.minutes for each in found)
    live = sum(each.total.live_contacts for each in found)
    of = count(len(found), "client")
    return f"{count(minutes, 'minute')} for {of}, {count(live, 'live contact')}."
