"""Asked again who sits there, on the way to an act that is hard to undo."""

from __future__ import annotations

from flask import redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.services import access
from clinic.services.accounts import passkeys, proving
from clinic.services.accounts import signing_in as accounts
from clinic.web.authz import current_actor, is_signed_in, renew_session
from clinic.web.forms.accounts import PasswordForm, SecondStepForm
from clinic.web.limits import PER_ACCOUNT, PER_ADDRESS, did_not_work, on_post, open_browser_key
from clinic.web.presenters.chrome import chrome
from clinic.web.public.way_on import way_on


@on_post(PER_ADDRESS, deduct_when=did_not_work)
@on_post(PER_ACCOUNT, key_func=open_browser_key, deduct_when=did_not_work)
def show() -> Response | str | tuple[str, int]:
    """Ask for the password or the second step, and go on with what was begun."""
    if not is_signed_in():
        return redirect(url_for("public.signin.sign_in", next=request.args.get("next")), 303)
    actor = current_actor()
    form = SecondStepForm() if current_user.has_second_step else PasswordForm()
    if form.validate_on_submit():
        with form.attempt():
            renew_session(proving.prove(actor, current_user.session_id, **form.proof()))
            return redirect(way_on(), 303)
    page = render_template(
        "public/proving.html",
        form=form,
        email=current_user.email,
        by_code=current_user.has_second_step,
        has_passkeys=current_user.has_second_step and bool(passkeys.of(accounts.own(actor))),
        chrome=chrome(access.practice_of(actor), actor),
    )
    return page, 422 if form.errors else 200


@on_post(PER_ADDRESS)
def passkey() -> Response:
    """What the browser is asked to show a passkey with."""
    if not is_signed_in():
        return redirect(url_for("public.signin.sign_in"), 303)
    options = passkeys.options_to_use(accounts.own(current_actor()), current_user.session_id)
    return Response(options, mimetype="application/json")
