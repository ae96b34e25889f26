"""Whether mail leaves this machine, as pages say it: "on its way" only where it can be."""

from __future__ import annotations

from flask import g
from flask_login import current_user

from clinic.domain.words import say
from clinic.services import mail_setup
from clinic.services.mail_setup import MailSetup, MailSource
from clinic.web.speaking import flash

NO_SERVER = say("no mail server is set")
WHY: dict[MailSource, str] = {
    MailSource.NONE: NO_SERVER,
    MailSource.UNREADABLE: say("the mail settings cannot be read"),
}


def setup() -> MailSetup:
    """How mail leaves here now; asked once a request, and without a query where a session was read."""
    if "mail_setup" not in g:
        signed_in = current_user.is_authenticated
        g.mail_setup = mail_setup.at_version(current_user.mail_version) if signed_in else mail_setup.current()
    found: MailSetup = g.mail_setup
    return found


def mail_leaves() -> bool:
    """Whether mail can leave this machine."""
    return setup().leaves


def why_none_leaves() -> str:
    """Why no mail can leave, as half a sentence."""
    return WHY.get(setup().source, NO_SERVER)


def not_sent(subject: str) -> str:
    """What becomes of a mail where none can leave: "The test mail is kept here, not sent: …"."""
    return say("%(subject)s is kept here, not sent: %(why)s.", subject=subject, why=why_none_leaves())


def flash_promised(leaves: str, subject: str, *, also: str = "") -> None:
    """Tell of a mail that was just promised: `leaves` where it goes out, else that `subject` is kept here."""
    words = leaves if mail_leaves() else not_sent(subject)
    told = say("%(words)s %(also)s", words=words, also=also) if also else words
    flash(told, "success" if mail_leaves() else "caution")


def flash_to_prove(address: str | None) -> None:
    """Tell of the mail that proves an address that was only typed; None: there is none to prove."""
    if address is None:
        return
    flash_promised(
        say(
            "A mail goes to %(address)s now. Press the link in it, so that you can sign in next time.",
            address=address,
        ),
        say("The mail to %(address)s", address=address),
    )
