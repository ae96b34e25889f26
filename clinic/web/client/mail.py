"""Which mail a client has: their own choice, in their own account."""

from __future__ import annotations

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.types import MailChannel
from clinic.services import access, subscriptions
from clinic.web.authz import current_actor


def show() -> str:
    """Say how it is, each sort of mail with the one button that changes it."""
    client = access.own_client(current_actor())
    return render_template(
        "client/check_in_mail.html",
        subscribed=subscriptions.is_subscribed(client, MailChannel.CHECKINS),
        messages=subscriptions.is_subscribed(client, MailChannel.MESSAGES),
        email=client.email,
    )


def change(choice: str) -> ResponseReturnValue:
    """Have check-in mail again, or stop it."""
    _change(MailChannel.CHECKINS, choice)
    flash(
        "You will get check-in mails again." if choice == "on" else "Check-in mails are stopped.", "success"
    )
    return redirect(url_for("client.mail.show"), 303)


def change_messages(choice: str) -> ResponseReturnValue:
    """Have questionnaires and other messages again, or stop them."""
    _change(MailChannel.MESSAGES, choice)
    flash("You will get these mails again." if choice == "on" else "These mails are stopped.", "success")
    return redirect(url_for("client.mail.show"), 303)


def _change(channel: MailChannel, choice: str) -> None:
    act = subscriptions.begin_again if choice == "on" else subscriptions.stop
    act(current_actor(), channel)
