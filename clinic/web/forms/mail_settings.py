"""The mail server as an owner sets it, on its page and at the first visit."""

from __future__ import annotations

from typing import Any, cast

from flask import current_app
from wtforms import IntegerField, PasswordField
from wtforms.validators import Optional

from clinic.domain.mail_server import (
    USUAL_PORT,
    MailSecurity,
    host_problem,
    is_own_machine,
    port_problem,
)
from clinic.domain.words import say
from clinic.mail.addresses import Address
from clinic.mail.smtp_url import Security, SmtpServer
from clinic.services import mail_setup
from clinic.services.mail_setup import MailServerDetails
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.base import Form
from clinic.web.forms.fields import AddressField, LineField, OneOfField
from config import Settings

SECURITIES = {
    MailSecurity.STARTTLS: say("STARTTLS, usually port 587"),
    MailSecurity.IMPLICIT: say("TLS from the start, usually port 465"),
    MailSecurity.NONE: say("None; only for a server on this very machine or network, without a password"),
}


def host_of(typed: str | None) -> str:
    """The name of a server as it is kept."""
    return (typed or "").strip("[]").casefold()


class MailServerForm(Form):
    """Server, account and sender. With no server named, nothing is set."""

    is_needed = False

    mail_host = LineField(say("Mail server"), longest=253)
    mail_port = IntegerField(say("Port"), [Optional()])
    mail_security = OneOfField(say("Encryption"), MailSecurity, SECURITIES)
    mail_user = LineField(say("User name"), longest=254)
    mail_password = PasswordField(say("Password of the mail account"), [AtMost(500)])
    mail_sender = AddressField(say("Sender of all mails"))

    def asks_for_a_server(self) -> bool:
        """Whether a server is named."""
        return bool(self.mail_host.data)

    def show(self, server: SmtpServer | None, sender: str) -> None:
        """What is set now, on a form that was not sent; the password never."""
        if self.is_filled_in:
            return
        self.mail_security.data = MailSecurity(server.security) if server else MailSecurity.STARTTLS
        self.mail_sender.data = sender if server else None
        if server:
            self.mail_host.data, self.mail_port.data, self.mail_user.data = (
                server.host,
                server.port,
                server.user,
            )

    def validate(self, extra_validators: Any = None) -> bool:
        """Each field by itself, and then what they must be to each other: all of it at once."""
        valid = super().validate(extra_validators)
        return self._agree() and valid if self.is_needed or self.asks_for_a_server() else valid

    def mail_details(self) -> MailServerDetails:
        """The form's values in the service's shape; only on a valid form that names a server."""
        sender = self.mail_sender.data
        assert isinstance(sender, Address)
        security = self.mail_security.data or MailSecurity.STARTTLS
        return MailServerDetails(
            host=host_of(self.mail_host.data),
            port=self.mail_port.data or USUAL_PORT[security],
            security=cast(Security, security.value),
            user=self.mail_user.data or "",
            password=self.mail_password.data or None,
            sender=sender.mailbox,
        )

    def _agree(self) -> bool:
        settings: Settings = current_app.config["SETTINGS"]
        host, security = self.mail_host.data or "", self.mail_security.data or MailSecurity.STARTTLS
        found = {
            "mail_host": host_problem(host) if host else None,
            "mail_port": self._port_problem(security, production=settings.production),
            "mail_security": self._password_in_the_clear(host, security),
            "mail_user": self._nobodys_password(),
            "mail_password": self._password_owed(),
            "mail_sender": None
            if self.mail_sender.data or self.mail_sender.errors
            else say("Enter the sender's address."),
        }
        for name, problem in found.items():
            if problem:
                self[name].errors = [*self[name].errors, problem]
        return not any(found.values())

    def _port_problem(self, security: MailSecurity, *, production: bool) -> str | None:
        if self.mail_port.errors:
            return None
        port = self.mail_port.data
        return port_problem(USUAL_PORT[security] if port is None else port, production=production)

    def _password_in_the_clear(self, host: str, security: MailSecurity) -> str | None:
        if security is MailSecurity.NONE and self.mail_user.data and not is_own_machine(host):
            return say("Choose an encryption: the password would travel for everybody to read.")
        return None

    def _password_owed(self) -> str | None:
        host, user = host_of(self.mail_host.data), self.mail_user.data
        if not host or not user or self.mail_password.data:
            return None
        is_kept = mail_setup.kept_password(host, user, mail_setup.current().server)
        return None if is_kept else mail_setup.ACCOUNT_OWED

    def _nobodys_password(self) -> str | None:
        if self.mail_password.data and not self.mail_user.data:
            return say("Enter the user name that belongs to the password.")
        return None


class MailSettingsForm(MailServerForm):
    """The page of it: a server is needed there, and where answers go."""

    is_needed = True

    mail_host = LineField("Mail server", longest=253, required="Enter the name of your mail server.")
    reply_to = AddressField(
        "Where answers go", required="Enter the address of your practice: answers to your mails arrive there."
    )

    def reply_address(self) -> str:
        """The practice's own address; only on a valid form."""
        address = self.reply_to.data
        assert isinstance(address, Address)
        return address.typed


class ReplyForm(Form):
    """Where answers go, where the server is set elsewhere."""

    reply_to = AddressField(
        "Where answers go", required="Enter the address of your practice: answers to your mails arrive there."
    )

    def reply_address(self) -> str:
        """The practice's own address; only on a valid form."""
        address = self.reply_to.data
        assert isinstance(address, Address)
        return address.typed
