"""Signing in and out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from flask import make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.domain.people import who
from clinic.domain.words import say
from clinic.extensions import db
from clinic.services import access, practices
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.web import given_back, known_browsers
from clinic.web.authz import (
    FORGET,
    begin_session,
    current_actor,
    end_session,
    home_for,
    is_signed_in,
    wait_for_second_step,
)
from clinic.web.forms.accounts import SignInForm
from clinic.web.limits import PER_ADDRESS, did_not_work, may_try_others, on_post, per_account
from clinic.web.presenters.chrome import chrome
from clinic.web.presenters.once_more import once_more
from clinic.web.public.way_on import known_from_now_on, way_on
from clinic.web.speaking import flash


@on_post(PER_ADDRESS, deduct_when=did_not_work)
@per_account(deduct_when=did_not_work)
def sign_in() -> Response | str | tuple[str, int]:
    """Ask for address and password; a wrong one and an unknown one get the same answer."""
    if is_signed_in():
        return redirect(way_on(), 303)
    if not practices.exists():
        return redirect(url_for("public.setup.begin"), 303)
    form = SignInForm()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    known = known_browsers.known_to(form.address_key())
    secret = accounts.sign_in(
        form.address_key(),
        form.password.data or "",
        persistent=bool(form.persistent.data),
        known_account=known.user_id if known else None,
        may_try_others=partial(may_try_others, form.address_key()),
    )
    if secret is None:
        form.password.errors = ["That email address and password do not belong together."]
        return _page(form), 422
    if wait_for_second_step(secret):
        return redirect(url_for("public.second_step.show", next=request.args.get("next")), 303)
    begin_session(secret, persistent=bool(form.persistent.data))
    return known_from_now_on(redirect(way_on(), 303))


def again() -> Response | str:
    """What was pressed when the session had ended, and has no page of its own: to be pressed once more."""
    if not is_signed_in():
        return redirect(url_for("public.signin.sign_in"), 303)
    actor, back = current_actor(), given_back.found()
    if back is None or current_user.must_set_up:  # what was kept names whom it was about
        return redirect(home_for(actor.role), 303)
    endpoint, named = given_back.act_of(back)
    return render_template(
        "public/signed_in_again.html",
        back=back,
        pressed=once_more(endpoint, dict(back.fields), _whose(actor, named)),
        chrome=chrome(access.practice_of(actor), actor),
    )


def sign_out() -> Response:
    """End the session here and in the database, and ask the browser to forget what it kept."""
    end_session()
    db.session.rollback()
    flash(say("You are signed out."))
    answer = make_response(redirect(url_for("public.signin.sign_in"), 303))
    answer.headers["Clear-Site-Data"] = FORGET
    return answer


def _whose(actor: Actor, named: Mapping[str, Any]) -> str:
    """The client whom an address is about, for the staff; empty where it says nobody, or nobody of theirs."""
    try:
        if "client_id" in named:
            return who(access.client_for(actor, named["client_id"]))
        if "program_id" in named:
            return who(access.program_for(actor, named["program_id"]).client)
        if "offer_id" in named:
            return who(access.offer_for(actor, named["offer_id"]).client)
    except NotFound:
        return ""
    return ""


def _page(form: SignInForm) -> str:
    return render_template("public/sign_in.html", form=form, chrome=chrome(practices.only_one(), None))
