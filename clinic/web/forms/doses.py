"""A dose as fields: the same ones in a routine, in a new program and in a correction."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from wtforms import Form, HiddenField, IntegerField, SelectField
from wtforms.fields import SelectChoice

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose, dose_problems
from clinic.domain.types import DoseSide, MoveRange, Support
from clinic.web.forms.fields import LineField
from clinic.web.presenters.doses import RANGES, SIDES, SUPPORTS


class WholeNumberField(IntegerField):
    """A whole number in plain figures; what was typed instead comes back as it was typed."""

    def __init__(self, label: str, *, blank: int | None = None, **options: Any) -> None:
        super().__init__(label, **options)
        self.blank = blank

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        text = valuelist[0].strip() if valuelist else ""
        self.data = None
        if not text and self.blank is not None:
            self.data = self.blank
        elif not (text.isascii() and text.isdigit() and len(text) < 6):
            raise ValueError(f"{self.label.text}: enter a whole number.")
        else:
            self.data = int(text)


class WordField(SelectField):
    """One word of a closed set out of a short list."""

    def __init__(self, label: str, words: Mapping[Any, str], **options: Any) -> None:
        choices = [SelectChoice(member.value, text) for member, text in words.items()]
        super().__init__(
            label,
            choices=choices,
            invalid_choice_message="Choose one of these.",
            invalid_value_message="Choose one of these.",
            **options,
        )


class TempoField(LineField):
    """Four numbers of seconds; spaces and long dashes between them are taken for hyphens."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        self.data = re.sub(r"\s*[-–—\s]\s*", "-", self.data) if self.data else None


class DoseForm(Form):
    """How much of a move."""

    sets = WholeNumberField("Rounds")
    reps = WholeNumberField("Repetitions")
    hold_s = WholeNumberField("Hold", blank=0)
    rest_s = WholeNumberField("Rest between rounds", blank=0)
    tempo = TempoField("Tempo", longest=12)
    times_per_day = WholeNumberField("Times a day")
    days_per_week = WholeNumberField("Days a week")
    side = WordField("Side", SIDES, coerce=DoseSide)
    move_range = WordField("Range", RANGES, coerce=MoveRange)
    support = WordField("Support", SUPPORTS, coerce=Support)

    def validate(self, extra_validators: Any = None) -> bool:
        """The fields one by one, then the dose as a whole against the catalogue's bounds."""
        if not super().validate(extra_validators):
            return False
        problems = dose_problems(self.dose(), load_catalogue().dosing.bounds)
        for name, problem in problems.items():
            self._fields[name].errors = [problem]
        return not problems

    def show(self, dose: Dose) -> None:
        """Hold this dose in place of what was sent."""
        for name, value in dose_data(dose).items():
            self._fields[name].raw_data = None
            self._fields[name].data = value

    def dose(self) -> Dose:
        """The dose; only after every field was read."""
        values = {name: self._fields[name].data for name in Dose.__slots__}
        return Dose(**{**values, "tempo": values["tempo"] or ""})

    def whole(self) -> Dose | None:
        """The dose, if every field of it could be read and it is within its bounds."""
        fields = [field for name, field in self._fields.items() if name != "tempo"]
        if any(field.process_errors or field.data is None for field in fields):
            return None
        dose = self.dose()
        return None if dose_problems(dose, load_catalogue().dosing.bounds) else dose


def dose_data(dose: Dose) -> dict[str, Any]:
    """A dose as the form's data."""
    return {name: getattr(dose, name) for name in Dose.__slots__}


class DoseHeldField(HiddenField):
    """A dose as the page showed it when it was opened; `data` is None for what no page of ours sent."""

    data: Any

    def _value(self) -> str:
        return "|".join(str(getattr(self.data, name)) for name in Dose.__slots__) if self.data else ""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        self.data = _held(valuelist[0]) if valuelist else None


def _held(text: str) -> Dose | None:
    kinds = {"side": DoseSide, "move_range": MoveRange, "support": Support, "tempo": str}
    try:
        parts = zip(Dose.__slots__, text.split("|"), strict=True)
        return Dose(**{name: kinds.get(name, int)(part) for name, part in parts})
    except ValueError:
        return None
