"""Forms about a client's record."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from wtforms import BooleanField, HiddenField

from clinic.domain.types import ClientKind, ClientStatus
from clinic.models import Client, Practice
from clinic.services.clients import records as clients
from clinic.services.clients.records import ClientDetails
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
from clinic.web.presenters.clients import KIND_WORDS


class ClientForm(Form):
    """What a practitioner writes down about a client."""

    name = LineField("Name", longest=120, required="Enter the client’s name.")
    email = AddressField("Email")
    phone = LineField("Phone", longest=40)
    born_on = DatePartsField("Date of birth")
    time_zone = ZoneField("Time zone")
    kind = OneOfField(
        "Kind of client",
        ClientKind,
        KIND_WORDS,
        required="Choose private client or online student.",
        default=ClientKind.PRIVATE,
    )
    group_name = LineField("Group", longest=80)
    reason_for_care = LongTextField("Reason for care")
    history = LongTextField("What was tried before, and what helped")
    notes = LongTextField("Notes of the practice")
    waking_from = ClockTimeField("Mail not before")
    waking_until = ClockTimeField("Mail not after")
    pain_ceiling = CeilingField("When a move hurts, stop from", otherwise="As the practice")
    consented = BooleanField("The client agrees that we keep their health record and write to them by email")
    consented_on = DatePartsField("Day of consent")

    def details(self, today: date) -> ClientDetails:
        """The form's values in the service's shape; consent without a day was given today."""
        values: dict[str, Any] = {name: self[name].data for name in ("name", "email", *clients.PLAIN)}
        day = (self.consented_on.data or today) if self.consented.data else None
        return ClientDetails(**values, consented_on=day)

    def validate_consented_on(self, field: DatePartsField) -> None:
        """A day without the tick is a slip: say so rather than drop it."""
        if field.data and not self.consented.data:
            self.consented.errors = [*self.consented.errors, "Tick this box too, or clear the day."]

    def validate(self, extra_validators: Any = None) -> bool:
        """Also wrong if one field found fault with another."""
        return bool(super().validate(extra_validators)) and not self.errors


class AddClientForm(ClientForm, OnceForm):
    """A new client, invited at once if wished."""

    invite = BooleanField("Send an invitation by email right away")
    another = HiddenField()  # the name that somebody was asked about, and pressed "Add anyway"

    def is_another(self) -> bool:
        """Whether a second person of just this name is meant."""
        return bool(self.another.data) and self.another.data == self.name.data


class EditClientForm(ClientForm):
    """A client's record over the version that was seen."""

    version = VersionField()

    def show(self, client: Client, practice: Practice) -> None:
        """Fill the form with what is stored."""
        day = clients.consent_day(client, practice)
        self.process(None, obj=client, data={"consented": day is not None, "consented_on": day})


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
