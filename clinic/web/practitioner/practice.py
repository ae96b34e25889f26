"""The practice's own page: its numbers and its hours."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.load import load_in_words
from clinic.services import practices
from clinic.services.access import practice_of
from clinic.services.accounts import sessions
from clinic.web import mailing
from clinic.web.authz import current_actor
from clinic.web.forms.accounts import SecondStepRequiredForm
from clinic.web.forms.practice import PracticeForm


def show() -> Response | str | tuple[str, int]:
    """Show the practice, and change it for its owner."""
    actor = current_actor()
    form = PracticeForm(obj=practice_of(actor))
    if form.validate_on_submit():
        with form.attempt():
            practices.change(actor, form.details())
            flash("Saved.", "success")
            return redirect(url_for("practitioner.practice.show"), 303)
    server = mailing.setup().server
    wanted = SecondStepRequiredForm(formdata=None, required=sessions.wants_second_step(practice_of(actor)))
    page = render_template(
        "practitioner/practice/show.html",
        form=form,
        limit=load_in_words(practice_of(actor).load_limit),
        mail_server=server.host if server else "",
        second_step_form=wanted,
    )
    return page, 422 if form.errors else 200
