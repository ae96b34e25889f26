"""The mail account of this installation: its transport, and pauses while it is in trouble.

It follows `mail_setup`: what an owner changes on the page counts from the next run on, without a restart.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import Flask, current_app

from clinic.mail import transport_for
from clinic.mail.smtp_url import SmtpUrlError
from clinic.mail.transport import SendOutcome, Transport
from clinic.services import mail_setup
from clinic.services.mail_setup import MailSetup, MailSource
from clinic.services.sending import limits as sending_limits
from clinic.services.transaction import glance
from clinic.services.upkeep import heartbeats
from config import Settings, SettingsError

FIRST_PAUSE = 5.0  # seconds, doubled each time
LONGEST_PAUSE = 300.0
CANNOT_BE_READ = (
    "the mail settings cannot be read, because CLINIC_SECRET_KEY was changed: "
    "enter them again on the page Mail"
)


@dataclass
class Account:
    """Where mail goes, and until when this process leaves it alone. No mail is charged for its troubles."""

    transport: Transport
    real_server: bool
    name: str = "local"  # what limits and rests are kept for, by all senders together
    setup: MailSetup | None = None  # what it was made from; None: it is what it is
    troubles: int = 0
    is_untried: bool = True  # what the health page says is of an earlier process, or of another server
    paused_until: float = 0.0  # time.monotonic()
    news: str | None = None  # for the heartbeat, once no mail is waiting for its result
    resting: float | None = None  # seconds the others are asked to rest as well

    @property
    def paused(self) -> bool:
        return time.monotonic() < self.paused_until

    def pause(self, outcome: SendOutcome) -> None:
        """Leave the server alone for a while: seconds at first, five minutes when a person is needed."""
        wait = LONGEST_PAUSE if outcome.needs_person else min(FIRST_PAUSE * 2**self.troubles, LONGEST_PAUSE)
        self.troubles += 1
        self.resting = wait
        self.paused_until = time.monotonic() + wait
        code = f" {outcome.code}" if outcome.code else ""
        self.news = f"refused at {outcome.stage.value}{code}: {outcome.reply}"

    def resume(self) -> None:
        """It took a mail."""
        if self.troubles or self.is_untried:
            self.news, self.resting = "", None
        self.troubles, self.is_untried = 0, False

    def tell(self, sender: str) -> None:
        """Note troubles, or their end, where the health page and the other senders find them."""
        if self.news is not None:
            heartbeats.beat(heartbeats.MAIL_SERVER, self.news)
            sending_limits.rest(self.name, sender, self.resting)
            self.news = self.resting = None


def init_account(app: Flask, settings: Settings) -> None:
    """Make the account of the environment; raises SettingsError for a mail server that cannot be meant."""
    try:
        mail_setup.init_mail_setup(app, settings)
    except SmtpUrlError as error:
        raise SettingsError("CLINIC_SMTP_URL", error.problem) from None
    with app.app_context():
        app.extensions["mail_account"] = _made(mail_setup.of_the_start())


def account() -> Account:
    """This process's account, as it was at the last look."""
    found: Account = current_app.extensions["mail_account"]
    return found


def account_now() -> Account:
    """This process's account; made anew where somebody has set another server since. A query at most."""
    found = account()
    if found.setup is None or found.setup.source is MailSource.ENVIRONMENT:
        return found
    with glance():
        setup = mail_setup.current()
    if setup != found.setup:
        current_app.extensions["mail_account"] = found = _made(setup)
    return found


def mail_from() -> str:
    """The sender that stands in every mail."""
    settings: Settings = current_app.config["SETTINGS"]
    setup = account().setup
    return setup.mail_from if setup else settings.mail_from


def _made(setup: MailSetup) -> Account:
    settings: Settings = current_app.config["SETTINGS"]
    trouble = CANNOT_BE_READ if setup.source is MailSource.UNREADABLE else ""
    transport = transport_for(setup.server, settings.data_dir, trouble=trouble)
    name = setup.server.account if setup.server else "local"
    return Account(transport, setup.leaves, name[:200], setup)
