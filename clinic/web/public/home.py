"""The front door: leads to where its visitor belongs."""

from __future__ import annotations

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.services import practices
from clinic.web.authz import current_actor, home_for, is_signed_in


def index() -> Response:
    """Set up a new installation, sign in, or go to one's own first page."""
    if is_signed_in():
        return redirect(home_for(current_actor().role), 303)
    endpoint = "public.signin.sign_in" if practices.exists() else "public.setup.begin"
    return redirect(url_for(endpoint), 303)


def change_password() -> Response:
    """Where a password manager looks for the page to change a password: one's own account."""
    if not is_signed_in():
        return redirect(url_for("public.signin.sign_in", next=url_for("public.home.change_password")), 303)
    room = "practitioner" if current_actor().is_staff else "client"
    return redirect(url_for(f"{room}.account.show"), 303)
