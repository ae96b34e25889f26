"""Guided practice: the day's moves one after another, and the log at the end."""

from __future__ import annotations

from flask import render_template
from flask.typing import ResponseReturnValue

from clinic.domain.pain_rule import PainAnswer
from clinic.services.programs import pain, practising
from clinic.web.authz import current_actor
from clinic.web.client.today import log_form
from clinic.web.presenters.hold import hold_text
from clinic.web.presenters.pain_answers import day_view, own_limit
from clinic.web.presenters.practising import practice_view
from clinic.web.security import MIRROR_PERMISSIONS


def show() -> ResponseReturnValue:
    """The sequence with its times, which a script runs where there is one."""
    found = practising.of_today(current_actor())
    held = found.diary
    asked, told = pain.this_morning(held), pain.of_day(held, held.today)
    page = render_template(
        "client/practise.html",
        held=held,
        problem=found.problem,
        practice_view=None if found.problem else practice_view(found),
        under_way=practice_view(found) if found.was_under_way else None,
        own_limit=own_limit(held.client, held.client.practice),
        form=log_form(held, held.today, asked),
        told=day_view(told) if told and told.ruling.answer is PainAnswer.STOP else None,
        hold=hold_text(held.tier, held.client.practice) if held.tier and held.locked else None,
    )
    return page, {"Permissions-Policy": MIRROR_PERMISSIONS}
