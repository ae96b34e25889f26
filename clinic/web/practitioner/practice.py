"""The practice's own page: its numbers, its hours, its people."""

from __future__ import annotations

import uuid

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.domain.load import load_in_words
from clinic.services import practices
from clinic.services.access import practice_of, user_for
from clinic.services.accounts import sessions
from clinic.services.accounts import signing_in as accounts
from clinic.web import mailing
from clinic.web.authz import current_actor
from clinic.web.forms.accounts import EndSessionForm, SecondStepRequiredForm
from clinic.web.forms.base import Form
from clinic.web.forms.practice import PracticeForm
from clinic.web.presenters import browsers
from clinic.web.refusals import told_on_the_next_page


def show() -> Response | str | tuple[str, int]:
    """Show the practice, and change it for its owner."""
    actor = current_actor()
    form = PracticeForm(obj=practice_of(actor))
    if form.validate_on_submit():
        with form.attempt():
            practices.change(actor, form.details())
            flash("Saved.", "success")
            return redirect(url_for("practitioner.practice.show"), 303)
    people = practices.staff(actor)
    server = mailing.setup().server
    wanted = SecondStepRequiredForm(formdata=None, required=sessions.wants_second_step(practice_of(actor)))
    page = render_template(
        "practitioner/practice/show.html",
        form=form,
        people=people,
        limit=load_in_words(practice_of(actor).load_limit),
        mail_server=server.host if server else "",
        second_step_form=wanted,
    )
    return page, 422 if form.errors else 200


def close_account(user_id: uuid.UUID) -> Response | str:
    """Ask, and close a colleague's account."""
    actor = current_actor()
    person = user_for(actor, user_id)
    form = Form()
    if not form.validate_on_submit():
        return render_template("practitioner/practice/close_account.html", person=person)
    with told_on_the_next_page():
        accounts.close(actor, user_id)
        flash(f"The account of {person.name} is closed.", "success")
    return redirect(url_for("practitioner.practice.show"), 303)


def devices(user_id: uuid.UUID) -> str:
    """Where somebody of the practice is signed in."""
    actor = current_actor()
    person = user_for(actor, user_id)
    found = browsers.lines(sessions.open_browsers(person), practice_of(actor).time_zone)
    return render_template("practitioner/practice/devices.html", person=person, browsers=found)


def end_device(user_id: uuid.UUID) -> Response:
    """Sign somebody of the practice out in one browser, or in all."""
    form = EndSessionForm()
    if not form.validate_on_submit():
        raise NotFound
    person = sessions.end_of(current_actor(), user_id, form.session_id())
    flash(f"{person.name} is signed out there.", "success")
    return redirect(url_for("practitioner.practice.devices", user_id=user_id), 303)
