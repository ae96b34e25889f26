"""Appointments in words, each by the clock of whoever reads it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from uuid import UUID
from zoneinfo import ZoneInfo

from clinic.domain.appointments import AppointmentState, is_to_come
from clinic.domain.booking import BookingState, BookingWay
from clinic.domain.dates import time_in_words
from clinic.domain.people import who
from clinic.domain.words import say, say_many
from clinic.models import Appointment, BookingOffer, BookingRequest
from clinic.web.filters import city, day_year

WAYS: Mapping[BookingWay, str] = MappingProxyType(
    {BookingWay.PRACTICE: say("At the practice"), BookingWay.VIDEO: say("By video")}
)
BY_VIDEO = say("by video")
OUTCOME_WORDS: Mapping[AppointmentState, str] = MappingProxyType(
    {AppointmentState.HELD: say("Held"), AppointmentState.MISSED: say("Missed")}
)
TO_THE_CLIENT: Mapping[BookingState, str] = MappingProxyType(
    {
        BookingState.ASKED: say(
            "You have asked for a session. The practice looks at it and offers you times."
        ),
        BookingState.OFFERED: say("The practice offers you these times. Take the one that suits you."),
        BookingState.DECLINED: say("The practice has answered without a time."),
    }
)

# the same, where another time is asked for
MOVE_TO_THE_CLIENT: Mapping[BookingState, str] = MappingProxyType(
    {
        BookingState.ASKED: say(
            "You have asked for another time. The practice looks at it and offers you times."
        ),
        BookingState.OFFERED: say(
            "The practice offers you these times instead. Take the one that suits you."
        ),
    }
)


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """One appointment: when, for how long, with whom and where."""

    id: str
    when: str
    iso: str
    facts: tuple[str, ...]
    link: str = ""  # of the video room
    outcome: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class OfferedTimeLine:
    """One time that is offered to a client; `is_taken` by somebody else meanwhile."""

    id: str
    when: str
    facts: tuple[str, ...]
    is_taken: bool


@dataclass(frozen=True, slots=True)
class WishLine:
    """A client's open wish, as the practice reads it."""

    id: str
    name: str
    facts: tuple[str, ...]
    waits: bool


def wish_line(row: BookingRequest, zone: str, now: datetime) -> WishLine:
    """One open wish, by the practice's clock."""
    asked = f"asked {when(row.asked_at, zone)}"
    waits, old = row.state is BookingState.ASKED, moved_by(row, zone, now)
    instead = f"another time for {old}" if old else ""
    facts = (WAYS[row.way], instead, asked, "" if waits else "times offered")
    return WishLine(str(row.id), who(row.client), tuple(filter(None, facts)), waits)


def to_the_client(row: BookingRequest) -> str:
    """How far their wish has come, in a sentence."""
    of_move = MOVE_TO_THE_CLIENT.get(row.state) if row.appointment_id else None
    return of_move or TO_THE_CLIENT.get(row.state, "")


def moved_by(row: BookingRequest, zone: str, now: datetime) -> str:
    """When the appointment is that an open wish is to move; empty where it moves none."""
    old = row.appointment if row.is_open else None
    return when(old.starts_at, zone) if old and is_to_come(old.state, old.starts_at, now) else ""


def offer_lines(
    found: Iterable[BookingOffer], taken: Collection[UUID], zone: str, *, practice_zone: str
) -> list[OfferedTimeLine]:
    """Offered times by the clock of a zone, which is named where it is not the practice's."""
    return [
        OfferedTimeLine(
            id=str(each.id),
            when=_when_there(each.starts_at, zone, practice_zone),
            facts=_facts(each.minutes, each.with_whom.name, BY_VIDEO if each.link else each.place),
            is_taken=each.id in taken,
        )
        for each in found
    ]


def lines(found: Iterable[Appointment], zone: str, *, practice_zone: str) -> list[AppointmentLine]:
    """Appointments by the clock of a zone; where that is not the practice's, the zone is named."""
    return [line(each, zone, practice_zone) for each in found]


def line(row: Appointment, zone: str, practice_zone: str | None = None) -> AppointmentLine:
    """One appointment by the clock of a zone, which is named where the practice's is given and another."""
    outcome = OUTCOME_WORDS.get(row.state, "")
    return AppointmentLine(
        id=str(row.id),
        when=_when_there(row.starts_at, zone, practice_zone or zone),
        iso=row.starts_at.isoformat(),
        facts=_facts(row.minutes, row.with_whom.name, row.place, outcome, row.because or ""),
        link=row.link or "",
        outcome=outcome,
        state=row.state.value,
    )


def _facts(minutes: int, name: str, *more: str) -> tuple[str, ...]:
    lasts = say_many("%(number)s minute", "%(number)s minutes", minutes)
    return tuple(filter(None, (lasts, say("with %(name)s", name=name), *more)))


def _when_there(at: datetime, zone: str, practice_zone: str) -> str:
    told = when(at, zone)
    if zone == practice_zone:
        return told
    return say("%(when)s (%(city)s time)", when=told, city=city(zone))


def when(at: datetime, zone: str) -> str:
    """Day and time where somebody is: "Tue 1 Dec 2026, 14:30"."""
    told = at.astimezone(ZoneInfo(zone))
    return say("%(day)s, %(time)s", day=day_year(told.date()), time=time_in_words(told.time()))
