"""What a client did so far: weeks of practice and answered check-ins, gaps shown as gaps."""

from __future__ import annotations

from datetime import date, timedelta

from flask import render_template

from clinic.domain.dates import day_of_month, week_start
from clinic.domain.phases import listed
from clinic.domain.progress import Plan, week_strip
from clinic.domain.words import say
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.diary import Diary
from clinic.web.authz import current_actor
from clinic.web.presenters.days import DayView, day_views
from clinic.web.presenters.practised import practised_figures

WEEKS = 12


def index() -> str:
    """Show the weeks of the programs that run or ran last, newest first."""
    held = practice_logs.history(current_actor(), days=7 * WEEKS + 7)
    plan = held.plan
    if plan is None:
        return render_template("client/history.html", held=held)
    last = plan.last_day(held.today) if held.has_ended else held.today
    return render_template(
        "client/history.html",
        held=held,
        programs=listed([each.name for each in held.plans.values()]),
        weeks=_weeks(held, plan, last),
        figures=practised_figures(held),
        ended=last if held.has_ended else None,
    )


def _weeks(held: Diary, plan: Plan, newest: date) -> list[tuple[str, list[DayView]]]:
    monday, last = week_start(newest), week_start(plan.starts_on)
    weeks: list[tuple[date, list[DayView]]] = []
    while monday >= last and len(weeks) < WEEKS:
        days = week_strip(held.outcomes, plan, held.today, monday)
        weeks.append((monday, day_views(days, held.today)))
        monday -= timedelta(days=7)
    return [(say("Week of %(day)s", day=day_of_month(first)), days) for first, days in weeks]
