"""Forms about invitations."""

from __future__ import annotations

from collections.abc import Iterator

from wtforms import BooleanField, PasswordField
from wtforms.validators import InputRequired

from clinic.domain.consents import ConsentKind
from clinic.domain.errors import RuleBroken
from clinic.domain.passwords import LONGEST as LONGEST_PASSWORD
from clinic.domain.words import say
from clinic.services.clients.invitations import Acceptance, InvitationOffer, problems
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.base import Form
from clinic.web.forms.fields import AddressField


class LeaveForm(Form):
    """The button that signs somebody else out of this browser."""

    leave = BooleanField(say("Sign out"))


class AcceptForm(Form):
    """A password, and what the practice does not know yet."""

    email = AddressField(say("Your email address"), required=say("Enter your email address."))
    password = PasswordField(
        say("Choose a password"),
        [InputRequired(say("Choose a password.")), AtMost(LONGEST_PASSWORD)],
    )
    consents = BooleanField(validators=[InputRequired(say("To go on, please tick that you agree."))])
    mails = BooleanField()
    persistent = BooleanField(say("Stay signed in on this phone"))

    def ask_only(self, offered: InvitationOffer) -> None:
        """Leave out what the practice knows already."""
        self._offered = offered
        if not offered.needs_address:
            del self.email
        if not offered.needs_consent:
            del self.consents
        if ConsentKind.MAIL not in offered.lacking:
            del self.mails

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against the address or the password."""
        return problems(self._offered, self.answer())

    def answer(self) -> Acceptance:
        """The form's values in the service's shape."""
        return Acceptance(
            password=self.password.data or "",
            address=self.email.data if "email" in self else None,
            consents=bool(self.consents.data) if "consents" in self else False,
            mails=bool(self.mails.data) if "mails" in self else False,
            persistent=bool(self.persistent.data),
        )
