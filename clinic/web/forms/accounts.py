"""Forms for signing in and for passwords."""

from __future__ import annotations

from wtforms import BooleanField, PasswordField, StringField
from wtforms.validators import InputRequired, Length

from clinic.mail.addresses import AddressRefused, parse_address
from clinic.web.forms.base import Form

LONGEST_PASSWORD = 256


class KnownAddressForm(Form):
    """Anything that names an account by its address."""

    email = StringField("Email address", [InputRequired("Enter your email address."), Length(max=254)])

    def address_key(self) -> str:
        """The address as accounts are found by; nonsense stays nonsense and finds none."""
        typed = self.email.data or ""
        try:
            return parse_address(typed, smtputf8=True).key
        except AddressRefused:
            return typed.strip().casefold()


class SignInForm(KnownAddressForm):
    """Address and password."""

    password = PasswordField(
        "Password", [InputRequired("Enter your password."), Length(max=LONGEST_PASSWORD)]
    )
    persistent = BooleanField("Stay signed in on this device")


class AskResetForm(KnownAddressForm):
    """Where to send a link for a new password."""


class NewPasswordForm(Form):
    """A new password, once: people who see what they type need not type it twice."""

    password = PasswordField(
        "New password",
        [
            InputRequired("Choose a password."),
            Length(max=LONGEST_PASSWORD, message="At most 256 characters, please."),
        ],
    )


class ChangePasswordForm(NewPasswordForm):
    """A new password for somebody who knows the old one."""

    current = PasswordField(
        "Your password now", [InputRequired("Enter your password."), Length(max=LONGEST_PASSWORD)]
    )
