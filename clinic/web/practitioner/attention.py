"""The first page of a practitioner: who needs looking after and what is done about it, and who answered."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.errors import RuleBroken
from clinic.domain.reason_acts import ReasonAct
from clinic.services.access import practice_of
from clinic.services.actors import Actor
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.acts import Press
from clinic.services.attention.cases import colleagues
from clinic.services.clients import records as clients
from clinic.services.programs import tapering
from clinic.services.routines import choosing
from clinic.web.authz import current_actor
from clinic.web.filters import local_date
from clinic.web.forms.attention import CameFrom, ReasonActForm, UndoForm, came_from
from clinic.web.presenters import attention as words
from clinic.web.presenters import tapering as offer_words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash
from clinic.web.whose import only_own


def index() -> str:
    """Everybody who needs attention, the most pressing first."""
    actor, mine = current_actor(), only_own()
    today = attention.today(actor, everybody=request.args.get("show") == "all", mine=mine)
    zone = practice_of(actor).time_zone
    staff = colleagues(actor)
    answered = [
        words.answer(each, local_date(each.answered_at, zone), today.today) for each in today.answered
    ]
    return render_template(
        "practitioner/attention/index.html",
        today=today.today,
        mine=mine,
        entries=[words.entry(listed, today.at, today.today, staff) for listed in today.listed],
        choices=words.choices(staff, today.at, today.today, CameFrom.MINE if mine else CameFrom.TODAY),
        headline=words.headline(today.count, len(today.listed), mine=mine),
        more=words.more(today.count, len(today.listed)),
        is_made=today.is_made,
        answered=answered,
        offers=offer_words.lines(tapering.open_offers(actor, mine=mine), today.today),
        first_steps=[] if today.listed or answered or mine else _first_steps(actor),
    )


def _first_steps(actor: Actor) -> list[words.FirstStep]:
    return words.first_steps(has_routine=bool(choosing.choices(actor)), has_client=clients.any_yet(actor))


def done(client_id: uuid.UUID) -> ResponseReturnValue:
    """Somebody has looked after a client, puts it off, or hands it to a colleague."""
    form, actor = ReasonActForm(), current_actor()
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken("The note is too long. Nothing was changed.")
        press = _do(actor, client_id, form)
        if press.before is not None:
            flash(words.done_before(press.before, practice_of(actor).time_zone), "caution")
        elif press.changed:
            text = words.pressed(form.what, press)
            told = {"text": text, **_undo(client_id, press, form.came_from.data)}
            flash(told, "undo")
    return redirect(_back(client_id, form.came_from.data), 303)


def undo(client_id: uuid.UUID) -> ResponseReturnValue:
    """Take back what was just done."""
    form = UndoForm()
    with told_on_the_next_page():
        if not form.validate_on_submit():
            raise RuleBroken("This page is out of date. Please open it again.")
        taken_back = acts.undo(current_actor(), client_id, form.press_id)
        flash("Taken back." if taken_back else "This was taken back before.", "success")
    return redirect(_back(client_id, form.came_from.data), 303)


def _do(actor: Actor, client_id: uuid.UUID, form: ReasonActForm) -> Press:
    about = (actor, client_id, form.handled())
    note, seen = form.note.data, form.seen_at
    match form.what:
        case ReasonAct.SNOOZED:
            return acts.snooze(*about, form.until_day, note, seen)
        case ReasonAct.HANDED:
            return acts.hand_over(*about, form.colleague_id, note, seen)
        case ReasonAct.DONE:
            return acts.handle(*about, note, seen)
    raise RuleBroken("This page is out of date. Please open it again.")


def _undo(client_id: uuid.UUID, press: Press, came_from: str | None) -> dict[str, object]:
    fields = {"press": str(press.id), "came_from": came_from or ""}
    return {"url": url_for("practitioner.attention.undo", client_id=client_id), "fields": fields}


def _back(client_id: uuid.UUID, page: str | None) -> str:
    match came_from(page):
        case CameFrom.MINE:
            return url_for("practitioner.attention.index", whose="mine")
        case CameFrom.CLIENTS:
            return url_for("practitioner.clients.index", needs="attention")
        case CameFrom.RECORD:
            return url_for("practitioner.clients.show", client_id=client_id)
    return url_for("practitioner.attention.index")
