"""Courses: a group with a first day and a length. What it is on a day, who gets in, and when each begins."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

MOST_PLACES = 2000
MOST_WEEKS = 104
FARTHEST = timedelta(days=366)  # a first day, either way from today
KEPT_UNCONFIRMED = timedelta(days=7)  # what somebody typed and never confirmed
LONGEST_WELCOME = 2000


class CourseState(StrEnum):
    """Where a course stands; from OPEN to ENDED it goes by itself."""

    DRAFT = "draft"
    OPEN = "open"
    RUNNING = "running"
    ENDED = "ended"
    CALLED_OFF = "called_off"


class LateStart(StrEnum):
    """Where somebody begins who joins after the first day."""

    OWN_WEEK = "own_week"  # their own week 1
    GROUP_WEEK = "group_week"  # the week that the group is in


class RequestState(StrEnum):
    """What became of somebody who asked for a place by the link."""

    UNCONFIRMED = "unconfirmed"  # their address is not proved yet
    WAITING = "waiting"  # for somebody of the practice
    LISTED = "listed"  # every place was taken
    JOINED = "joined"
    REFUSED = "refused"


class CourseDoor(StrEnum):
    """Whether a course takes anybody in, and why not."""

    OPEN = "open"
    FULL = "full"
    NOT_YET = "not_yet"
    ENDED = "ended"
    CALLED_OFF = "called_off"


TAKES_IN = frozenset({CourseState.OPEN, CourseState.RUNNING})
TAKES_REQUESTS = frozenset({CourseDoor.OPEN, CourseDoor.FULL})  # where it is full, for the waiting list
OVER = frozenset({CourseState.ENDED, CourseState.CALLED_OFF})
# Somebody of the practice may still decide on these.
UNDECIDED = frozenset({RequestState.WAITING, RequestState.LISTED})
_SHUT = {
    CourseState.DRAFT: CourseDoor.NOT_YET,
    CourseState.ENDED: CourseDoor.ENDED,
    CourseState.CALLED_OFF: CourseDoor.CALLED_OFF,
}


@dataclass(frozen=True, slots=True)
class CourseDays:
    """The days of a course: `weeks` from the first day on."""

    starts_on: date
    weeks: int

    @property
    def last(self) -> date:
        """Its last day."""
        return self.starts_on + timedelta(weeks=self.weeks) - timedelta(days=1)

    def week_on(self, day: date) -> int | None:
        """Which week it is in, from 1; None before the first day and after the last."""
        if not self.starts_on <= day <= self.last:
            return None
        return (day - self.starts_on).days // 7 + 1


def state_on(state: CourseState, days: CourseDays, today: date) -> CourseState:
    """What a course is today: one that is open begins on its first day and ends after its last."""
    if state not in TAKES_IN:
        return state
    if today > days.last:
        return CourseState.ENDED
    return CourseState.RUNNING if today >= days.starts_on else CourseState.OPEN


def door(state: CourseState, members: int, places: int | None) -> CourseDoor:
    """Whether a course takes somebody in; without a number of places it is never full."""
    if state not in TAKES_IN:
        return _SHUT[state]
    return CourseDoor.FULL if places is not None and members >= places else CourseDoor.OPEN


def on_confirming(at_door: CourseDoor, *, needs_approval: bool) -> RequestState | None:
    """What becomes of somebody who has proved their address; None where nobody gets in any more."""
    if at_door is CourseDoor.FULL:
        return RequestState.LISTED
    if at_door is not CourseDoor.OPEN:
        return None
    return RequestState.WAITING if needs_approval else RequestState.JOINED


def first_day(late: LateStart, days: CourseDays, today: date) -> date:
    """When the program of somebody who joins today begins."""
    return days.starts_on if late is LateStart.GROUP_WEEK else max(today, days.starts_on)


def problems(days: CourseDays, places: int | None, today: date) -> Iterator[RuleBroken]:
    """What is wrong with a course that is to be opened or changed."""
    if abs(days.starts_on - today) > FARTHEST:
        yield RuleBroken(say("Choose a first day within a year of today."), "starts_on")
    elif days.last < today:
        yield RuleBroken(
            say("It would have ended on %(day)s.", day=day_in_words(days.last, today)), "starts_on"
        )
    if not 1 <= days.weeks <= MOST_WEEKS:
        yield RuleBroken(say("Weeks must be from 1 to %(most)s.", most=MOST_WEEKS), "weeks")
    if places is not None and not 1 <= places <= MOST_PLACES:
        yield RuleBroken(say("Places must be from 1 to %(most)s.", most=MOST_PLACES), "places")
