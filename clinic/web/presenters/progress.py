"""A client's progress in words: what they did, how it went, what was changed, with gaps as gaps."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cache

from clinic.catalogue.plain_words import PlainMeasure, plain_words
from clinic.domain.change import ChangeOutcome, ChangeVerdict, difference
from clinic.domain.dates import day_in_words, days_between, week_start
from clinic.domain.dose_changes import DoseChange
from clinic.domain.own_activities import OwnActivity
from clinic.domain.progress import ASKED, PRACTISED, day_mark
from clinic.domain.types import DayMark, ProgramAction, Side
from clinic.domain.words import say
from clinic.services.assessments.shared import ShareableFinding
from clinic.services.clock import now
from clinic.services.programs.kept_days import KeptDays
from clinic.services.progress.reading import (
    ClientProgress,
    FindingTold,
    NewVersionTaken,
    ProgramNews,
    ProgramStep,
)
from clinic.web.filters import day_year, local_date
from clinic.web.presenters.checkin_charts import CheckinChart, SaidAtCheckin, chart, last_said, with_gaps
from clinic.web.presenters.mistakes import MistakeView, mistake_view
from clinic.web.presenters.practised import PractisedFigure, practised_figures
from clinic.web.presenters.report_for_client import in_units, way_it_went

WEEKS = 13
PUT_BACK_WITHIN = timedelta(days=1)
MOST_CHANGES = 8
TOLD = ASKED - {DayMark.NOT_REPORTED}
VERDICTS = {
    ChangeVerdict.BETTER: say("Easier than at first"),
    ChangeVerdict.WORSE: say("Harder than at first"),
    ChangeVerdict.SAME: say("The same as at first"),
    ChangeVerdict.WITHIN_ERROR: say("About the same as at first"),
}


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """Something the client named, how well they can do it now and could at first, and what that is called."""

    activity: str
    now: str
    before: str
    words: str


@dataclass(frozen=True, slots=True)
class GoalLine:
    """A goal in the client's words: when it was reached, and whether it was removed a moment ago."""

    id: uuid.UUID
    words: str
    reached: str
    is_removed: bool


@dataclass(frozen=True, slots=True)
class SharedMeasureLine:
    """A measure in plain words: at first and now, and which way it went; without a now it was taken once."""

    name: str
    first: str
    first_day: str
    now: str = ""
    now_day: str = ""
    words: str = ""


@dataclass(frozen=True, slots=True)
class ProgressView:
    """All that a client's progress page shows."""

    headline: str
    figures: list[PractisedFigure]
    weeks: CheckinChart | None
    pain: CheckinChart | None
    pain_words: str
    logged_pain: str  # empty where none was
    mistake: MistakeView | None
    mistake_name: str
    activities: list[ActivityLine]
    changes: list[str]
    goals: list[GoalLine]
    findings: list[SharedMeasureLine]
    reports: list[tuple[uuid.UUID, str]]  # that the client finds


def progress_view(found: ClientProgress) -> ProgressView:
    """The page in words."""
    return ProgressView(
        headline=found.headline,
        figures=practised_figures(found.days),
        weeks=_weeks(found.days),
        pain=_pain(found),
        pain_words=_pain_words(found),
        logged_pain=_logged_pain(found),
        mistake=mistake_view(found.mistake),
        mistake_name=_mistake_name(found),
        activities=[_activity(each, found) for each in found.activities],
        changes=[_news(each, found.today) for each in found.changes[:MOST_CHANGES]],
        goals=_goals(found),
        findings=finding_lines(found.findings, found.today),
        reports=[(each.id, day_year(each.until)) for each in found.reports if each.given_at],
    )


def _mistake_name(found: ClientProgress) -> str:
    return say("The %(mistake)s", mistake=found.mistake_name) if found.mistake_name else say("The mistake")


def _weeks(held: KeptDays) -> CheckinChart | None:
    """Days practised in each whole week; one that asked nothing, or of which nothing is known, is a gap."""
    points = list(_week_points(held))
    return chart(
        say("Days practised in a week"), say("Days practised"), points, 7, (0, 3, 7), noun=say("Week of")
    )


def _week_points(held: KeptDays) -> Iterator[tuple[date, int | None]]:
    plan = held.plan
    if plan is None:
        return
    last = plan.last_day(held.today) if held.has_ended else _last_told(held)
    first = week_start(plan.starts_on + timedelta(days=6))  # a week that began before it is not whole
    monday = max(first, week_start(last) - timedelta(weeks=WEEKS))
    while monday + timedelta(days=6) <= last:
        days = days_between(monday, monday + timedelta(days=6))
        marks = [day_mark(day, held.outcomes, plan, held.today) for day in days]
        is_told = any(mark in TOLD for mark in marks)
        yield monday, sum(mark in PRACTISED for mark in marks) if is_told else None
        monday += timedelta(weeks=1)


def _last_told(held: KeptDays) -> date:
    """Today once it is logged: until then nobody knows of it, and a week with it is not whole."""
    return held.today if held.today in held.outcomes else held.today - timedelta(days=1)


def _pain(found: ClientProgress) -> CheckinChart | None:
    points = with_gaps(SaidAtCheckin(each.day, each.pain, each.told_on) for each in found.checkins)
    drawn = chart(say("Pain"), say("Average pain of the week"), points, 10, (0, 5, 10))
    if drawn is None or (found.is_well and not found.is_held):
        return drawn
    return replace(drawn, title=last_said(points))


