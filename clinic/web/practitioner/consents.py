"""What a client agreed to, noted and withdrawn; and the words that clients are asked."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.consents import ConsentKind
from clinic.services import access
from clinic.services.consents import acts, texts
from clinic.web.authz import current_actor
from clinic.web.forms.consents import GivenForm, WithdrawnForm, WordingForm
from clinic.web.presenters import consents as words
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def show(client_id: uuid.UUID) -> Answer:
    """Both kinds with each act, and the form that notes one."""
    actor = current_actor()
    client, practice = access.client_for(actor, client_id), access.practice_of(actor)
    missing, asked = acts.missing(client), texts.in_force(practice)
    forms, form = acts.forms_of(actor, client_id), GivenForm()
    form.offer(forms, missing)
    if form.validate_on_submit():
        with form.attempt():
            how, on = form.how.data, form.given_on.data
            made = acts.record(actor, client_id, [form.kind.data], how, on=on, document_id=form.document_id())
            flash("The consent is noted." if made else "It was noted already.", "success")
            return redirect(url_for("practitioner.consents.show", client_id=client_id), 303)
    page = render_template(
        "practitioner/consents/show.html",
        client=client,
        form=form,
        forms=forms,
        sections=words.sections(client, practice, acts.of_client(actor, client_id), missing, asked),
        wording={kind.value: f"“{asked[kind].text}”" for kind in missing},
    )
    return page, 422 if form.errors else 200


def withdraw(client_id: uuid.UUID, kind: str) -> Answer:
    """Note that a client withdrew one; the page says what follows."""
    actor, form = current_actor(), WithdrawnForm()
    client, consent = access.client_for(actor, client_id), ConsentKind(kind)
    if form.validate_on_submit():
        done = acts.withdraw(actor, client_id, consent, form.how.data)
        flash("It is noted that the consent is withdrawn." if done else "No such consent stands.", "success")
        return redirect(url_for("practitioner.consents.show", client_id=client_id), 303)
    context = {"title": words.TITLES[consent], "follows": words.FOLLOWS[consent]}
    page = render_template("practitioner/consents/withdraw.html", client=client, form=form, **context)
    return page, 422 if form.errors else 200


def wording() -> Answer:
    """The words that clients are asked, and each earlier version."""
    actor, form = current_actor(), WordingForm()
    practice = access.practice_of(actor)
    if form.validate_on_submit():
        with form.attempt():
            made = texts.sign_off(actor, form.consent, form.text.data or "")
            flash(
                "Clients are asked in these words from now on." if made else "These are the words already.",
                "success",
            )
            return redirect(url_for("practitioner.consents.wording"), 303)
    earlier = [
        (words.TITLES[each.kind], words.signed_by(each, practice), each.text) for each in texts.history(actor)
    ]
    page = render_template(
        "practitioner/consents/wording.html",
        form=form,
        asked=[(kind.value, words.TITLES[kind], asked) for kind, asked in texts.in_force(practice).items()],
        earlier=earlier,
        problems=[(f"text-{form.kind.data}", each) for each in form.text.errors if not form.kind.errors],
    )
    return page, 422 if form.errors else 200
