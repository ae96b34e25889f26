"""Forgotten passwords."""

from __future__ import annotations

import time

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services import practices
from clinic.services.accounts import signing_in as accounts
from clinic.web import known_browsers
from clinic.web.forms.accounts import AskResetForm, NewPasswordForm
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post, per_account
from clinic.web.presenters.chrome import chrome
from clinic.web.speaking import flash

PAUSE = 0.2  # seconds; a known address costs a write, and that must not show in the time to the answer


@on_post(PER_ADDRESS)
@per_account()
def ask() -> Response | str | tuple[str, int]:
    """Ask for a link; whether the address is known is not told."""
    form = AskResetForm()
    around = chrome(practices.only_one(), None)
    if not form.validate_on_submit():
        page = render_template("public/reset_ask.html", form=form, chrome=around)
        return page, 422 if form.errors else 200
    answer_at = time.monotonic() + PAUSE
    accounts.ask_for_reset(form.address_key())
    time.sleep(max(0.0, answer_at - time.monotonic()))
    return render_template("public/reset_asked.html", address=form.email.data, chrome=around)


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def choose(secret: str) -> Response | str | tuple[str, int]:
    """Choose a new password through a mailed link."""
    user = accounts.reset_subject(secret)
    form = NewPasswordForm()
    if form.validate_on_submit():
        with form.attempt():
            user = accounts.reset_password(secret, form.password.data or "")
            flash(say("Your new password is set. Please sign in with it."))
            # the link has proved the mailbox: tries from elsewhere do not count here
            return known_browsers.remember(
                redirect(url_for("public.signin.sign_in"), 303), user.email_key, user.id
            )
    return render_template(
        "public/reset_choose.html", form=form, email=user.email
    ), 422 if form.errors else 200