def _logged_pain(found: ClientProgress) -> str:
    """What the client logged last of pain while they practised, which no check-in tells."""
    if found.logged is None:
        return ""
    day = day_in_words(found.logged.day, found.today)
    return say("While you practised: %(pain)s of 10 on %(day)s.", pain=found.logged.value, day=day)


def _pain_words(found: ClientProgress) -> str:
    """What is said where there is too little to draw."""
    given = [each for each in found.points if each.value is not None]
    if not given:
        return "" if found.logged else say("You have not told us about pain yet.")
    day = day_in_words(given[-1].day, found.today)
    return say("%(pain)s of 10 on %(day)s. One answer is not a trend yet.", pain=given[-1].value, day=day)


def _activity(each: OwnActivity, found: ClientProgress) -> ActivityLine:
    latest = _rated(each.latest, each.latest_at, found)
    if each.verdict is None:
        return ActivityLine(each.activity, latest, "", "")
    first = _rated(each.first, each.first_at, found)
    return ActivityLine(each.activity, latest, first, VERDICTS[each.verdict])


def _rated(rating: int, at: datetime, found: ClientProgress) -> str:
    day = day_in_words(local_date(at, found.client.time_zone), found.today)
    return say("%(rating)s of 10, %(day)s", rating=rating, day=day)


def _goals(found: ClientProgress) -> list[GoalLine]:
    """The goals as they were set, and those that can still be put back."""
    since = now() - PUT_BACK_WITHIN
    return [
        GoalLine(
            each.id,
            each.words,
            day_in_words(each.reached_on, found.today) if each.reached_on else "",
            is_removed=each.removed_at is not None,
        )
        for each in found.goals
        if each.removed_at is None or each.removed_at > since
    ]


def finding_lines(findings: Sequence[FindingTold], today: date) -> list[SharedMeasureLine]:
    """The measures a client is shown, in the order of the catalogue's plain words."""
    told = {(each.place.test, each.place.field, each.place.side): each for each in findings}
    return [_finding(told[place], measure, today) for place, measure in _in_order() if place in told]


@cache
def _in_order() -> list[tuple[tuple[str, str, Side], PlainMeasure]]:
    return [
        ((test.id, name, side), measure)
        for test in plain_words().values()
        for name, measure in test.measures.items()
        for side in Side
    ]


def _finding(each: FindingTold, measure: PlainMeasure, today: date) -> SharedMeasureLine:
    start = {"first": in_units(each.first, each.unit), "first_day": day_in_words(each.first_on, today)}
    name = _of_side(measure.label, each.place.side)
    if each.latest is None or each.latest_on is None or each.verdict is None:
        return SharedMeasureLine(name, **start)
    outcome = ChangeOutcome(each.verdict, difference(each.first, each.latest))
    return SharedMeasureLine(
        name=name,
        **start,
        now=in_units(each.latest, each.unit),
        now_day=day_in_words(each.latest_on, today),
        words=way_it_went(outcome, measure),
    )


def _of_side(label: str, side: Side) -> str:
    match side:
        case Side.LEFT:
            return say("%(measure)s, left", measure=label)
        case Side.RIGHT:
            return say("%(measure)s, right", measure=label)
        case Side.NONE:
            return label


def _news(news: ProgramNews, today: date) -> str:
    if isinstance(news, DoseChange):
        return news.in_words(today)
    day = day_in_words(news.day, today)
    if isinstance(news, NewVersionTaken):
        note = news.note.strip()
        if note:
            return say("New version since %(day)s: %(note)s", day=day, note=note)
        return say("New version since %(day)s.", day=day)
    return _step(news, day, today)


def _step(step: ProgramStep, day: str, today: date) -> str:
    program = step.program
    match step.action:
        case ProgramAction.PAUSE if step.until:
            until = day_in_words(step.until, today)
            return say("Paused until %(until)s: %(program)s, %(day)s.", until=until, program=program, day=day)
        case ProgramAction.PAUSE:
            return say("Paused: %(program)s, %(day)s.", program=program, day=day)
        case ProgramAction.RESUME:
            return say("Gone on with: %(program)s, %(day)s.", program=program, day=day)
        case ProgramAction.END:
            return say("Ended: %(program)s, %(day)s.", program=program, day=day)
        case _:
            return say("Begun again: %(program)s, %(day)s.", program=program, day=day)


def shareable_words(found: Sequence[ShareableFinding], today: date) -> list[str]:
    """What can be shared, each in the words that the client would read."""
    known = plain_words()
    lines = (
        _finding(_as_told(each), known[each.spot.test.id].measures[each.spot.field.id], today)
        for each in found
    )
    return [in_one_line(line) for line in lines]


def in_one_line(line: SharedMeasureLine) -> str:
    """A measure in one line: "How far you bend, left: 40° (5 Oct), now 52° (2 Nov). Further than before"."""
    told = f"{line.name}: {line.first} ({line.first_day})"
    if line.now:
        told += f", now {line.now} ({line.now_day})"
    return f"{told}. {line.words}" if line.words else told


def _as_told(each: ShareableFinding) -> FindingTold:
    start = (each.spot.place, each.spot.field.unit, each.first.value, each.first.on)
    if each.latest is None or each.outcome is None:
        return FindingTold(*start)
    return FindingTold(*start, each.latest.value, each.latest.on, each.outcome.verdict)
