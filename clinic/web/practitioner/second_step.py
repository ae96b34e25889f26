"""The second step of one's own sign-in: an app, recovery codes, taking it off; a colleague's by the owner."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.domain.devices import device_words
from clinic.domain.errors import NotFound
from clinic.services.access import practice_of, user_for
from clinic.services.accounts import passkeys, second_step
from clinic.services.accounts import signing_in as accounts
from clinic.services.accounts.second_step import SetUpDone
from clinic.web.authz import current_actor, renew_session
from clinic.web.filters import local_date
from clinic.web.forms.accounts import CodeForm, PasskeyForm, RemovePasskeyForm, SecondStepRequiredForm
from clinic.web.forms.base import Form
from clinic.web.mailing import flash_promised
from clinic.web.presenters.invitations import qr_code
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = Response | str | tuple[str, int]


def show() -> Page:
    """What is set up, and what can be changed; for whoever has to set it up first, the way to begin."""
    actor = current_actor()
    state, zone = second_step.state(actor), practice_of(actor).time_zone
    since = local_date(state.app_since, zone) if state.app_since else None
    return render_template(
        "practitioner/second_step/show.html",
        state=state,
        app_since=since,
        passkeys=[(key, local_date(key.created_at, zone)) for key in state.passkeys],
        must_set_up=current_user.must_set_up,
    )


def begin_app() -> Response:
    """Make the picture for an app."""
    if not Form().validate_on_submit():
        raise NotFound
    second_step.begin_app(current_actor())
    return redirect(url_for("practitioner.second_step.app"), 303)


def app() -> Page:
    """Show the picture for the app, and take its first code."""
    actor, form = current_actor(), CodeForm()
    if form.validate_on_submit():
        with form.attempt():
            done = second_step.confirm_app(actor, current_user.session_id, form.code.data or "")
            return _done(done, "The new app is set up. The one before shows no good codes any more.")
    wanted = second_step.app_to_set_up(actor)
    if wanted is None:
        return _back()
    page = render_template(
        "practitioner/second_step/app.html", form=form, secret=wanted.secret, picture=qr_code(wanted.address)
    )
    return page, 422 if form.errors else 200


def passkey_options() -> Response:
    """What the browser is asked to make a passkey with."""
    options = passkeys.options_to_add(accounts.own(current_actor()), current_user.session_id)
    return Response(options, mimetype="application/json")


def add_passkey() -> Page:
    """Take the passkey that the browser has made."""
    form = PasskeyForm()
    if not form.validate_on_submit():
        return _back()
    with told_on_the_next_page():
        device = device_words(request.headers.get("User-Agent", ""))
        done = second_step.add_passkey(
            current_actor(), current_user.session_id, form.credential.data or "", device
        )
        return _done(done, "The passkey is set up.")
    return _back()


def remove_passkey() -> Response:
    """Forget a passkey of one's own."""
    form = RemovePasskeyForm()
    if form.validate_on_submit():
        with told_on_the_next_page():
            second_step.remove_passkey(current_actor(), uuid.UUID(form.passkey.data))
            flash("The passkey is forgotten.", "success")
    return _back()


def codes() -> Page:
    """A new set of recovery codes, shown once."""
    if not Form().validate_on_submit():
        raise NotFound
    with told_on_the_next_page():
        return _codes_page(second_step.new_codes(current_actor()))
    return _back()


def remove() -> Page:
    """Ask, and take one's own second step off."""
    if not Form().validate_on_submit():
        return render_template("practitioner/second_step/remove.html")
    with told_on_the_next_page():
        second_step.remove(current_actor(), current_user.session_id)
        flash("Your second step is off. The password alone signs you in.", "success")
    return _back()


def reset(user_id: uuid.UUID) -> Page:
    """Ask, and take the second step off a colleague whose phone is gone."""
    actor = current_actor()
    person = user_for(actor, user_id)
    if not Form().validate_on_submit():
        return render_template("practitioner/second_step/reset.html", person=person)
    with told_on_the_next_page():
        second_step.reset(actor, user_id)
        flash(f"The second step of {person.name} is off.", "success")
        flash_promised("They are told by mail.", "The mail that tells them")
    return redirect(url_for("practitioner.people.index"), 303)


def require() -> Response:
    """Want a second step of everybody who works here, or of nobody."""
    form = SecondStepRequiredForm()
    if form.validate_on_submit():
        second_step.require(current_actor(), required=bool(form.required.data))
        flash("Saved.", "success")
    return redirect(url_for("practitioner.practice.show", _anchor="second-step"), 303)


def _done(done: SetUpDone, words: str) -> Page:
    """What is shown once only comes first; who has recovery codes already is told that it is set up."""
    renew_session(done.session_secret)
    if done.codes:
        return _codes_page(done.codes)
    flash(words, "success")
    return _back()


def _codes_page(codes: tuple[str, ...]) -> str:
    return render_template("practitioner/second_step/codes.html", codes=codes)


def _back() -> Response:
    return redirect(url_for("practitioner.second_step.show"), 303)
