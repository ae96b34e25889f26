"""The second step of signing in: a code of the app, or one for recovery."""

from __future__ import annotations

from flask import redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services import practices
from clinic.services.accounts import second_step
from clinic.web.authz import WAITING, begin_session
from clinic.web.forms.accounts import SecondStepForm
from clinic.web.limits import PER_ADDRESS, did_not_work, on_post
from clinic.web.presenters.chrome import chrome
from clinic.web.public.way_on import known_from_now_on, way_on
from clinic.web.speaking import flash


@on_post(PER_ADDRESS, deduct_when=did_not_work)
def show() -> Response | str | tuple[str, int]:
    """Ask for the code, and sign in with it."""
    waiting = session.get(WAITING)
    if not waiting:
        return redirect(url_for("public.signin.sign_in", next=request.args.get("next")), 303)
    form = SecondStepForm()
    if form.validate_on_submit():
        with form.attempt():
            secret = second_step.enter(waiting, form.code.data or "", form.credential.data or "")
            if secret is None:
                return _too_late()
            begin_session(secret, persistent=False)
            return known_from_now_on(redirect(way_on(), 303))
    page = render_template(
        "public/second_step.html",
        form=form,
        has_passkeys=second_step.waits_with_passkeys(waiting),
        chrome=chrome(practices.only_one(), None),
    )
    return page, 422 if form.errors else 200


@on_post(PER_ADDRESS)
def passkey() -> Response:
    """What the browser is asked to show a passkey with."""
    options = second_step.options_while_waiting(session.get(WAITING) or "")
    if options is None:
        return redirect(url_for("public.signin.sign_in"), 303)
    return Response(options, mimetype="application/json")


def _too_late() -> Response:
    session.pop(WAITING)
    flash(say("That took too long. Please sign in again."), "caution")
    return redirect(url_for("public.signin.sign_in", next=request.args.get("next")), 303)
