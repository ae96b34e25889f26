"""The form about another clinician of a client."""

from __future__ import annotations

from collections.abc import Iterator

from clinic.domain.clinicians import ClinicianRole
from clinic.domain.errors import RuleBroken
from clinic.services.clients import clinicians
from clinic.services.clients.clinicians import ClinicianDetails
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import AddressField, LineField, LongTextField, OneOfField, VersionField
from clinic.web.presenters.clinicians import ROLE_WORDS


class ClinicianForm(OnceForm):
    """Who else looks after a client; `version` is the one that was seen, where there is one."""

    version = VersionField(default=0)
    role = OneOfField("Who they are", ClinicianRole, ROLE_WORDS, required="Choose who they are.")
    name = LineField("Name", longest=120, required="Enter a name.")
    place = LineField("Practice or hospital", longest=120)
    phone = LineField("Phone", longest=40)
    email = AddressField("Email")
    note = LongTextField("Note", longest=2000)

    def details(self) -> ClinicianDetails:
        """The form's values in the service's shape."""
        return ClinicianDetails(
            role=self.role.data,
            name=self.name.data or "",
            place=self.place.data,
            phone=self.phone.data,
            email=self.email.data.typed if self.email.data else None,
            note=self.note.data,
        )

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against writing this down."""
        return clinicians.problems(ClinicianDetails(role=ClinicianRole.OTHER, name="", phone=self.phone.data))
