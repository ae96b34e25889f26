"""What a client did so far: weeks of practice and answered check-ins, gaps shown as gaps."""

from __future__ import annotations

from datetime import date, timedelta

from flask import render_template

from clinic.domain.dates import MONTHS, week_start
from clinic.domain.progress import Adherence, PracticePlan, adherence, week_strip
from clinic.domain.types import ProgramStatus
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.diary import Diary
from clinic.web.authz import current_actor
from clinic.web.presenters.days import DayView, day_views

WEEKS = 12
WINDOWS = (7, 30, 90)


def index() -> str:
    """Show the weeks of the program that runs or ran last, newest first."""
    held = practice_logs.history(current_actor(), days=7 * WEEKS + 7)
    if held.program is None or held.plan is None:
        return render_template("client/history.html", held=held)
    has_ended = held.program.status is ProgramStatus.ENDED
    last = _last_day(held.plan, held.today) if has_ended else held.today
    return render_template(
        "client/history.html",
        held=held,
        weeks=_weeks(held, held.plan, last),
        figures=[] if has_ended else [_figure(held, held.plan, days) for days in WINDOWS],
        ended=last if has_ended else None,
        whole=_figure(held, held.plan, (held.today - held.plan.starts_on).days + 1) if has_ended else None,
    )


def _figure(held: Diary, plan: PracticePlan, days: int) -> Adherence:
    return adherence(held.outcomes, plan, held.today, days)


def _last_day(plan: PracticePlan, today: date) -> date:
    """The last day on which an ended program asked for practice."""
    stops = [pause.first - timedelta(days=1) for pause in plan.pauses if pause.last is None]
    return max(plan.starts_on, min([today, *stops, *([plan.ends_on] if plan.ends_on else [])]))


def _weeks(held: Diary, plan: PracticePlan, newest: date) -> list[tuple[str, list[DayView]]]:
    monday, last = week_start(newest), week_start(plan.starts_on)
    weeks: list[tuple[date, list[DayView]]] = []
    while monday >= last and len(weeks) < WEEKS:
        days = week_strip(held.outcomes, plan, held.today, monday)
        weeks.append((monday, day_views(days, held.today)))
        monday -= timedelta(days=7)
    return [(f"Week of {first.day} {MONTHS[first.month - 1]}", days) for first, days in weeks]
