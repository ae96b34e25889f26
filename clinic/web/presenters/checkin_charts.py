"""A client's answers drawn over time: pain, days of practice and the named mistake, with gaps as gaps."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from clinic.domain.dates import day_in_words
from clinic.domain.progress import mistake_weeks
from clinic.domain.types import CheckinState, MistakeAnswer
from clinic.models import CheckinAnswer, CheckinSchedule
from clinic.services.checkins.ledger import LedgerEntry

MOST_POINTS = 26  # half a year of weeks
UNDER_WAY = frozenset({CheckinState.PLANNED, CheckinState.DUE, CheckinState.WAITING, CheckinState.SENDING})

Points = list[tuple[date, int | None]]


@dataclass(frozen=True, slots=True)
class CheckinChart:
    """The message, and a point a check-in, None where nothing was said; `levels` are the lines behind."""

    title: str
    points: list[tuple[str, int | None]]
    value: str
    high: int
    levels: tuple[int, ...]
    unit: str = ""
    noun: str = "Check-in"


def charts(
    entries: Sequence[LedgerEntry],
    schedule: CheckinSchedule | None,
    logged: Sequence[tuple[date, MistakeAnswer]],
    today: date,
    *,
    is_well: bool = True,
) -> list[CheckinChart]:
    """Pain, days of practice and the mistake, each where two answers tell of it; entries come oldest first.

    While something that the client said waits for somebody, no title says that pain went down. A check-in
    that was not answered or not sent is a gap, and so is a stretch without any.
    """
    pain = _points(entries, schedule, lambda answer: answer.pain)
    days = _points(entries, schedule, lambda answer: answer.days_practised)
    pains = _chart("Pain", "Average pain", pain, 10, (0, 5, 10))
    drawn = [
        pains if is_well or pains is None else replace(pains, title=_last_said(pain)),
        _chart("Days practised", "Days of the last 7", days, 7, (0, 3, 7)),
        _mistakes([*logged, *_said(entries)], today),
    ]
    return [each for each in drawn if each is not None]


def _said(entries: Sequence[LedgerEntry]) -> list[tuple[date, MistakeAnswer]]:
    return [
        (entry.checkin.local_date, entry.answer.mistake)
        for entry in entries
        if entry.answer and entry.answer.mistake
    ]


def _mistakes(answers: Sequence[tuple[date, MistakeAnswer]], today: date) -> CheckinChart | None:
    """Week by week, how many of the answers in logs and check-ins said that the mistake happened."""
    if not answers:
        return None
    weeks = mistake_weeks(answers, min(day for day, _ in answers), today)[-MOST_POINTS:]
    points = [(week.monday, None if week.share is None else round(100 * week.share)) for week in weeks]
    given = [(day, number) for day, number in points if number is not None]
    if len(given) < 2:
        return None
    (then, before), (_, latest) = given[0], given[-1]
    title = f"Mistake noticed in {before} % of answers in the week of {day_in_words(then)}, now in {latest} %"
    told = [(day_in_words(day), number) for day, number in points]
    return CheckinChart(title, told, "Answers that noticed it", 100, (0, 50, 100), unit=" %", noun="Week of")


def _points(
    entries: Sequence[LedgerEntry],
    schedule: CheckinSchedule | None,
    value: Callable[[CheckinAnswer], int | None],
) -> Points:
    points: Points = []
    for entry in entries:
        if entry.checkin.state in UNDER_WAY:
            continue
        day = entry.checkin.local_date
        if points and day - points[-1][0] > _longest_step(day, schedule):
            points.append((points[-1][0] + (day - points[-1][0]) / 2, None))
        points.append((day, value(entry.answer) if entry.answer else None))
    return points[-MOST_POINTS:]


def _longest_step(day: date, schedule: CheckinSchedule | None) -> timedelta:
    """How far apart two check-ins may be with nothing missing between; two weeks in an earlier rhythm."""
    weeks = 2
    if schedule is not None and (schedule.rhythm_since is None or day >= schedule.rhythm_since):
        weeks = max(weeks, schedule.every_weeks)
    return timedelta(days=weeks * 7 + 6)


def _chart(name: str, value: str, points: Points, high: int, levels: tuple[int, ...]) -> CheckinChart | None:
    given = [(day, number) for day, number in points if number is not None]
    if len(given) < 2:
        return None
    told = [(day_in_words(day), number) for day, number in points]
    return CheckinChart(_message(name, given[0], given[-1]), told, value, high, levels)


def _last_said(points: Points) -> str:
    day, number = [point for point in points if point[1] is not None][-1]
    return f"Pain in check-ins: {number} on {day_in_words(day)}"


def _message(name: str, first: tuple[date, int], last: tuple[date, int]) -> str:
    since = day_in_words(first[0])
    if first[1] == last[1]:
        return f"{name}: {last[1]} as on {since}"
    way = "up" if last[1] > first[1] else "down"
    return f"{name} {way} from {first[1]} to {last[1]} since {since}"
