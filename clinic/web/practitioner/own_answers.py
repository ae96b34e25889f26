"""The practice's own answers: the list, one answer, writing, signing, removing, taking shipped ones."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, RuleBroken
from clinic.models import OwnAnswer
from clinic.services.access import practice_of
from clinic.services.links import address as full_address
from clinic.services.own_answers import finding, sources, writing
from clinic.services.own_answers.writing import REFUSED
from clinic.web.authz import current_actor
from clinic.web.forms.own_answers import (
    FromMessageForm,
    OwnAnswerForm,
    address_parts,
    filter_fields,
    wanted_from,
)
from clinic.web.presenters import own_answers as words
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
CHANGED_MEANWHILE = "Somebody changed this answer meanwhile. Read it again, then sign."


def index() -> str:
    """The library of answers, searched and filtered."""
    actor, wanted = current_actor(), wanted_from(request.args)
    found = finding.page(actor, wanted)
    word = practice_of(actor).answers_word
    return render_template(
        "practitioner/own_answers/index.html",
        found=found,
        wanted=wanted,
        fields=filter_fields(wanted),
        words=words,
        pages=_pages(found, address_parts(wanted)),
        public_url=full_address("public.own_answers.show", word=word) if word else None,
        may_write=_may_write(),
    )


def show(own_answer_id: uuid.UUID) -> str:
    """One answer as clients read it, and where it stands."""
    answer = writing.whole(current_actor(), own_answer_id)
    return render_template(
        "practitioner/own_answers/show.html",
        answer=answer,
        words=words,
        helped=finding.how_many_helped(answer),
        may_write=_may_write(),
    )


def add() -> Answer:
    """Write an answer."""
    actor = current_actor()
    if not _may_write():
        return _refused()
    form = OwnAnswerForm.about_one_of(writing.subjects(actor))
    if form.validate_on_submit():
        with form.attempt():
            made = writing.add(actor, form.key.data or "", form.details())
            flash("The answer is kept as a draft. Read it once more, then sign it.", "success")
            return _to(made.id)
    return _page(form), 422 if form.errors else 200


def from_message(thread_message_id: uuid.UUID) -> Answer:
    """Make an answer of a client's message; what could tell who it was is shown until somebody has looked."""
    actor = current_actor()
    seed = sources.seed(actor, thread_message_id)
    if not _may_write():
        return _refused()
    form = FromMessageForm.of_message(writing.subjects(actor), seed)
    client = seed.message.client
    said = (form.question.data or "", form.text.data or "")
    parts = sources.telling(client, *said)
    if form.validate_on_submit():
        if parts and not form.looked.data:
            form.refuse(RuleBroken("Look at what could tell who asked, and say that you have.", "looked"))
        else:
            with form.attempt():
                key, details = form.key.data or "", form.details()
                made = sources.make(actor, thread_message_id, key, details, ask=form.ask.data)
                flash("The answer is kept as a draft. Read it once more, then sign it.", "success")
                return _to(made.id)
    page = _page(form, seed=seed, parts=words.telling_lines(parts), client=client)
    return page, 422 if form.errors else 200


def edit(own_answer_id: uuid.UUID) -> Answer:
    """Change an answer; where somebody else saved first, show what stands."""
    actor = current_actor()
    answer = writing.whole(actor, own_answer_id)
    if not _may_write():
        return _refused()
    form = OwnAnswerForm.about_one_of(writing.subjects(actor), answer)
    if form.validate_on_submit():
        try:
            with form.attempt():
                writing.change(actor, own_answer_id, form.version.data, form.details())
                flash("The answer is saved.", "success")
                return _to(own_answer_id)
        except Conflict:
            answer = writing.whole(actor, own_answer_id)
            form.version.data, form.version.raw_data = answer.version, None
            return _page(form, answer, stands=answer), 409
    return _page(form, answer), 422 if form.errors else 200


def sign(own_answer_id: uuid.UUID) -> Response:
    """Take an answer as one's own, as it stood on the page."""
    try:
        with told_on_the_next_page():
            writing.sign(current_actor(), own_answer_id, request.form.get("version", 0, type=int))
            flash("Your name stands under it. Clients find it from now on.", "success")
    except Conflict:
        flash(CHANGED_MEANWHILE, "caution")
    return _to(own_answer_id)


def remove(own_answer_id: uuid.UUID) -> Response:
    """Show an answer to nobody any more."""
    writing.remove(current_actor(), own_answer_id)
    flash("The answer is removed. “Bring back” stands on its page.", "success")
    return _to(own_answer_id)


def bring_back(own_answer_id: uuid.UUID) -> Response:
    """Show an answer again."""
    writing.bring_back(current_actor(), own_answer_id)
    flash("The answer is back.", "success")
    return _to(own_answer_id)


def shipped() -> str:
    """The shipped answers that the practice has not taken yet."""
    return render_template(
        "practitioner/own_answers/shelf.html",
        answers=writing.still_on_shelf(current_actor()),
        words=words,
        may_write=_may_write(),
    )


def take(answer_key: str) -> Response:
    """Take a shipped answer."""
    answer = writing.take(current_actor(), answer_key)
    flash("It is yours, as a draft. Read it, change what you say differently, and sign it.", "success")
    return _to(answer.id)


def _may_write() -> bool:
    return current_actor().may(Permission.PUBLISH_ROUTINES)


def _refused() -> Response:
    flash(REFUSED, "caution")
    return redirect(url_for("practitioner.own_answers.index"), 303)


def _page(form: OwnAnswerForm, answer: OwnAnswer | None = None, **context: Any) -> str:
    context = {"stands": None, "seed": None} | context
    return render_template("practitioner/own_answers/edit.html", form=form, answer=answer, **context)


def _pages(found: finding.AnswerPage, parts: Mapping[str, Any]) -> dict[str, str | None]:
    at, number = "practitioner.own_answers.index", found.number
    return {
        "before": url_for(at, page=number - 1, **parts) if number > 1 else None,
        "after": url_for(at, page=number + 1, **parts) if number < found.pages else None,
    }


def _to(own_answer_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.own_answers.show", own_answer_id=own_answer_id), 303)
