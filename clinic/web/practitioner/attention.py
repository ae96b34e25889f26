"""The first page of a practitioner: who needs looking after, and who has answered."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.services.access import practice_of
from clinic.services.actors import Actor
from clinic.services.attention import today as attention
from clinic.services.clients import records as clients
from clinic.services.programs import tapering
from clinic.services.routines import publishing as routines
from clinic.web.authz import current_actor
from clinic.web.filters import local_date
from clinic.web.forms.checkins import HandledForm
from clinic.web.presenters import attention as words
from clinic.web.presenters import tapering as offer_words
from clinic.web.refusals import told_on_the_next_page


def index() -> str:
    """Everybody who needs attention, the most pressing first."""
    actor = current_actor()
    today = attention.today(actor, everybody=request.args.get("show") == "all")
    zone = practice_of(actor).time_zone
    answered = [
        words.answer(each, local_date(each.answered_at, zone), today.today) for each in today.answered
    ]
    return render_template(
        "practitioner/attention/index.html",
        today=today.today,
        entries=[words.entry(listed, today.at, today.today) for listed in today.listed],
        headline=words.headline(today.count, len(today.listed)),
        more=words.more(today.count, len(today.listed)),
        is_made=today.is_made,
        answered=answered,
        offers=offer_words.lines(tapering.open_offers(actor), today.today),
        first_steps=[] if today.listed or answered else _first_steps(actor),
    )


def _first_steps(actor: Actor) -> list[words.FirstStep]:
    return words.first_steps(has_routine=bool(routines.published(actor)), has_client=clients.any_yet(actor))


def done(client_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody has looked after a client."""
    form = HandledForm()
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken("The note is too long. Nothing was changed.")
        attention.handle(current_actor(), client_id, form.handled(), form.note.data)
        flash("Marked as done.", "success")
    return redirect(url_for("practitioner.attention.index"), 303)
