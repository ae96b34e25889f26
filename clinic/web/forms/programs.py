"""Forms that assign a program, change it, correct its doses and move its check-in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

from wtforms import FieldList, FormField, HiddenField
from wtforms.validators import StopValidation

from clinic.domain.doses import Dose
from clinic.domain.errors import RuleBroken
from clinic.domain.merging import FieldFate, fate
from clinic.domain.programs import (
    LONGEST_REASON,
    ProgramChange,
    change_problems,
    correction_problems,
)
from clinic.domain.types import ProgramAction, StopReason
from clinic.models import CheckinSchedule, Prescription, Program
from clinic.models.exercise import DoseColumns
from clinic.services.programs import changing as program_changes
from clinic.services.programs import days as program_days
from clinic.services.programs import running
from clinic.services.programs.changing import NO_DIFFERENCE, DoseWish
from clinic.services.routines.wording import dose_of
from clinic.web.forms import rhythms
from clinic.web.forms.base import Form
from clinic.web.forms.doses import DoseForm, DoseHeldField, WholeNumberField, dose_data
from clinic.web.forms.fields import DatePartsField, LongTextField, OneOfField, VersionField
from clinic.web.forms.rhythms import RhythmFields
from clinic.web.presenters.programs import STOPS

USUAL_WEEKS = 12
MOST_WEEKS = 104
MOST_CITED = 100
EXTENSIONS = (2, 4, 8)  # weeks more, with one press
MOST_MOVES = 24  # each costs a form of its own, and anybody can send ten thousand
LONGEST_NOTE = 300  # what the client reads of a corrected dose is one sentence


class Length(StrEnum):
    """Whether a program has a last day."""

    WEEKS = "weeks"
    OPEN = "open"


class Running(StrEnum):
    """What becomes of the program a client has already."""

    END = "end"
    KEEP = "keep"


class IsoDayField(HiddenField):
    """A day that our own page wrote; None for anything else."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        try:
            self.data = date.fromisoformat(valuelist[0] if valuelist else "")
        except ValueError:
            self.data = None


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


