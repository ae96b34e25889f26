"""Phrases of one's own: all of them on one page, made, changed, taken away, brought back."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.services.notes import phrases
from clinic.web.authz import current_actor
from clinic.web.forms.notes import PhraseForm
from clinic.web.practitioner.notes import REFUSED
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
TAKE_AWAY, BRING_BACK = "take_away", "bring_back"


def index() -> Answer:
    """The phrases of whoever is signed in, and a form for one of them."""
    actor = current_actor()
    if not actor.may(Permission.WRITE_NOTES):
        flash(REFUSED, "caution")
        return redirect(url_for("practitioner.attention.index"), 303)
    form = PhraseForm()
    if not form.is_filled_in:
        return _page(_shown(request.args.get("phrase", "")))
    if request.form.get("act") in (TAKE_AWAY, BRING_BACK):
        return _offered(form)
    if form.validate_on_submit():
        try:
            with form.attempt():
                return _saved(form)
        except Conflict:
            return _again(form)
    return _page(form), 422 if form.errors else 200


def _shown(phrase_id: str) -> PhraseForm:
    if not phrase_id:
        return PhraseForm()
    phrase = phrases.own(current_actor(), _id(phrase_id))
    about = {"phrase": str(phrase.id), "version": phrase.version, "name": phrase.name, "text": phrase.text}
    return PhraseForm(data=about)


def _saved(form: PhraseForm) -> Response:
    actor, name, text = current_actor(), form.name.data or "", form.text.data or ""
    if form.phrase.data:
        phrases.change(actor, _id(form.phrase.data), form.version.data or 0, name, text)
    else:
        phrases.add(actor, form.key.data or "", name, text)
    flash(f"{name} is saved.", "success")
    return redirect(url_for("practitioner.phrases.index"), 303)


def _offered(form: PhraseForm) -> Response:
    away = request.form.get("act") == TAKE_AWAY
    change = phrases.take_away if away else phrases.bring_back
    phrase = change(current_actor(), _id(form.phrase.data or ""))
    flash(f"{phrase.name} is {'taken away' if away else 'back'}.", "success")
    return redirect(url_for("practitioner.phrases.index"), 303)


def _again(form: PhraseForm) -> Answer:
    """Changed in another window: what was typed stands, and saving again replaces what is there."""
    phrase = phrases.own(current_actor(), _id(form.phrase.data or ""))
    form.version.data, form.version.raw_data = phrase.version, None
    said = f"You changed this in another window. There it says: {phrase.text}"
    form.refuse(RuleBroken(f"{said} Save again to keep what stands here.", "text"))
    return _page(form), 409


def _id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise NotFound from None


def _page(form: PhraseForm) -> str:
    return render_template(
        "practitioner/notes/phrases.html", form=form, phrases=phrases.all_of(current_actor())
    )
