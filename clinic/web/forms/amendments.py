"""The form of an amendment: one place of a signed assessment with its right value, a note, a reason."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from wtforms import BooleanField, Field, HiddenField, RadioField, SelectMultipleField, StringField
from wtforms.fields import SelectChoice

from clinic.domain.cleaning import printable
from clinic.domain.errors import RuleBroken
from clinic.domain.findings import NONE_SEEN, Value, Values, read, spelled, written
from clinic.domain.spots import Spot
from clinic.domain.types import FieldKind
from clinic.domain.words import say
from clinic.models import Assessment
from clinic.services.assessments import amendments
from clinic.services.assessments.amendments import LONGEST, AmendmentWish
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LongTextField


class AmendForm(OnceForm):
    """What is added to a signed assessment.

    `seen` is what stood at the place when the form was shown.
    """

    seen = HiddenField()
    withdraw = BooleanField("Nothing should be recorded here")
    note = LongTextField("Note", longest=LONGEST)
    reason = LongTextField("Why", longest=LONGEST, required="Say why, in a few words.")
    spot: Spot | None = None
    value: Field | None = None

    @classmethod
    def at(cls, spot: Spot | None, stands: Value | None, mistake: str) -> AmendForm:
        """The form for one place with the value that stands there, or for a note alone."""
        if spot is None:
            form = cls()
            del form.withdraw
            return form
        data: dict[str, Any] = {"value": _shown(spot, stands), "seen": spelled(stands)}
        bound = type("AmendOneForm", (cls,), {"value": _field(spot, mistake)})
        form = bound(data=data)
        form.spot = spot
        return form

    def be_about(self, assessment: Assessment, stand: Values) -> None:
        """What it is added to, and the values that stand there."""
        self._about = assessment, stand

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the value or the note."""
        assessment, stand = self._about
        try:
            yield from amendments.problems(assessment, self.wish(), stand)
        except RuleBroken as problem:
            yield problem

    def wish(self) -> AmendmentWish:
        """What was sent; RuleBroken for a value that its field does not take."""
        value = None
        if self.spot is not None and not self.withdraw.data:
            value = self._value(self.spot)
        return AmendmentWish(
            key=self.key.data or "",
            place=self.spot.place if self.spot else None,
            value=value,
            note=self.note.data or "",
            reason=self.reason.data or "",
            seen=self.seen.data if self.spot else None,
        )

    def _value(self, spot: Spot) -> Value:
        assert self.value is not None
        given = self.value.data or []
        typed = [given] if isinstance(given, str) else list(given)
        try:
            value = read(spot.field, [printable(each)[:600] for each in typed])
        except RuleBroken as problem:
            raise RuleBroken(problem.message, "value") from None
        if value is None:
            raise RuleBroken(
                say("Give the correct value, or tick that nothing should be recorded here."), "value"
            )
        return value


def _shown(spot: Spot, value: Value | None) -> str | list[str] | None:
    if value is None:
        return None
    typed = written(spot.field, value)
    return typed if spot.field.kind is FieldKind.FAULTS else typed[0]


def _field(spot: Spot, mistake: str) -> Field:
    field = spot.field
    if field.kind is FieldKind.FAULTS:
        names = dict(field.options) | ({"named_mistake": mistake} if mistake else {})
        return SelectMultipleField(
            "Correct value",
            choices=_choices([(NONE_SEEN, "None seen"), *names.items()]),
            validate_choice=False,
        )
    if field.options and not field.is_numeric:
        return RadioField("Correct value", choices=_choices(field.options), validate_choice=False)
    if field.kind is FieldKind.GRADE and field.options:
        grades = [(code, f"{code}, {words.lower()}") for code, words in field.options]
        return RadioField("Correct value", choices=_choices(grades), validate_choice=False)
    return StringField("Correct value")


def _choices(options: Iterable[tuple[str, str]]) -> list[SelectChoice]:
    return [SelectChoice(code, words) for code, words in options]
