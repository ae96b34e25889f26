"""Appointments in words, each by the clock of whoever reads it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from clinic.domain.dates import count, time_in_words
from clinic.models import Appointment
from clinic.web.filters import city, day_year


@dataclass(frozen=True, slots=True)
class AppointmentLine:
    """One appointment: when, for how long, with whom and where."""

    id: str
    when: str
    iso: str
    facts: tuple[str, ...]


def lines(found: Iterable[Appointment], zone: str, *, practice_zone: str) -> list[AppointmentLine]:
    """Appointments by the clock of a zone; where that is not the practice's, the zone is named."""
    named = f" ({city(zone)} time)" if zone != practice_zone else ""
    return [line(each, zone, named) for each in found]


def line(row: Appointment, zone: str, named: str = "") -> AppointmentLine:
    """One appointment by the clock of a zone."""
    facts = (f"{count(row.minutes, 'minute')}", f"with {row.with_whom.name}", row.place)
    return AppointmentLine(
        id=str(row.id),
        when=f"{when(row.starts_at, zone)}{named}",
        iso=row.starts_at.isoformat(),
        facts=tuple(filter(None, facts)),
    )


def when(at: datetime, zone: str) -> str:
    """Day and time where somebody is: "Tue 1 Dec 2026, 14:30"."""
    told = at.astimezone(ZoneInfo(zone))
    return f"{day_year(told.date())}, {time_in_words(told.time())}"
