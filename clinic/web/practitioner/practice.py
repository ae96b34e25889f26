"""The practice's own page: its numbers, its hours, and the way to all its sections."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.services import practices
from clinic.services.access import practice_of
from clinic.services.accounts import sessions
from clinic.web import mailing
from clinic.web.authz import current_actor
from clinic.web.forms.accounts import SecondStepRequiredForm
from clinic.web.forms.practice import SETTINGS
from clinic.web.presenters import practice as words
from clinic.web.speaking import flash


def settings(part: str) -> Response | str | tuple[str, int]:
    """One section of what the practice says of itself, changed by its owner."""
    actor = current_actor()
    form = SETTINGS[part](obj=practice_of(actor))
    if form.validate_on_submit():
        with form.attempt():
            practices.change(actor, **form.values())
            flash("Saved.", "success")
            return redirect(url_for("practitioner.practice.show", _anchor=part), 303)
    page = render_template(f"practitioner/practice/settings_{part}.html", form=form)
    return page, 422 if form.errors else 200


def show() -> str:
    """The sections of the practice, each with what it says now."""
    actor = current_actor()
    server = mailing.setup().server
    wanted = SecondStepRequiredForm(formdata=None, required=sessions.wants_second_step(practice_of(actor)))
    return render_template(
        "practitioner/practice/show.html",
        sections=words.sections(practice_of(actor)),
        mail_server=server.host if server else "",
        second_step_form=wanted,
    )
