"""A client's progress in words: what they did, how it went, what was changed, with gaps as gaps."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from clinic.domain.change import ChangeVerdict
from clinic.domain.dates import day_in_words, week_start
from clinic.domain.dose_changes import DoseChange
from clinic.domain.own_activities import OwnActivity
from clinic.domain.progress import ASKED, PRACTISED, week_strip
from clinic.domain.types import DayMark, ProgramAction
from clinic.services.programs.diary import Diary
from clinic.services.progress.reading import ClientProgress, NewVersionTaken, ProgramNews, ProgramStep
from clinic.web.filters import local_date
from clinic.web.presenters.checkin_charts import CheckinChart, chart, last_said, with_gaps
from clinic.web.presenters.mistakes import MistakeView, mistake_view
from clinic.web.presenters.practised import PractisedFigure, practised_figures

WEEKS = 13
MOST_CHANGES = 8
TOLD = ASKED - {DayMark.NOT_REPORTED}
STEPS = {
    ProgramAction.PAUSE: "Paused",
    ProgramAction.RESUME: "Gone on with",
    ProgramAction.END: "Ended",
    ProgramAction.RESTART: "Begun again",
}
VERDICTS = {
    ChangeVerdict.BETTER: "Easier than at first",
    ChangeVerdict.WORSE: "Harder than at first",
    ChangeVerdict.SAME: "The same as at first",
    ChangeVerdict.WITHIN_ERROR: "About the same as at first",
}


@dataclass(frozen=True, slots=True)
class ActivityLine:
    """Something the client named, how well they can do it now and could at first, and what that is called."""

    activity: str
    now: str
    before: str
    words: str


@dataclass(frozen=True, slots=True)
class ProgressView:
    """All that a client's progress page shows."""

    headline: str
    figures: list[PractisedFigure]
    weeks: CheckinChart | None
    pain: CheckinChart | None
    pain_words: str
    mistake: MistakeView | None
    mistake_name: str
    activities: list[ActivityLine]
    changes: list[str]


def progress_view(found: ClientProgress) -> ProgressView:
    """The page in words."""
    return ProgressView(
        headline=found.headline,
        figures=practised_figures(found.diary),
        weeks=_weeks(found.diary),
        pain=_pain(found),
        pain_words=_pain_words(found),
        mistake=mistake_view(found.mistake),
        mistake_name=f"The {found.mistake_name}" if found.mistake_name else "The mistake",
        activities=[_activity(each, found) for each in found.activities],
        changes=[_news(each, found.today) for each in found.changes[:MOST_CHANGES]],
    )


def _weeks(held: Diary) -> CheckinChart | None:
    """Days practised week by week; a week that asked for nothing, or of which nothing is known, is a gap."""
    points = list(_week_points(held))
    return chart("Days practised in a week", "Days practised", points, 7, (0, 3, 7), noun="Week of")


def _week_points(held: Diary) -> Iterator[tuple[date, int | None]]:
    plan = held.plan
    if plan is None:
        return
    last = plan.last_day(held.today) if held.has_ended else held.today
    monday = max(week_start(plan.starts_on), week_start(last) - timedelta(weeks=WEEKS - 1))
    while monday <= last:
        marks = [day.mark for day in week_strip(held.outcomes, plan, held.today, monday)]
        is_told = any(mark in TOLD for mark in marks)
        yield monday, sum(mark in PRACTISED for mark in marks) if is_told else None
        monday += timedelta(weeks=1)


def _pain(found: ClientProgress) -> CheckinChart | None:
    points = with_gaps([(each.day, each.value) for each in found.points])
    drawn = chart("Pain", "Average pain of the week", points, 10, (0, 5, 10))
    if drawn is None or (found.is_well and not found.is_held):
        return drawn
    return replace(drawn, title=last_said(points))


def _pain_words(found: ClientProgress) -> str:
    """What is said where there is too little to draw."""
    given = [each for each in found.points if each.value is not None]
    if not given:
        return "You have not told us about pain in a check-in yet."
    day = day_in_words(given[-1].day, found.today)
    return f"{given[-1].value} of 10 on {day}. One answer is not a trend yet."


def _activity(each: OwnActivity, found: ClientProgress) -> ActivityLine:
    if each.verdict is None:
        return ActivityLine(each.activity, f"{each.latest} of 10, {_on(each.latest_at, found)}", "", "")
    return ActivityLine(
        activity=each.activity,
        now=f"{each.latest} of 10, {_on(each.latest_at, found)}",
        before=f"{each.first} of 10, {_on(each.first_at, found)}",
        words=VERDICTS[each.verdict],
    )


def _on(at: datetime, found: ClientProgress) -> str:
    return day_in_words(local_date(at, found.client.time_zone), found.today)


def _news(news: ProgramNews, today: date) -> str:
    if isinstance(news, DoseChange):
        return news.in_words(today)
    day = day_in_words(news.day, today)
    if isinstance(news, NewVersionTaken):
        note = news.note.strip()
        return f"New version since {day}: {note}" if note else f"New version since {day}."
    return f"{STEPS[news.action]}{_until(news, today)}: {news.program}, {day}."


def _until(step: ProgramStep, today: date) -> str:
    return f" until {day_in_words(step.until, today)}" if step.until else ""
