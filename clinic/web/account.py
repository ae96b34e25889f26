"""One's own account: the same for staff and clients but for the room it stands in."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import redirect, render_template, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from clinic.domain.errors import NotFound
from clinic.domain.words import say
from clinic.services import access
from clinic.services.accounts import sessions
from clinic.services.accounts import signing_in as accounts
from clinic.web.authz import current_actor
from clinic.web.filters import local_date
from clinic.web.forms.accounts import ChangePasswordForm, EndSessionForm
from clinic.web.presenters import browsers
from clinic.web.speaking import flash


def page(template: str, endpoint: str, **context: Any) -> Response | str | tuple[str, int]:
    """Show the account, and change its password."""
    form = ChangePasswordForm()
    form.be_asked_by(current_actor())
    if form.validate_on_submit():
        with form.attempt():
            accounts.change_password(
                current_actor(), current_user.session_id, form.current.data or "", form.password.data or ""
            )
            flash(say("Your password is changed. Other devices are signed out."), "success")
            return redirect(url_for(endpoint), 303)
    page = render_template(
        template, form=form, email=current_user.email, password_since=_password_since(), **context
    )
    return page, 422 if form.errors else 200


def _password_since() -> date | None:
    actor = current_actor()
    since = accounts.password_since(actor)
    return local_date(since, access.practice_of(actor).time_zone) if since else None


def devices(template: str) -> str:
    """Where one is signed in."""
    actor = current_actor()
    open_now = sessions.open_browsers(accounts.own(actor), current_user.session_id)
    return render_template(template, browsers=browsers.lines(open_now, access.practice_of(actor).time_zone))


def end_device(endpoint: str) -> Response:
    """Sign one of one's own browsers out, or all others."""
    actor, form = current_actor(), EndSessionForm()
    if not form.validate_on_submit():
        raise NotFound
    session_id = form.session_id()
    if session_id is None:
        sessions.end_others(actor, current_user.session_id)
    else:
        sessions.end_own(actor, session_id)
    flash(say("Signed out there."), "success")
    return redirect(url_for(endpoint), 303)
