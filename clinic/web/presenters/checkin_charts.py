"""A client's answers drawn over time: pain and days of practice, with gaps as gaps."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import NamedTuple

from clinic.domain.dates import day_in_words
from clinic.domain.types import CheckinState
from clinic.domain.words import say
from clinic.models import CheckinAnswer, CheckinSchedule
from clinic.services.checkins.ledger import LedgerEntry
from clinic.web.filters import local_date

MOST_POINTS = 26  # half a year of weeks
LONGEST_STEP = timedelta(days=2 * 7 + 6)  # between two check-ins with nothing missing
CHECKIN = say("Check-in")
UNDER_WAY = frozenset({CheckinState.PLANNED, CheckinState.DUE, CheckinState.WAITING, CheckinState.SENDING})

Points = list[tuple[date, int | None]]


class SaidAtCheckin(NamedTuple):
    """What a check-in of a day brought, and on which day it was told; None where nothing was."""

    day: date
    value: int | None
    told_on: date | None = None


@dataclass(frozen=True, slots=True)
class CheckinChart:
    """The message, and a point a check-in, None where nothing was said; `levels` are the lines behind."""

    title: str
    points: Sequence[tuple[str, int | None]]
    value: str
    high: int
    levels: tuple[int, ...]
    noun: str = CHECKIN


def charts(
    entries: Sequence[LedgerEntry],
    schedule: CheckinSchedule | None,
    zone: str,
    *,
    is_well: bool = True,
) -> list[CheckinChart]:
    """Pain and days of practice, each where two answers tell of it; entries come oldest first.

    While something that the client said waits for somebody, no title says that pain went down. A check-in
    that was not answered or not sent is a gap, and so is a stretch without any.
    """
    pain = _points(entries, schedule, zone, lambda answer: answer.pain)
    days = _points(entries, schedule, zone, lambda answer: answer.days_practised)
    pains = chart(say("Pain"), say("Average pain"), pain, 10, (0, 5, 10))
    drawn = [
        pains if is_well or pains is None else replace(pains, title=last_said(pain)),
        chart(say("Days practised"), say("Days of the last 7"), days, 7, (0, 3, 7)),
    ]
    return [each for each in drawn if each is not None]


def _points(
    entries: Sequence[LedgerEntry],
    schedule: CheckinSchedule | None,
    zone: str,
    value: Callable[[CheckinAnswer], int | None],
) -> Points:
    said = (
        SaidAtCheckin(
            entry.checkin.local_date,
            value(entry.answer) if entry.answer else None,
            local_date(entry.answer.answered_at, zone) if entry.answer else None,
        )
        for entry in entries
        if entry.checkin.state not in UNDER_WAY
    )
    return with_gaps(said, lambda day: _longest_step(day, schedule))


def with_gaps(
    said: Iterable[SaidAtCheckin], longest_step: Callable[[date], timedelta] = lambda _day: LONGEST_STEP
) -> Points:
    """The last half year of what was said, on the days it was told; check-ins too far apart leave a gap."""
    points: Points = []
    before: date | None = None
    for day, number, told_on in said:
        if before and day - before > longest_step(day):
            points.append((before + (day - before) / 2, None))
        points.append((told_on or day, number))
        before = day
    return sorted(points, key=lambda point: point[0])[-MOST_POINTS:]


def _longest_step(day: date, schedule: CheckinSchedule | None) -> timedelta:
    """How far apart two check-ins may be with nothing missing between; two weeks in an earlier rhythm."""
    if schedule is not None and (schedule.rhythm_since is None or day >= schedule.rhythm_since):
        return max(LONGEST_STEP, timedelta(days=schedule.every_weeks * 7 + 6))
    return LONGEST_STEP


def chart(
    name: str, value: str, points: Points, high: int, levels: tuple[int, ...], noun: str = CHECKIN
) -> CheckinChart | None:
    """One drawing; None where there are not two numbers."""
    given = [(day, number) for day, number in points if number is not None]
    if len(given) < 2:
        return None
    told = [(day_in_words(day), number) for day, number in points]
    return CheckinChart(_message(name, given[0], given[-1]), told, value, high, levels, noun)


def last_said(points: Points) -> str:
    """The title of pain that nobody may say went down."""
    day, number = [point for point in points if point[1] is not None][-1]
    return say("Pain in check-ins: %(pain)s on %(day)s", pain=number, day=day_in_words(day))


def _message(name: str, first: tuple[date, int], last: tuple[date, int]) -> str:
    told = {"what": name, "first": first[1], "last": last[1], "since": day_in_words(first[0])}
    if first[1] == last[1]:
        return say("%(what)s: %(last)s as on %(since)s", **told)
    if last[1] > first[1]:
        return say("%(what)s up from %(first)s to %(last)s since %(since)s", **told)
    return say("%(what)s down from %(first)s to %(last)s since %(since)s", **told)
