"""What the logs and answers say, honestly: done, partly, not done and not reported are four different things.

A day that is still open (today, nothing logged yet) counts nowhere. Days before the start, after the end and
within a pause are not asked of anybody, so they are in no denominator.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from math import ceil

from clinic.domain.dates import day_in_words, days_between, week_number, week_start
from clinic.domain.types import DayMark, LogOutcome, MistakeAnswer
from clinic.domain.words import in_a_row, say, say_many

PAIN_CHANGE = 2  # points of 0-10: the detectable change (Childs 2005) and the one that matters (Ostelo 2008)
ON_PLAN, OFF_PLAN = 80, 50  # per cent, authored; a convention, not validated
MARKS = {outcome: DayMark(outcome.value) for outcome in LogOutcome}  # of a day that was logged
PRACTISED = frozenset({DayMark.DONE, DayMark.PARTLY})
ASKED = PRACTISED | {DayMark.NOT_DONE, DayMark.NOT_REPORTED}
FIRST_DAY, NOTHING_LATELY = say("Today is your first day."), say("Nothing was asked of you lately.")
# of several programs: one that asks counts first, then one that will again
RESTS = (None, DayMark.PAUSED, DayMark.BEFORE_START, DayMark.AFTER_END)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last, both included; without a last it goes on."""

    first: date
    last: date | None = None

    def covers(self, day: date) -> bool:
        """Whether a day lies within."""
        return self.first <= day and (self.last is None or day <= self.last)


@dataclass(frozen=True, slots=True)
class PlanPace:
    """How many moves a program asks from a day on, and on how many days a week."""

    since: date
    moves: int
    days_per_week: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PracticePlan:
    """The days on which a program asks for practice. `days_per_week` is what the prescriptions ask.

    `over_since`: the day from which on somebody ended it, whatever last day it had. `paces` are those of its
    phases, the earliest first; a program without phases has none.
    """

    starts_on: date
    ends_on: date | None = None
    over_since: date | None = None
    pauses: tuple[Span, ...] = ()
    days_per_week: int = 7
    paces: tuple[PlanPace, ...] = ()

    def rest_on(self, day: date) -> DayMark | None:
        """Why nothing is asked on a day; None where practice is."""
        if day < self.starts_on:
            return DayMark.BEFORE_START
        if not self.goes_on(day):
            return DayMark.AFTER_END
        pace = self._pace(day)
        is_idle = pace is not None and not pace.moves  # a phase without a move
        return DayMark.PAUSED if is_idle or any(pause.covers(day) for pause in self.pauses) else None

    def goes_on(self, day: date) -> bool:
        """Whether it has not ended on a day; one that is still to come goes on."""
        is_past = self.ends_on is not None and day > self.ends_on
        return not is_past and (self.over_since is None or day < self.over_since)

    def pace_on(self, day: date) -> int:
        """On how many days a week practice is asked for."""
        pace = self._pace(day)
        return pace.days_per_week if pace else self.days_per_week

    def moves_on(self, day: date, of_all: int) -> int:
        """How many of all its moves are asked on a day."""
        pace = self._pace(day)
        return pace.moves if pace else of_all

    def _pace(self, day: date) -> PlanPace | None:
        if not self.paces:
            return None
        return next((pace for pace in reversed(self.paces) if pace.since <= day), None)

    def last_day(self, today: date) -> date:
        """The last day up to today on which practice may have been asked for."""
        stops = [pause.first - timedelta(days=1) for pause in self.pauses if pause.last is None]
        return max(self.starts_on, min([today, *stops, *([self.ends_on] if self.ends_on else [])]))