class CorrectDosesForm(DoseFields):
    """Doses from a day on, with the reason, and what the client reads of it."""

    bases = FieldList(DoseHeldField(), max_entries=MOST_MOVES)
    effective_on = DatePartsField("From", required="Enter the day.")
    reason = LongTextField("Why", longest=LONGEST_REASON, required="Say why, in a few words.")
    told = LongTextField("For the client: because", longest=LONGEST_NOTE)

    @classmethod
    def of(cls, program: Program, today: date) -> CorrectDosesForm:
        """The form with the doses that stand."""
        doses = [dose_of(row) for row in program.prescriptions]
        form = cls(
            data={
                "bases": doses,
                "doses": [dose_data(dose) for dose in doses],
                "effective_on": max(today, program.starts_on),
            }
        )
        form.days = program.starts_on, today
        return form

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the day, and with a correction that corrects nothing."""
        starts_on, today = self.days
        if self.effective_on.data is not None:
            reason = self.reason.data or ""
            yield from correction_problems(self.effective_on.data, reason, starts_on=starts_on, today=today)
        if not self.doses.errors and self.all_doses() == [entry.data for entry in self.bases.entries]:
            yield RuleBroken(NO_DIFFERENCE)

    def fits(self, rows: Sequence[DoseColumns]) -> bool:
        """Whether there is a dose for each row, and what the page showed of it."""
        held = [entry.data for entry in self.bases.entries]
        return super().fits(rows) and len(held) == len(rows) and None not in held

    def wish(self, rows: Sequence[Prescription]) -> DoseWish:
        """The doses by the prescription they are for."""
        assert self.effective_on.data is not None
        return DoseWish(
            base={row.id: entry.data for row, entry in zip(rows, self.bases.entries, strict=True)},
            doses={row.id: dose for row, dose in zip(rows, self.all_doses(), strict=True)},
            effective_on=self.effective_on.data,
            reason=self.reason.data or "",
            told=self.told.data or None,
        )

    def meet(self, rows: Sequence[Prescription]) -> set[uuid.UUID]:
        """Take over what somebody else has changed meanwhile; returns the moves that both changed."""
        collided = set()
        for row, base, entry in zip(rows, self.bases.entries, self.doses.entries, strict=True):
            theirs, mine = dose_of(row), entry.form.dose()
            if fate(base.data, mine, theirs) is FieldFate.COLLIDES:
                collided.add(row.id)
            elif mine == base.data:
                entry.form.show(theirs)
            base.data = theirs
        return collided


class ChangeForm(LengthFields):
    """A step of a program's life: from which day, and why; of a pause, until when, where that is known.

    The length is asked at a restart, the kind of reason at an end.
    """

    version = VersionField()
    effective_on = DatePartsField("From", required="Enter the day.")
    until = DatePartsField("Last day of the pause")
    stop = OneOfField("Why", StopReason, STOPS, required="Choose why it ends.")
    reason = LongTextField("Why", longest=LONGEST_REASON)

    @classmethod
    def of(cls, program: Program, action: ProgramAction, earliest: date, today: date) -> ChangeForm:
        """The form for one step, from today on."""
        pause = program.pause if action is ProgramAction.PAUSE else None
        form = cls(
            data={
                "version": program.version,
                "effective_on": max(today, earliest, pause.first if pause else today),
                "until": pause.last if pause else None,
                "length": Length.WEEKS,
                "weeks": USUAL_WEEKS,
            }
        )
        form.action, form.program, form.span = action, program, (earliest, today)
        if action is not ProgramAction.RESTART:
            del form.length
            del form.weeks
        if action is not ProgramAction.PAUSE:
            del form.until
        if action is not ProgramAction.END:
            del form.stop
        else:
            form.reason.label.text = "In words"
        return form

    def change(self) -> ProgramChange:
        """The step, as it was sent."""
        assert self.effective_on.data is not None
        return self._from(self.effective_on.data)

    def _from(self, day: date) -> ProgramChange:
        return ProgramChange(
            self.action, day, self.reason.data or "", until=_of(self.until), stop=_of(self.stop)
        )

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the days and the reason, and with a restart beside the same routine."""
        program, (earliest, today) = self.program, self.span
        change = self._from(self.effective_on.data or max(earliest, today))
        planned = program.pause if program.pause and program.pause.first > today else None
        yield from change_problems(change, earliest=earliest, today=today, planned=planned)
        if self.action is ProgramAction.RESTART:
            yield from running.twice(program.practice_id, program.client, program.routine_version_id)


def _of(field: Any) -> Any:
    """What a field holds; None where the step does not ask for it."""
    return None if field is None else field.data


class DaysForm(Form):
    """The first and the last day of a program that goes on."""

    version = VersionField()
    starts_on = DatePartsField("First day", required="Enter the first day.")
    ends_on = DatePartsField("Last day")
    reason = LongTextField("Why", longest=LONGEST_REASON)

    @classmethod
    def of(cls, program: Program) -> DaysForm:
        """The form with the days that stand."""
        form = cls(
            data={"version": program.version, "starts_on": program.starts_on, "ends_on": program.ends_on}
        )
        form.program = program
        return form

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the days."""
        return program_days.problems(self.program, self.starts_on.data, self.ends_on.data)


class ExtendForm(Form):
    """Some weeks more after the last day that the page showed, or back to the one that stood before."""

    seen = IsoDayField()
    ends_on = IsoDayField()
    weeks = WholeNumberField("Weeks", blank=0)

    def validate_weeks(self, field: WholeNumberField) -> None:
        if self.seen.data is None or (self.ends_on.data is None and field.data not in EXTENSIONS):
            raise StopValidation("This page is out of date. Please open it again.")


class CheckinForm(RhythmFields):
    """The check-ins of a program that is there already."""

    version = VersionField()

    @classmethod
    def of(cls, program: Program, schedule: CheckinSchedule | None) -> CheckinForm:
        """The form with the rhythm that stands, or the usual one switched off."""
        form = cls(data={"version": program.version, **rhythms.standing(schedule, program.starts_on)})
        form.program = program
        return form

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against changing them at all."""
        return program_changes.checkin_problems(self.program)
