"""What a client did so far: weeks of practice and answered check-ins, gaps shown as gaps."""

from __future__ import annotations

from datetime import date, timedelta

from flask import render_template

from clinic.domain.dates import MONTHS, week_start
from clinic.domain.progress import adherence, week_strip
from clinic.services import practice_logs
from clinic.services.practice_logs import Diary
from clinic.web.authz import current_actor
from clinic.web.presenters.days import DayView, day_views

WEEKS = 12
WINDOWS = (7, 30, 90)


def index() -> str:
    """Show the weeks since the program's start, newest first."""
    held = practice_logs.diary(current_actor(), days=7 * WEEKS + 7)
    figures = [adherence(held.outcomes, held.plan, held.today, days) for days in WINDOWS] if held.plan else []
    return render_template("client/history.html", held=held, weeks=_weeks(held), figures=figures)


def _weeks(held: Diary) -> list[tuple[str, list[DayView]]]:
    if held.plan is None:
        return []
    monday, last = week_start(held.today), week_start(held.plan.starts_on)
    weeks: list[tuple[date, list[DayView]]] = []
    while monday >= last and len(weeks) < WEEKS:
        days = week_strip(held.outcomes, held.plan, held.today, monday)
        weeks.append((monday, day_views(days, held.today)))
        monday -= timedelta(days=7)
    return [(f"Week of {first.day} {MONTHS[first.month - 1]}", days) for first, days in weeks]