@dataclass(frozen=True, slots=True)
class PlansSideBySide:
    """The plans of several programs of one client: practice is asked on a day that one of them asks for.

    In whatever order they come; one alone is that one.
    """

    parts: tuple[PracticePlan, ...]

    @property
    def starts_on(self) -> date:
        """The first day of the first."""
        return min(part.starts_on for part in self.parts)

    @property
    def ends_on(self) -> date | None:
        """The last day of the last; None where one has no end."""
        last = [part.ends_on for part in self.parts if part.ends_on is not None]
        return max(last) if len(last) == len(self.parts) else None

    def rest_on(self, day: date) -> DayMark | None:
        """Why none of them asks for anything on a day; None where one does."""
        rests = {part.rest_on(day) for part in self.parts}
        return next((rest for rest in RESTS if rest in rests), None)

    def pace_on(self, day: date) -> int:
        """On how many days a week practice is asked for: as often as the one that asks most."""
        asking = [part for part in self.parts if part.rest_on(day) is None]
        return max(part.pace_on(day) for part in asking or self.parts)

    def last_day(self, today: date) -> date:
        """The last day up to today on which one of them may have asked for practice."""
        return max(part.last_day(today) for part in self.parts)


Plan = PracticePlan | PlansSideBySide


@dataclass(frozen=True, slots=True)
class Day:
    """One day of the strip."""

    date: date
    mark: DayMark


@dataclass(frozen=True, slots=True, kw_only=True)
class Adherence:
    """How much of what was asked was done in a window, with its denominator: `expected` days of practice."""

    window: int
    expected: int
    done: int
    partly: int
    not_done: int
    not_reported: int

    @property
    def practised(self) -> int:
        """Days with at least some practice."""
        return self.done + self.partly

    @property
    def percent(self) -> int | None:
        """Practised days of expected ones, at most 100; None where nothing was asked."""
        return min(100, round(100 * self.practised / self.expected)) if self.expected else None

    @property
    def in_words(self) -> str:
        """The figure with its denominator, and what was not reported apart from what was not done."""
        if not self.expected:
            return say("nothing asked yet")
        done = min(self.practised, self.expected)
        parts: list[str] = [
            say_many("%(done)s of %(number)s day", "%(done)s of %(number)s days", self.expected, done=done)
        ]
        if self.not_done:
            parts.append(say("%(days)s not done", days=self.not_done))
        if self.not_reported:
            parts.append(say("%(days)s not reported", days=self.not_reported))
        return in_a_row(parts)

    @property
    def band(self) -> str:
        """On plan, partly or off plan; empty where nothing was asked."""
        if self.percent is None:
            return ""
        if self.percent >= ON_PLAN:
            return "on plan"
        return "partly on plan" if self.percent >= OFF_PLAN else "off plan"


@dataclass(frozen=True, slots=True)
class PainPoint:
    """Average pain of a week, 0-10, as answered on a day; None is "I would rather not say"."""

    day: date
    value: int | None


@dataclass(frozen=True, slots=True)
class PainChange:
    """Pain between two answers."""

    since: date
    before: int
    now: int

    @property
    def points(self) -> int:
        """Positive when pain went up."""
        return self.now - self.before


@dataclass(frozen=True, slots=True, kw_only=True)
class MistakeWeek:
    """The answers about the named mistake in one week; a week without answers is a gap, not a zero."""

    monday: date
    yes: int = 0
    no: int = 0
    not_sure: int = 0

    @property
    def answers(self) -> int:
        """How many answers the week has."""
        return self.yes + self.no + self.not_sure


def day_outcome(outcomes: Sequence[LogOutcome], expected: int) -> LogOutcome | None:
    """What several logs of one day come to: done only when everything asked was done; None without a log."""
    if not outcomes:
        return None
    first = outcomes[0]
    if outcomes.count(first) < len(outcomes) or (first is LogOutcome.DONE and len(outcomes) < expected):
        return LogOutcome.PARTLY
    return first


def day_mark(day: date, logs: Mapping[date, LogOutcome], plan: Plan, today: date) -> DayMark:
    """What one day shows; what was logged counts, whatever the plan said of the day."""
    if day in logs:
        return MARKS[logs[day]]
    rest = plan.rest_on(day)
    return rest or (DayMark.NOT_REPORTED if day < today else DayMark.FUTURE)


def week_strip(
    logs: Mapping[date, LogOutcome], plan: Plan, today: date, monday: date | None = None
) -> list[Day]:
    """Seven days from a Monday on (this week's, if none is given), each with its mark."""
    first = monday or week_start(today)
    days = days_between(first, first + timedelta(days=6))
    return [Day(day, day_mark(day, logs, plan, today)) for day in days]


