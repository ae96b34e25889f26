"""Forms about a client's record."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice

from clinic.domain.errors import RuleBroken
from clinic.domain.types import ClientKind, ClientStatus, Sex
from clinic.models import Client, Practice, User
from clinic.services.actors import Actor
from clinic.services.clients import records as clients
from clinic.services.clients.records import ClientDetails
from clinic.services.clients.responsible import NOT_HERE
from clinic.services.clock import today_in
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import (
    AddressField,
    CeilingField,
    DatePartsField,
    LineField,
    LongTextField,
    OneOfField,
    VersionField,
    ZoneField,
)
from clinic.web.forms.rhythms import ClockTimeField
from clinic.web.presenters.clients import KIND_WORDS, SEX_WORDS

PERSONAL = (
    *("sex", "own_number", "address", "postcode", "town", "country"),
    *("emergency_name", "emergency_phone", "emergency_relation"),
)


class SexField(SelectField):
    """What the client says of themselves; None where nobody asked."""

    data: Any

    def __init__(self, label: str, **options: Any) -> None:
        choices = [SelectChoice("", "Not written down")]
        choices += [SelectChoice(member.value, text) for member, text in SEX_WORDS.items()]
        super().__init__(
            label, choices=choices, coerce=_sex, invalid_choice_message="Choose one of these.", **options
        )


class ResponsibleField(SelectField):
    """Who of the practice is responsible; `data` is their id, or None for nobody."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=_person, choices=[], invalid_choice_message=NOT_HERE, **options)

    def offer(
        self, people: Sequence[User], *, first: uuid.UUID | None = None, has: User | None = None
    ) -> None:
        """Those who may be it and, where nobody adds the client who may (`first`), nobody.

        Whoever is it already (`has`) can stay it, though they may not be any more.
        """
        known = [user.id for user in people]
        gone = [SelectChoice(str(has.id), f"{has.name} (no longer)")] if has and has.id not in known else []
        nobody = [] if first in known else [SelectChoice("", "Nobody yet")]
        named = [SelectChoice(str(user.id), user.name) for user in people]
        self.choices = [*nobody, *gone, *named]
        if not self.raw_data:
            self.data = has.id if has else first if first in known else None

    @property
    def said(self) -> str | None:
        """The name of who is chosen; None for nobody."""
        names = {choice.value: choice.label for choice in self.choices}
        return names.get(str(self.data)) if self.data else None


def _person(value: object) -> uuid.UUID | None:
    return uuid.UUID(str(value)) if value else None


OF_CONSENT = ("consented", "consented_record", "consented_on")


class ClientForm(Form):
    """What a practitioner writes down about a client."""

    name = LineField("Name", longest=120, required="Enter the client’s name.")
    email = AddressField("Email")
    phone = LineField("Phone", longest=40)
    born_on = DatePartsField("Date of birth")
    sex = SexField("Sex")
    own_number = LineField("Number of your own", longest=40)
    address = LongTextField("Address", longest=300)
    postcode = LineField("Postcode", longest=20)
    town = LineField("Town", longest=80)
    country = LineField("Country", longest=80)
    emergency_name = LineField("In an emergency, call", longest=120)
    emergency_phone = LineField("Their phone", longest=40)
    emergency_relation = LineField("Who they are to the client", longest=80)
    time_zone = ZoneField("Time zone")
    kind = OneOfField(
        "Kind of client",
        ClientKind,
        KIND_WORDS,
        required="Choose private client or online student.",
        default=ClientKind.PRIVATE,
    )
    responsible_id = ResponsibleField("Responsible")
    group_name = LineField("Group", longest=80)
    reason_for_care = LongTextField("Reason for care")
    history = LongTextField("What was tried before, and what helped")
    notes = LongTextField("Notes of the practice")
    waking_from = ClockTimeField("Mail not before")
    waking_until = ClockTimeField("Mail not after")
    pain_ceiling = CeilingField("When a move hurts, stop from", otherwise="As the practice")
    consented_record = BooleanField("The client agrees that we keep their health record")
    consented = BooleanField("The client agrees that we write to them by email")
    consented_on = DatePartsField("Day of consent")

    @property
    def has_personal(self) -> bool:
        """Whether anything of what is folded away is filled in, or refused."""
        return any(self[name].data or self[name].errors for name in PERSONAL)

    def readable(self, practice: Practice) -> ClientDetails:
        """The same without hours of which one could not be read: its field says so itself."""
        details = self.details(today_in(practice.time_zone))
        if self.waking_from.errors or self.waking_until.errors:
            return replace(details, waking_from=None, waking_until=None)
        return details

    def details(self, today: date) -> ClientDetails:
        """The form's values in the service's shape; consent without a day was given today."""
        values: dict[str, Any] = {name: self[name].data for name in ("name", "email", *clients.PLAIN)}
        if "consented_on" in self:
            day = self.consented_on.data or today
            values["consented_on"] = day if self.consented.data else None
            values["record_consented_on"] = day if self.consented_record.data else None
        whose = self.responsible_id.data
        return ClientDetails(**values, responsible_id=whose, is_nobodys=whose is None)

    def validate_consented_on(self, field: DatePartsField) -> None:
        """A day without the tick is a slip: say so rather than drop it."""
        if field.data and not self.consented.data and not self.consented_record.data:
            self.consented.errors = [*self.consented.errors, "Tick this box too, or clear the day."]


class AddClientForm(ClientForm, OnceForm):
    """A new client, invited at once if wished."""

    invite = BooleanField("Send an invitation by email right away")
    another = HiddenField()  # the name that somebody was asked about, and pressed "Add anyway"

    def be_asked_by(self, actor: Actor, practice: Practice) -> None:
        """Who adds them, and to which practice."""
        self._asked = actor, practice

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against adding them and, where what it takes was read, against inviting them."""
        actor, practice = self._asked
        unread = any(field.errors for field in (self.name, self.email, self.consented, self.consented_on))
        return clients.problems_of_adding(
            actor,
            practice,
            self.readable(practice),
            key=self.key.data or "",
            invite=bool(self.invite.data) and not unread,
        )

    def is_another(self) -> bool:
        """Whether a second person of just this name is meant."""
        return bool(self.another.data) and self.another.data == self.name.data


class EditClientForm(ClientForm):
    """A client's record over the version that was seen."""

    version = VersionField()

    def be_about(self, client: Client, practice: Practice) -> None:
        """Whose record it is."""
        self._about = client, practice
        for name in OF_CONSENT:  # acts of their own, once the record is there
            del self[name]

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against writing this into the record."""
        client, practice = self._about
        return clients.problems(client, practice, self.readable(practice))

    def show(self, client: Client) -> None:
        """Fill the form with what is stored."""
        self.process(None, obj=client)


def _sex(value: Any) -> Sex | str | None:
    try:
        return Sex(value) if value else None
    except ValueError:
        return str(value)  # never on offer


class ReasonForm(Form):
    """Why a record is archived or restored. `was` is what the page said it is: pressed twice is done once."""

    was = HiddenField()
    reason = LongTextField("Reason", longest=500, required="Give a reason, in a few words.")


@dataclass(frozen=True, slots=True)
class StatusWords:
    """The words of the page that changes a record's status."""

    title: str
    submit: str
    done: str
    hint: str


STATUS_WORDS = {
    ClientStatus.ACTIVE: StatusWords(
        "Archive {}?", "Archive client", "{} is archived.", "For example: care is finished, or moved away."
    ),
    ClientStatus.ARCHIVED: StatusWords(
        "Restore {}?", "Restore client", "{} is active again.", "For example: came back after a break."
    ),
}
