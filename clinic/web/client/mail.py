"""Which mail a client has: their own choice, in their own account."""

from __future__ import annotations

from flask import redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from clinic.domain.mail_standing import MailSort
from clinic.domain.types import MailChannel
from clinic.domain.words import say
from clinic.services import access, mail_standing
from clinic.services.clients import subscriptions
from clinic.web.authz import current_actor
from clinic.web.presenters import mails as words
from clinic.web.speaking import flash


def show() -> str:
    """Say how it is, each sort of mail with the one button that changes it."""
    actor = current_actor()
    client = access.own_client(actor)
    standing = mail_standing.of_client(client, access.practice_of(actor))
    return render_template(
        "client/checkin_mail.html",
        subscribed=subscriptions.is_subscribed(client, MailChannel.CHECKINS),
        messages=subscriptions.is_subscribed(client, MailChannel.MESSAGES),
        checkins_kept_back=words.kept_back(standing, MailSort.CHECKIN),
        messages_kept_back=words.kept_back(standing, MailSort.MESSAGE),
        email=client.email,
    )


def change(choice: str) -> ResponseReturnValue:
    """Have check-in mail again, or stop it."""
    _change(MailChannel.CHECKINS, choice)
    flash(
        say("Check-in mails are on again.") if choice == "on" else say("Check-in mails are stopped."),
        "success",
    )
    return redirect(url_for("client.mail.show"), 303)


def change_messages(choice: str) -> ResponseReturnValue:
    """Have questionnaires and other messages again, or stop them."""
    _change(MailChannel.MESSAGES, choice)
    flash(
        say("These mails are on again.") if choice == "on" else say("These mails are stopped."),
        "success",
    )
    return redirect(url_for("client.mail.show"), 303)


def _change(channel: MailChannel, choice: str) -> None:
    act = subscriptions.begin_again if choice == "on" else subscriptions.stop
    act(current_actor(), channel)
