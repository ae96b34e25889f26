"""Erasing clients: the owner's page about it, the act itself, calling it back, and the receipt."""

from __future__ import annotations

import uuid

from flask import Response, redirect, render_template, url_for
from werkzeug.wrappers import Response as Answer

from clinic.domain.erasure import GRACE, ErasureReason
from clinic.domain.errors import Forbidden, NotFound
from clinic.services.access import client_for, practice_of
from clinic.services.clock import now, today_in
from clinic.services.erasure import asking, doing, kept, pages
from clinic.services.erasure.doing import ErasureOutcome
from clinic.web.authz import current_actor
from clinic.web.downloads import PDF, ZIP, file_answer
from clinic.web.filters import day_year
from clinic.web.forms.base import Form
from clinic.web.forms.erasure import DueForm, EraseForm, ErasureSettingsForm
from clinic.web.papers import paper
from clinic.web.presenters import erasure as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash, here

Page = Answer | str | tuple[str, int]
IN_FLIGHT = "A mail to or about this client is on its way just now. It is erased as soon as that is settled."


def index() -> Page:
    """Who asked, who is to be erased, who is due, who was erased; and what the practice has said."""
    form = ErasureSettingsForm(formdata=None)
    form.show(practice_of(current_actor()))
    return _index(form)


def settings() -> Page:
    """Say after how many years clients are listed, and what the law keeps."""
    form = ErasureSettingsForm()
    if form.validate_on_submit():
        with form.attempt():
            asking.change_settings(current_actor(), form.retention_years.data, form.keeping())
            flash("Saved.", "success")
            return redirect(url_for("practitioner.erasure.index"), 303)
    return _index(form)


def due() -> Answer:
    """Have those erased who are due and ticked; each is checked again."""
    actor, form = current_actor(), DueForm()
    if not form.validate_on_submit():
        raise NotFound
    chosen = {client_for(actor, each).id for each in form.clients.data or ()}
    found = [each.client for each in pages.due(actor) if each.client.id in chosen]
    if not found or not form.sure.data:
        flash("Nobody was chosen: tick whom you mean, and that you have looked at each.", "caution")
        return redirect(url_for("practitioner.erasure.index", _anchor="due"), 303)
    with told_on_the_next_page():
        if any(asking.must_say_keeping(client, practice_of(actor)) for client in found):
            flash(
                "Some of them have signed records. Say below what your law keeps, or erase them one by one.",
                "caution",
            )
            return redirect(url_for("practitioner.erasure.index", _anchor="keeping"), 303)
        for client in found:
            asking.begin(actor, client.id, ErasureReason.RETENTION, "", None)
        flash(
            f"To be erased in {GRACE.days} days: {len(found)}. Until then each can be called back.", "success"
        )
    return redirect(url_for("practitioner.erasure.index"), 303)


def erase(client_id: uuid.UUID) -> Page:
    """Ask, and have a client erased: in thirty days, or at once where the record was added by mistake."""
    actor = current_actor()
    client, practice = client_for(actor, client_id), practice_of(actor)
    must_say = asking.must_say_keeping(client, practice)
    form = EraseForm()
    going = asking.open_of(actor, client_id)
    if form.validate_on_submit():
        with form.attempt():
            if form.reason.data is ErasureReason.MISTAKE:
                return _mistake(client_id, client.name)
            keep = form.asked_to_keep(must_say=must_say)
            erasure = asking.begin(actor, client_id, form.reason.data, form.note.data or "", keep)
            assert erasure.erase_on is not None
            flash(f"{client.name} will be erased on {day_year(erasure.erase_on)}.", "success")
            return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)
    context = {
        "client": client,
        "form": form,
        "must_say": must_say,
        "said": asking.practice_keeps(practice),
        "no_mistake": asking.mistake_problem(client, practice),
        "going": going,
        "days": GRACE.days,
    }
    return render_template("practitioner/erasure/erase.html", **context), 422 if form.errors else 200


def call_back(client_id: uuid.UUID) -> Answer:
    """Let everything be as it was."""
    actor = current_actor()
    client = client_for(actor, client_id)
    if not Form().validate_on_submit():
        raise NotFound
    try:
        with told_on_the_next_page():
            asking.call_back(actor, client_id)
            flash(
                f"{client.name} is here as before. Mails and invitations that had ended stay so.",
                "success",
            )
    except Forbidden as refused:
        flash(str(refused), "caution")
    return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)


def decline(client_id: uuid.UUID) -> Answer:
    """Leave a client's wish unfulfilled."""
    actor = current_actor()
    client = client_for(actor, client_id)
    if not Form().validate_on_submit():
        raise NotFound
    asking.decline(actor, client_id)
    flash(f"The wish of {client.name} is declined. Tell them why.", "success")
    return redirect(url_for("practitioner.erasure.index"), 303)


def receipt(erasure_id: uuid.UUID) -> str:
    """What was erased when, by kind, and what is kept and why."""
    actor = current_actor()
    found, until = pages.receipt(actor, erasure_id)
    facts = words.facts(found, until, practice_of(actor).time_zone)
    return render_template("practitioner/erasure/receipt.html", erasure=found, facts=facts, until=until)


def receipt_text(erasure_id: uuid.UUID) -> Response:
    """The same as a file of plain text."""
    actor = current_actor()
    found, until = pages.receipt(actor, erasure_id)
    practice = practice_of(actor)
    text = words.as_text(practice.name, found, until, practice.time_zone, here())
    return file_answer(text.encode(), "text/plain", "receipt.txt", today_in(practice.time_zone))


def receipt_pdf(erasure_id: uuid.UUID) -> Response:
    """The same on paper, under the practice's letterhead."""
    actor, at = current_actor(), now()
    found, until = pages.receipt(actor, erasure_id)
    practice = practice_of(actor)
    made = paper("record", words.receipt_paper(practice, found, until, actor.name, at), practice, at)
    return file_answer(made, PDF, "receipt.pdf", today_in(practice.time_zone))


def kept_record(erasure_id: uuid.UUID) -> Response:
    """What the law keeps of them; asked for by a press, never by an address alone."""
    actor = current_actor()
    made = kept.take_out(actor, erasure_id)
    return file_answer(made, ZIP, "kept-record.zip", today_in(practice_of(actor).time_zone))


def _mistake(client_id: uuid.UUID, name: str) -> Answer:
    erasure_id = asking.begin_mistake(current_actor(), client_id).id
    if doing.erase(erasure_id) is ErasureOutcome.DONE:
        flash(f"The record of {name} is deleted.", "success")
    else:
        flash(IN_FLIGHT, "caution")
    return redirect(url_for("practitioner.erasure.index"), 303)


def _index(form: ErasureSettingsForm) -> Page:
    actor = current_actor()
    found, zone = pages.page(actor), practice_of(actor).time_zone
    page = render_template(
        "practitioner/erasure/index.html",
        form=form,
        due_form=DueForm(formdata=None),
        asked=[words.waiting_row(each, zone) for each in found.asked],
        in_grace=[words.waiting_row(each, zone) for each in found.in_grace],
        due=[words.due_row(each) for each in found.due],
        done=[words.done_row(each, zone) for each in found.done],
        kept=[(words.done_row(each.erasure, zone), each.until, each.erasure.keep_law) for each in found.kept],
        days=GRACE.days,
    )
    return page, 422 if form.errors else 200
