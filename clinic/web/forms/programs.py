"""Forms that assign a program, change it, correct its doses and move its check-in."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import FieldList, FormField, HiddenField, SelectMultipleField
from wtforms.validators import StopValidation

from clinic.domain.doses import Dose
from clinic.domain.programs import LONGEST_REASON, NEEDS_REASON, ProgramChange
from clinic.domain.types import ProgramAction
from clinic.models import CheckinSchedule, Prescription, Program, RoutineVersion
from clinic.models.exercise import DoseColumns
from clinic.services.assessments.retests import FindingCitation
from clinic.services.programs.assigning import Assignment
from clinic.services.routines.wording import dose_of
from clinic.web.forms import rhythms
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.doses import DoseForm, WholeNumberField, dose_data
from clinic.web.forms.fields import DatePartsField, LongTextField, OneOfField, VersionField
from clinic.web.forms.rhythms import RhythmFields

USUAL_WEEKS = 12
MOST_WEEKS = 104
MOST_CITED = 100
MOST_MOVES = 24  # each costs a form of its own, and anybody can send ten thousand


class Length(StrEnum):
    """Whether a program has a last day."""

    WEEKS = "weeks"
    OPEN = "open"


class Running(StrEnum):
    """What becomes of the program a client has already."""

    END = "end"
    KEEP = "keep"


class DoseFields(Form):
    """The doses of several moves, in their order."""

    doses = FieldList(FormField(DoseForm), max_entries=MOST_MOVES)

    def fits(self, rows: Sequence[DoseColumns]) -> bool:
        """Whether there is a dose for each row: another number was not made by our page."""
        return len(self.doses.entries) == len(rows)

    def all_doses(self) -> list[Dose]:
        """The doses as they were sent."""
        return [entry.form.dose() for entry in self.doses.entries]


class StartFields(Form):
    """When a program begins."""

    starts_on = DatePartsField("First day", required="Enter the first day.")


class LengthFields(Form):
    """How long a program lasts."""

    length = OneOfField(
        "Length",
        Length,
        {Length.WEEKS: "In weeks", Length.OPEN: "No end yet"},
        required="Choose a length.",
    )
    weeks = WholeNumberField("Weeks", blank=0)

    def length_in_weeks(self) -> int | None:
        """The number of weeks; None for an open end."""
        return self.weeks.data if self.length.data is Length.WEEKS else None

    def validate_weeks(self, field: WholeNumberField) -> None:
        if self.length.data is Length.WEEKS and not 1 <= (field.data or 0) <= MOST_WEEKS:
            raise StopValidation(f"Weeks must be from 1 to {MOST_WEEKS}.")


class AssignForm(DoseFields, StartFields, LengthFields, RhythmFields, OnceForm):
    """One screen: doses, first day, length and check-ins."""

    running = OneOfField(
        "The program that runs now",
        Running,
        {Running.END: "End it today", Running.KEEP: "Keep it alongside"},
    )
    end_reason = LongTextField("Why it ends", longest=LONGEST_REASON)
    cited_from = HiddenField()
    cites = SelectMultipleField("What it answers", choices=[], validate_choice=False)

    @classmethod
    def of(cls, version: RoutineVersion, today: date) -> AssignForm:
        """The form with the routine's usual doses and a check-in in a week from now."""
        return cls(
            data={
                "doses": [dose_data(dose_of(item)) for item in version.items],
                "starts_on": today,
                "length": Length.WEEKS,
                "weeks": USUAL_WEEKS,
                **rhythms.usual(today),
            }
        )

    def assignment(self, version: RoutineVersion) -> Assignment:
        """What was sent, by the routine's items."""
        assert self.starts_on.data is not None
        return Assignment(
            key=self.key.data or "",
            version_id=version.id,
            doses={item.id: dose for item, dose in zip(version.items, self.all_doses(), strict=True)},
            starts_on=self.starts_on.data,
            weeks=self.length_in_weeks(),
            checkin=self.rhythm(),
            alongside=self.running.data is Running.KEEP,
            end_reason=(self.end_reason.data or "") if self.running.data is Running.END else "",
            citation=self.citation(),
        )

    def citation(self) -> FindingCitation | None:
        """The findings that were ticked, of the assessment that the page showed; forged ones cite nothing."""
        try:
            cited_from = uuid.UUID(self.cited_from.data or "")
        except ValueError:
            return None
        return FindingCitation(cited_from, [str(name)[:200] for name in (self.cites.data or ())[:MOST_CITED]])

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields one by one, and a reason where something ends."""
        good = bool(super().validate(extra_validators))
        if self.running.data is Running.END and not self.end_reason.data:
            self.end_reason.errors = ["Say why it ends, in a few words."]
            return False
        return good


class CorrectDosesForm(DoseFields):
    """Doses from a day on, with the reason."""

    version = VersionField()
    effective_on = DatePartsField("From", required="Enter the day.")
    reason = LongTextField("Why", longest=LONGEST_REASON, required="Say why, in a few words.")

    @classmethod
    def of(cls, program: Program, today: date) -> CorrectDosesForm:
        """The form with the doses that stand."""
        return cls(
            data={
                "version": program.version,
                "doses": [dose_data(dose_of(row)) for row in program.prescriptions],
                "effective_on": max(today, program.starts_on),
            }
        )

    def by_row(self, rows: Sequence[Prescription]) -> dict[uuid.UUID, Dose]:
        """The doses by the prescription they are for."""
        return {row.id: dose for row, dose in zip(rows, self.all_doses(), strict=True)}


class ChangeForm(LengthFields):
    """A step of a program's life: from which day, and why. The length is asked at a restart."""

    version = VersionField()
    effective_on = DatePartsField("From", required="Enter the day.")
    reason = LongTextField("Why", longest=LONGEST_REASON)

    @classmethod
    def of(cls, program: Program, action: ProgramAction, earliest: date, today: date) -> ChangeForm:
        """The form for one step, from today on."""
        form = cls(
            data={
                "version": program.version,
                "effective_on": max(today, earliest),
                "length": Length.WEEKS,
                "weeks": USUAL_WEEKS,
            }
        )
        form.action = action
        if action is not ProgramAction.RESTART:
            del form.length
            del form.weeks
        return form

    def change(self) -> ProgramChange:
        """The step, as it was sent."""
        assert self.effective_on.data is not None
        return ProgramChange(self.action, self.effective_on.data, self.reason.data or "")

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields one by one, and a reason where one is owed."""
        good = bool(super().validate(extra_validators))
        if self.action in NEEDS_REASON and not self.reason.data:
            self.reason.errors = ["Say why, in a few words."]
            return False
        return good


class CheckinForm(RhythmFields):
    """The check-ins of a program that is there already."""

    version = VersionField()

    @classmethod
    def of(cls, program: Program, schedule: CheckinSchedule | None) -> CheckinForm:
        """The form with the rhythm that stands, or the usual one switched off."""
        return cls(data={"version": program.version, **rhythms.standing(schedule, program.starts_on)})
