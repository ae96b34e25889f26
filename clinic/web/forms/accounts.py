"""Forms for signing in and for passwords."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from wtforms import BooleanField, HiddenField, PasswordField, StringField
from wtforms.validators import UUID, InputRequired, ValidationError

from clinic.domain.cleaning import has_unseen, one_line, printable
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.passwords import LONGEST as LONGEST_PASSWORD
from clinic.domain.words import say
from clinic.mail.addresses import LONGEST, AddressRefused, parse_address
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.base import Form

EVERYWHERE = "all"  # in place of a session's id
LONGEST_CODE = 40  # characters, however it is spaced
TOO_LONG = say("At most %(most)s characters, please.", most=LONGEST_PASSWORD)
MOST_SENT = 4 * LONGEST  # characters that are looked at


def address_key(typed: str) -> str:
    """One key for all spellings of an address: accounts are found by it, and tries at them are counted.

    It is made of what was sent, before anything else looks at it.
    """
    seen = printable(typed[:MOST_SENT])
    try:
        return parse_address(seen, smtputf8=True).key
    except AddressRefused:
        return one_line(seen[:LONGEST]).casefold()


class KnownAddressForm(Form):
    """Anything that names an account by its address."""

    email = StringField(
        say("Email address"),
        [InputRequired(say("Enter your email address.")), AtMost(LONGEST)],
        filters=[lambda typed: printable(typed or "")],
    )

    def validate_email(self, field: StringField) -> None:
        """What nobody can see was not typed by hand, and would be another spelling of the same address."""
        if has_unseen(field.raw_data[0].strip(" \t\r\n")):
            raise ValidationError(say("This address holds signs that cannot be seen. Type it anew."))

    def address_key(self) -> str:
        """The address as accounts are found by; nonsense stays nonsense and finds none."""
        return address_key(self.email.raw_data[0] if self.email.raw_data else "")


class PasswordForm(Form):
    """The password of somebody who is known already."""

    password = PasswordField(
        say("Password"), [InputRequired(say("Enter your password.")), AtMost(LONGEST_PASSWORD)]
    )

    def proof(self) -> dict[str, str]:
        """What it shows of who sits there."""
        return {"password": self.password.data or ""}


class CodeForm(Form):
    """A code of the second step: of the app, or one for recovery."""

    code = StringField(say("Code"), [InputRequired(say("Enter the code.")), AtMost(LONGEST_CODE)])


class SecondStepForm(Form):
    """A code of the second step, or what the browser says of a passkey."""

    code = StringField(say("Code"), [AtMost(LONGEST_CODE)])
    credential = HiddenField()

    def validate_code(self, field: StringField) -> None:
        """One of the two is needed."""
        if not field.data and not self.credential.data:
            raise ValidationError(say("Enter the code."))

    def proof(self) -> dict[str, str]:
        """What it shows of who sits there."""
        return {"code": self.code.data or "", "passkey": self.credential.data or ""}


class PasskeyForm(Form):
    """What the browser says of a passkey that it has made."""

    credential = HiddenField(validators=[InputRequired()])


class RemovePasskeyForm(Form):
    """Which passkey is to be forgotten."""

    passkey = HiddenField(validators=[InputRequired(), UUID()])


class EndSessionForm(Form):
    """Which browser is signed out: one by its id, or all others."""

    end = StringField(say("Sign out"), [InputRequired()])

    def session_id(self) -> uuid.UUID | None:
        """The one that is meant; None for all. What is neither has never been on a page of ours."""
        if self.end.data == EVERYWHERE:
            return None
        try:
            return uuid.UUID(self.end.data)
        except ValueError:
            raise NotFound from None


class SecondStepRequiredForm(Form):
    """Whether everybody who works here needs a second step."""

    required = BooleanField("Everybody who works here needs a second step")


class SignInForm(KnownAddressForm, PasswordForm):
    """Address and password."""

    persistent = BooleanField(say("Stay signed in on this device"))


class AskResetForm(KnownAddressForm):
    """Where to send a link for a new password."""


class NewPasswordForm(Form):
    """A new password, once: people who see what they type need not type it twice."""

    password = PasswordField(
        say("New password"),
        [
            InputRequired(say("Choose a password.")),
            AtMost(LONGEST_PASSWORD, TOO_LONG),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password for somebody who knows the old one."""

    current = PasswordField(
        say("Your password now"), [InputRequired(say("Enter your password.")), AtMost(LONGEST_PASSWORD)]
    )

    def be_asked_by(self, actor: Actor) -> None:
        """Whose password it is."""
        self._actor = actor

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against the one or the other."""
        return accounts.change_problems(self._actor, self.current.data or "", self.password.data or "")


class DailyNoticeForm(Form):
    """Whether one's own morning mail comes."""

    wanted = BooleanField("Mail me the news of the practice in the morning")