def adherence(logs: Mapping[date, LogOutcome], plan: Plan, today: date, window: int) -> Adherence:
    """Practice over the last `window` days, today among them once it is logged."""
    last = today if today in logs else today - timedelta(days=1)
    days = days_between(last - timedelta(days=window - 1), last)
    asked = {day: mark for day in days if (mark := day_mark(day, logs, plan, today)) in ASKED}
    marks = list(asked.values())
    done, partly, not_done = map(marks.count, (DayMark.DONE, DayMark.PARTLY, DayMark.NOT_DONE))
    expected = ceil(sum(map(plan.pace_on, asked)) / 7)
    unheard = max(0, expected - done - partly - not_done)
    return Adherence(
        window=window, expected=expected, done=done, partly=partly, not_done=not_done, not_reported=unheard
    )


def pain_up(points: Iterable[PainPoint]) -> PainChange | None:
    """The larger rise of 2 or more since baseline or over the last two check-ins; None without one."""
    given = _given(points)
    if len(given) < 2:
        return None
    rises = [_change(before, given[-1]) for before in (given[0], *given[-3:-1])]
    worst = max(rises, key=lambda rise: rise.points)
    return worst if worst.points >= PAIN_CHANGE else None


def pain_since_first(points: Iterable[PainPoint]) -> PainChange | None:
    """The first pain that was said against the latest; None where there are not two."""
    given = _given(points)
    return _change(given[0], given[-1]) if len(given) > 1 else None


def mistake_weeks(
    answers: Iterable[tuple[date, MistakeAnswer]], first_day: date, today: date
) -> tuple[MistakeWeek, ...]:
    """The weeks from a day up to today, each with its answers about the named mistake."""
    by_week: dict[int, list[MistakeAnswer]] = {}
    for day, answer in answers:
        by_week.setdefault(week_number(day), []).append(answer)
    mondays = days_between(week_start(first_day), today, step=7)
    return tuple(_mistake_week(monday, by_week.get(week_number(monday), [])) for monday in mondays)


def progress_sentence(
    logs: Mapping[date, LogOutcome], plan: Plan, today: date, pain: PainChange | None = None
) -> str:
    """One sentence of facts for the client; no streaks, no cheering over pain."""
    first_days = [part.starts_on for part in (plan.parts if isinstance(plan, PlansSideBySide) else (plan,))]
    coming = [day for day in first_days if day > today]
    if coming and len(coming) == len(first_days):
        return say("Your program starts on %(day)s.", day=day_in_words(min(coming), today))
    week = adherence(logs, plan, today, 7)
    if week.expected:
        return _practised_lately(_last_days(week.practised, week.expected), pain, today)
    if today in first_days:
        return FIRST_DAY
    if coming and plan.rest_on(today) is not None:
        return say("Your next program starts on %(day)s.", day=day_in_words(min(coming), today))
    return NOTHING_LATELY


def _last_days(practised: int, expected: int) -> str:
    if expected == 7:
        return say("%(done)s of the last 7 days", done=practised)
    return say_many("%(done)s of 1 day", "%(done)s of %(number)s days", expected, done=practised)


def _practised_lately(days: str, pain: PainChange | None, today: date) -> str:
    if pain is None or pain.points > -PAIN_CHANGE:
        return say("You practised on %(days)s.", days=days)
    return say(
        "You practised on %(days)s, and your pain is down from %(before)s to %(now)s since %(day)s.",
        days=days,
        before=pain.before,
        now=pain.now,
        day=day_in_words(pain.since, today),
    )


def _given(points: Iterable[PainPoint]) -> Sequence[tuple[date, int]]:
    given = [(point.day, point.value) for point in points if point.value is not None]
    return sorted(given, key=lambda pair: pair[0])  # by day alone: two answers of a day keep their order


def _change(before: tuple[date, int], now: tuple[date, int]) -> PainChange:
    return PainChange(before[0], before[1], now[1])


def _mistake_week(monday: date, answers: Sequence[MistakeAnswer]) -> MistakeWeek:
    yes, no, not_sure = (
        answers.count(each) for each in (MistakeAnswer.YES, MistakeAnswer.NO, MistakeAnswer.NOT_SURE)
    )
    return MistakeWeek(monday=monday, yes=yes, no=no, not_sure=not_sure)
