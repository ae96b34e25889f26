"""The form a client logs a day with."""

from __future__ import annotations

from datetime import date

from wtforms import HiddenField
from wtforms.validators import Optional, ValidationError

from clinic.domain.types import LogOutcome, MistakeAnswer
from clinic.services.programs.diary import DiaryEntry
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField, OneOfField, PainField

OUTCOMES = {LogOutcome.DONE: "Done", LogOutcome.PARTLY: "Partly", LogOutcome.NOT_DONE: "Not today"}
MISTAKES = {MistakeAnswer.YES: "Yes", MistakeAnswer.NO: "No", MistakeAnswer.NOT_SURE: "Not sure"}


class LogForm(Form):
    """How a day went. Only the outcome is needed; nothing is chosen beforehand."""

    day = HiddenField()
    outcome = OneOfField("How did it go?", LogOutcome, OUTCOMES, required="Choose done, partly or not today.")
    pain = PainField("Highest pain while you practised", validators=[Optional()])
    mistake = OneOfField("Did you notice the mistake?", MistakeAnswer, MISTAKES)
    note = LongTextField("Note", longest=1000)

    def validate_day(self, field: HiddenField) -> None:
        try:
            date.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError("Open this page again: it lost the day it was for.") from None

    def local_date(self) -> date:
        """The day the form was opened for; only on a valid form."""
        return date.fromisoformat(self.day.data or "")

    def entry(self) -> DiaryEntry:
        """What was said, in the service's shape; only on a valid form."""
        return DiaryEntry(LogOutcome(self.outcome.data), self.pain.points, self.mistake.data, self.note.data)

    @classmethod
    def for_day(cls, day: date, entry: DiaryEntry | None, mistake: str | None) -> LogForm:
        """The form of a day, holding what was logged already."""
        form = cls(
            day=day.isoformat(),
            outcome=entry.outcome if entry else None,
            pain=str(entry.pain) if entry and entry.pain is not None else None,
            mistake=entry.mistake if entry else None,
            note=entry.note if entry else None,
        )
        form.ask_about(mistake)
        return form

    def ask_about(self, mistake: str | None) -> None:
        """Ask by the name the practice gave the mistake, if it did."""
        if mistake:
            self.mistake.label.text = f"Did you notice the {mistake}?"
