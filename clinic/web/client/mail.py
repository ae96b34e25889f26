"""Whether a client has check-in mail: their own choice, in their own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.services import access, subscriptions
from clinic.web.authz import current_actor


def show() -> str:
    """Say how it is, with the one button that changes it."""
    client = access.own_client(current_actor())
    return render_template(
        "client/check_in_mail.html", subscribed=client.unsubscribed_at is None, email=client.email
    )


def change(choice: str) -> ResponseReturnValue:
    """Have check-in mail again, or stop it."""
    if choice == "on":
        subscriptions.begin_again(current_actor())
        flash("You will get check-in mails again.", "success")
    else:
        subscriptions.stop(current_actor())
        flash("Check-in mails are stopped.", "success")
    return redirect(url_for("client.mail.show"), 303)
