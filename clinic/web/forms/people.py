"""Forms about those who work here: who is invited as what, and who takes over."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from enum import StrEnum

from wtforms import HiddenField, PasswordField, RadioField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from clinic.domain.errors import RuleBroken
from clinic.domain.passwords import LONGEST as LONGEST_PASSWORD
from clinic.domain.staffing import ROLE_WORDS, may_be_responsible
from clinic.domain.types import Role
from clinic.domain.words import say
from clinic.models import User
from clinic.services.actors import Actor
from clinic.services.people import handing_over
from clinic.services.people.inviting import StaffAnswer, StaffOffer, problems, problems_of_address
from clinic.web.forms.at_most import AtMost
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import AddressField, LineField, OneOfField
from clinic.web.whose import Whose, WhosePage

NOBODY = "nobody"


class InviteHow(StrEnum):
    """The two buttons of the form that invites."""

    MAIL = "mail"
    LINK = "link"


class InviteColleagueForm(OnceForm):
    """Who is invited to work here, and as what."""

    role = OneOfField("Role", Role, ROLE_WORDS, required="Choose what they are to be here.")
    email = AddressField("Email")
    how = HiddenField()  # which button was pressed

    def be_asked_by(self, actor: Actor) -> None:
        """Who invites."""
        self._actor = actor

    @property
    def by_link(self) -> bool:
        """Whether a link to hand over is wanted; it needs no address."""
        return self.how.data == InviteHow.LINK

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against the address."""
        if not self.by_link and not self.email.errors:
            yield from problems_of_address(self._actor, self.email.data)


class JoinStaffForm(Form):
    """What an invited colleague answers: a name, a password, and an address where none is known."""

    name = LineField(
        say("Your name"), longest=120, required=say("Enter your name, as colleagues and clients read it.")
    )
    email = AddressField(say("Your email address"), required=say("Enter your email address."))
    password = PasswordField(
        say("Choose a password"),
        [InputRequired(say("Choose a password.")), AtMost(LONGEST_PASSWORD)],
    )

    def ask_only(self, offered: StaffOffer) -> None:
        """Leave out the address that the link was mailed to."""
        self._offered = offered
        if not offered.needs_address:
            del self.email

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against the address or the password."""
        return problems(self._offered, self.answer())

    def answer(self) -> StaffAnswer:
        """The form's values in the service's shape."""
        address = self.email.data if "email" in self else None
        return StaffAnswer(self.name.data or "", self.password.data or "", address)


class HandOverForm(Form):
    """Who takes over what is somebody's; nobody is pressed beforehand."""

    taker = RadioField(
        "Who takes over?", choices=[], validate_choice=False, filters=[lambda typed: typed or None]
    )

    def offer(self, people: Sequence[User]) -> None:
        """Those who may take over, and nobody for now."""
        named = [SelectChoice(str(user.id), user.name) for user in people]
        self.taker.choices = [*named, SelectChoice(NOBODY, "Nobody yet: everybody sees who needs somebody")]

    def leave_out(self) -> None:
        """There is nothing to hand over."""
        del self.taker

    def validate_taker(self, field: RadioField) -> None:
        """One of those that were offered."""
        if field.data not in [choice.value for choice in field.choices]:
            field.errors = [*field.errors, handing_over.CHOOSE]

    def taker_id(self) -> uuid.UUID | None:
        """Who was chosen; None for nobody."""
        chosen = self.taker.data if "taker" in self else NOBODY
        return None if chosen == NOBODY else uuid.UUID(chosen)


class RoleForm(HandOverForm):
    """Another role."""

    role = OneOfField("Role", Role, ROLE_WORDS, required="Choose a role.")

    def validate_taker(self, field: RadioField) -> None:
        """Asked only of whoever gives their clients up with the role."""
        if self.role.data is not None and not may_be_responsible(self.role.data, is_open=True):
            super().validate_taker(field)

    def taker_id(self) -> uuid.UUID | None:
        """Who was chosen; None for nobody, and where nobody is asked for."""
        return super().taker_id() if "taker" in self and self.taker.data else None


class WhoseForm(Form):
    """The switch between all clients and one's own, and the page it stands on."""

    whose = OneOfField("Whose", Whose, {Whose.ALL: "All", Whose.MINE: "Mine"}, required="Choose one.")
    page = OneOfField("Page", WhosePage, {each: each.value for each in WhosePage}, required="Choose one.")
