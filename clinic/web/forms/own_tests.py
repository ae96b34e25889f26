"""The form of a test that a practice makes itself: what it is called, and the fields it records."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, Field, FieldList, FormField, HiddenField, SelectField, StringField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice

from clinic.domain.cleaning import one_line, printable
from clinic.domain.errors import RuleBroken
from clinic.domain.own_tests import LONGEST_ANSWER, MOST_ANSWERS
from clinic.domain.types import Better, Section, Sides
from clinic.services.actors import Actor
from clinic.services.batteries import own_tests
from clinic.services.batteries.definitions import MOST_FIELDS, FieldDraft, TestDraft
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import (
    LineField,
    LongTextField,
    OneOfField,
    VersionField,
)
from clinic.web.forms.row_lists import RowList
from clinic.web.presenters.assessments import SECTION_WORDS

ROW = re.compile(r"fields-(\d{1,3})-(\w+)")
FIELD_ROWS = RowList("fields", MOST_FIELDS, {"label": "", "kind": "choice", "better": Better.NEITHER.value})
FIGURE = re.compile(r"[+-]?[0-9]{1,4}([.,][0-9]{1,2})?")
KINDS = (
    ("result", "Result: negative, positive …"),
    ("pain", "Pain, 0 to 10"),
    ("degrees", "Angle in degrees"),
    ("seconds", "Time in seconds"),
    ("cm", "Length in centimetres"),
    ("count", "Count"),
    ("grade", "Grade, with its meaning"),
    ("choice", "One of several answers"),
    ("yes_no", "Yes or no"),
    ("familiar", "Familiar pain: yes, no"),
    ("where", "Where it hurts"),
    ("end_feel", "End feel"),
    ("device", "Measured with"),
    ("text", "Words"),
)
SIDES_WORDS = {Sides.NONE: "Done once, without a side", Sides.LEFT_RIGHT: "Done left and right"}
BETTER_WORDS = (
    (Better.NEITHER.value, "Neither, or it depends"),
    (Better.HIGHER.value, "Higher is better"),
    (Better.LOWER.value, "Lower is better"),
)


class FigureField(StringField):
    """A number in figures; None when it is blank."""

    data: Any

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        plain = one_line(valuelist[0]).replace("−", "-") if valuelist else ""
        self.data = None
        if not plain:
            return
        if not FIGURE.fullmatch(plain):
            raise ValueError("Enter a number, in figures.")
        self.data = float(plain.replace(",", "."))

    def _value(self) -> str:
        if self.raw_data:
            return printable(str(self.raw_data[0])).strip()[:20]
        return "" if self.data is None else f"{self.data:g}"


class FieldForm(PlainForm):
    """One thing a test records."""

    id = HiddenField()
    label = LineField("Name of the field", longest=60, required="Say what is recorded.")
    kind = SelectField("Kind", choices=[SelectChoice(*each) for each in KINDS])
    minimum = FigureField("Least")
    maximum = FigureField("Most")
    step = FigureField("Steps of")
    unit = LineField("What is counted", longest=12)
    options = LongTextField("Answers", longest=MOST_ANSWERS * (LONGEST_ANSWER + 4))
    normal = LineField("Normal answer", longest=LONGEST_ANSWER)
    better = SelectField("Better or worse", choices=[SelectChoice(*each) for each in BETTER_WORDS])
    once = BooleanField("Recorded once, not left and right")

    def draft(self) -> FieldDraft:
        """What was sent, as the rules take it."""
        return FieldDraft(
            id=(self.id.data or "")[:60],
            label=self.label.data or "",
            kind=self.kind.data,
            unit=self.unit.data or "",
            minimum=self.minimum.data,
            maximum=self.maximum.data,
            step=self.step.data,
            options=self.options.data or "",
            normal=self.normal.data or "",
            better=Better(self.better.data),
            once=self.once.data,
        )


class OwnTestForm(OnceForm):
    """A whole test. `version` is what was seen."""

    version = VersionField(default=0)
    name = LineField("Name", longest=120, required="Give the test a name.")
    section = OneOfField("Section", Section, SECTION_WORDS, required="Choose the section it belongs to.")
    sides = OneOfField("Sides", Sides, SIDES_WORDS, required="Say whether it has sides.")
    side_words = LineField("Which side is meant", longest=60)
    how = LongTextField("How it is done", longest=1000, required="Say how it is done and recorded.")
    fields = FieldList(FormField(FieldForm), max_entries=MOST_FIELDS + 1)

    @classmethod
    def blank(cls) -> OwnTestForm:
        """A new test with one field to begin with."""
        return cls(data={"fields": [{"kind": "result", "label": "Result"}]})

    @classmethod
    def of(cls, draft: TestDraft, version: int) -> OwnTestForm:
        """A test as it stands."""
        values: dict[str, Any] = {name: getattr(draft, name) for name in draft.__slots__}
        values["fields"] = [
            {name: getattr(field, name) for name in field.__slots__} | {"better": field.better.value}
            for field in draft.fields
        ]
        return cls(data={**values, "version": version})

    def draft(self) -> TestDraft:
        """What was sent, as the rules take it."""
        return TestDraft(
            name=self.name.data or "",
            section=self.section.data,
            sides=self.sides.data,
            side_words=self.side_words.data or "",
            how=self.how.data or "",
            fields=tuple(entry.form.draft() for entry in self.fields.entries),
        )

    def be_asked_by(self, actor: Actor, key: str | None = None) -> None:
        """Who makes it, and which test it follows."""
        self._asked = actor, key

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the test as a whole and with each of its rows."""
        actor, key = self._asked
        rows = [entry.form for entry in self.fields.entries]
        if not any(row.kind.errors or row.better.errors for row in rows):
            yield from own_tests.problems(actor, self.draft(), key)

    def _refuse(self, problem: RuleBroken) -> None:
        super()._refuse(problem)
        # a list of rows keeps what was wrong with them when it was asked
        self.fields.errors = [entry.errors for entry in self.fields.entries if entry.errors]

    def _field_of(self, problem: RuleBroken) -> Field | None:
        """Its field, also one within a row; what is about all rows stands at the top."""
        found = ROW.fullmatch(problem.field or "")
        if found is None or int(found[1]) >= len(self.fields.entries):
            return None if problem.field == "fields" else super()._field_of(problem)
        row = self.fields.entries[int(found[1])].form
        field: Field = getattr(row, found[2], row.label)
        return field
