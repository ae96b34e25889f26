"""The mail account of this installation: its transport, and pauses while it is in trouble."""

from __future__ import annotations

import time
from dataclasses import dataclass

from flask import Flask, current_app

from clinic.mail import transport_for
from clinic.mail.smtp import SmtpTransport
from clinic.mail.smtp_url import SmtpUrlError
from clinic.mail.transport import SendOutcome, Transport
from clinic.services.sending import limits as sending_limits
from clinic.services.upkeep import heartbeats
from config import Settings, SettingsError

FIRST_PAUSE = 5.0  # seconds, doubled each time
LONGEST_PAUSE = 300.0


@dataclass
class Account:
    """Where mail goes, and until when this process leaves it alone. No mail is charged for its troubles."""

    transport: Transport
    real_server: bool
    name: str = "local"  # what limits and rests are kept for, by all senders together
    troubles: int = 0
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
        if self.troubles:
            self.news, self.resting = "", None
        self.troubles = 0

    def tell(self, sender: str) -> None:
        """Note troubles, or their end, where the health page and the other senders find them."""
        if self.news is not None:
            heartbeats.beat(heartbeats.MAIL_SERVER, self.news)
            sending_limits.rest(self.name, sender, self.resting)
            self.news = self.resting = None


def init_account(app: Flask, settings: Settings) -> None:
    """Make the account of the settings; raises SettingsError for a mail server that cannot be meant."""
    try:
        transport = transport_for(settings.smtp_url, settings.data_dir)
    except SmtpUrlError as error:
        raise SettingsError("CLINIC_SMTP_URL", error.problem) from None
    name = transport.server.account if isinstance(transport, SmtpTransport) else "local"
    app.extensions["mail_account"] = Account(transport, settings.smtp_url is not None, name[:200])


def account() -> Account:
    """This process's account."""
    found: Account = current_app.extensions["mail_account"]
    return found
