"""The form about time that was spent on a client."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from clinic.domain import staff_time as rules
from clinic.domain.errors import RuleBroken
from clinic.domain.staff_time import LONGEST_NOTE, StaffTimeKind
from clinic.services.clients.staff_time import TimeDetails
from clinic.web.forms.base import OnceForm
from clinic.web.forms.doses import WholeNumberField
from clinic.web.forms.fields import DatePartsField, LineField, OneOfField, VersionField
from clinic.web.presenters.staff_time import KIND_WORDS


class StaffTimeForm(OnceForm):
    """How long, when and what for; `version` is the one that was seen, where there is one."""

    version = VersionField(default=0)
    day = DatePartsField("Day", required="Enter the day.")
    minutes = WholeNumberField("Minutes", blank=0)
    kind = OneOfField("What it was", StaffTimeKind, KIND_WORDS, required="Choose what it was.")
    note = LineField("Note", longest=LONGEST_NOTE)
    _today: date

    @classmethod
    def on(cls, today: date, **filled: object) -> StaffTimeForm:
        """The form as it stands on a day; a new one is about today."""
        form = cls(**filled) if filled else cls(data={"day": today})
        form._today = today
        return form

    def details(self) -> TimeDetails:
        """The form's values in the service's shape."""
        return TimeDetails(self.day.data, self.minutes.data or 0, self.kind.data, self.note.data)

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against writing this down."""
        return rules.problems(self.day.data, self.minutes.data, self._today)
