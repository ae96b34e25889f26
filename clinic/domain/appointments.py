"""Appointments: when one may be, which two clash, what it is called in a calendar, and which stand there."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from clinic.domain.errors import RuleBroken
from clinic.domain.scheduling import local_to_utc
from clinic.domain.words import say

USUAL_MINUTES, SHORTEST, LONGEST = 30, 5, 480
FURTHEST = timedelta(days=730)
STAYS = timedelta(days=60)  # in a calendar, after it is over
LONGEST_PLACE = 200
LONGEST_BECAUSE = 300
MOST_PLANNED = 50  # of one client: nobody types more by hand


class AppointmentState(StrEnum):
    """What stands of an appointment."""

    PLANNED = "planned"
    CANCELLED = "cancelled"
    HELD = "held"
    MISSED = "missed"


OUTCOMES = (AppointmentState.HELD, AppointmentState.MISSED)  # what is said of one whose time has come
STANDS = frozenset({AppointmentState.PLANNED, *OUTCOMES})  # somebody's time is taken by it


def begins(day: date, at: time, zone: str) -> datetime:
    """The instant at which it begins, as the practice's clock says."""
    return local_to_utc(day, at, ZoneInfo(zone))


def problems(day: date, at: time, zone: str, minutes: int, now: datetime) -> Iterator[RuleBroken]:
    """What is wrong with an appointment by the practice's clock."""
    starts_at = begins(day, at, zone)
    told = starts_at.astimezone(ZoneInfo(zone))
    if (told.date(), told.time()) != (day, at):
        yield RuleBroken(say("The clocks go forward then: there is no such time on that day."), "at_time")
    elif starts_at <= now:
        yield RuleBroken(say("Choose a time that is still to come."), "day")
    elif starts_at - now > FURTHEST:
        yield RuleBroken(say("Choose a day within the next two years."), "day")
    if not SHORTEST <= minutes <= LONGEST:
        yield RuleBroken(
            say("Minutes must be from %(shortest)s to %(longest)s.", shortest=SHORTEST, longest=LONGEST),
            "minutes",
        )


def initials(name: str) -> str:
    """A name as it stands in somebody's calendar, where others look over their shoulder: "A. N."."""
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum())


def ends(starts_at: datetime, minutes: int) -> datetime:
    """The instant at which one that begins then is over."""
    return starts_at + timedelta(minutes=minutes)


def clash(starts_at: datetime, minutes: int, other_at: datetime, other_minutes: int) -> bool:
    """Whether two appointments of one person need the same minute; one may begin as the other ends."""
    return starts_at < ends(other_at, other_minutes) and other_at < ends(starts_at, minutes)


def is_to_come(state: AppointmentState, starts_at: datetime, now: datetime) -> bool:
    """Whether an appointment stands and has not begun: another time can be found for it."""
    return state is AppointmentState.PLANNED and starts_at > now


def outcome_problems(
    state: AppointmentState, outcome: AppointmentState, starts_at: datetime, now: datetime
) -> Iterator[RuleBroken]:
    """What is wrong with saying what became of an appointment; it can be put right afterwards."""
    if outcome not in OUTCOMES:
        yield RuleBroken(say("Say whether it was held or missed."), "outcome")
    elif state is AppointmentState.CANCELLED:
        yield RuleBroken(say("This appointment was called off."), "outcome")
    elif starts_at > now:
        yield RuleBroken(say("This appointment is still to come."), "outcome")
