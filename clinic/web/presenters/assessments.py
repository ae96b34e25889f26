"""One assessment in words: its chart by section, what stands out, what is clear, what wants a doctor."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import TypeAlias

from clinic.domain.amendments import AmendedPlace
from clinic.domain.assessment import AssessmentTest, BatteryItem, Field
from clinic.domain.dates import count, day_in_words
from clinic.domain.findings import NONE_SEEN, Place, Value, Values, in_figures, with_unit
from clinic.domain.same_day import SameDayFinding
from clinic.domain.side_difference import sides_apart
from clinic.domain.spots import Spot, in_section, sides_of
from clinic.domain.standing_out import clear_tests, stands_out
from clinic.domain.types import FieldKind, Section, Side
from clinic.domain.words import say
from clinic.models import ExerciseMistake

SECTION_WORDS = {
    Section.ORTHOPEDIC: "Orthopedic",
    Section.NEUROLOGIC: "Neurologic",
    Section.FUNCTIONAL_MOVEMENT: "Functional movement",
}
SIDE_WORDS = {Side.LEFT: say("Left"), Side.RIGHT: say("Right"), Side.NONE: ""}
SAYS_LITTLE = frozenset({"not_tested", "not_asked", "not_tried"})


Amendments: TypeAlias = Mapping[Place, AmendedPlace]
NOT_AMENDED: Amendments = {}
Usual: TypeAlias = Mapping[tuple[str, str], str]  # for the client's age and sex, by test and field
NO_NORMS: Usual = {}


@dataclass(frozen=True, slots=True)
class ChartReading:
    """What a chart is made of: the values as they read now, what was amended, the name of the mistake."""

    values: Values
    amended: Amendments
    mistake: str
    usual: Usual


@dataclass(frozen=True, slots=True)
class ValueMark:
    """One value as it is read; `stands_out` ones are marked by a shape and a word.

    An amended one has what was signed in `was`, and why it reads otherwise now.
    """

    text: str
    stands_out: bool = False
    was: str = ""
    why: str = ""


@dataclass(frozen=True, slots=True)
class FindingLine:
    """One field of a test: left and right, or one value for both."""

    label: str
    left: ValueMark | None
    right: ValueMark | None
    whole: ValueMark | None
    note: str
    usual: str = ""


@dataclass(frozen=True, slots=True)
class TestBlock:
    """One test of the chart."""

    name: str
    lines: tuple[FindingLine, ...]


@dataclass(frozen=True, slots=True)
class StandingFinding:
    """A finding of the summary: which test, where, and what."""

    test: str
    side: str
    text: str


@dataclass(frozen=True, slots=True)
class ChartSection:
    """One section of the chart: what stands out in it, what is clear, all that was recorded, what was not."""

    key: str
    title: str
    standing: tuple[StandingFinding, ...]
    clear: tuple[str, ...]
    blocks: tuple[TestBlock, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A same-day flag in words: what was found, and what to do."""

    section: Section
    found: str
    do: str


@dataclass(frozen=True, slots=True)
class QuestionLine:
    """A result that is asked about before somebody signs: its section, its field in the form, its name."""

    section: Section
    field_id: str
    name: str


def field_name(test: AssessmentTest, field: Field, side: Side) -> str:
    """The full name of a place: "FABER (Patrick), pain, left"."""
    label = "" if field.kind is FieldKind.RESULT and field.label == "Result" else lower_first(field.label)
    return ", ".join(filter(None, (test.name, label, SIDE_WORDS[side].lower())))


def lower_first(text: str) -> str:
    """A label inside a sentence; short names such as L4 stay as they are."""
    return text if text[1:2].isdigit() or text[:2].isupper() else text[:1].lower() + text[1:]


def value_words(field: Field, value: Value, mistake: str = "") -> str:
    """A value in words; `mistake` is what the practice calls its named mistake."""
    if isinstance(value, str):
        if field.kind is FieldKind.FAULTS:
            return _fault_words(field, value, mistake)
        return dict(field.options).get(value, value)
    figures = with_unit(value, "/10" if field.kind is FieldKind.PAIN else field.unit).replace(" /", "/")
    meaning = dict(field.options).get(f"{value:g}")
    return f"{figures}, {lower_first(meaning)}" if meaning else figures


def keyboard(field: Field) -> str:
    """The keyboard a phone offers for a number; those of figures alone have no minus everywhere."""
    if field.minimum is None or field.minimum < 0:
        return "text"
    return "decimal" if field.step is not None and field.step < 1 else "numeric"


def flag_lines(flags: Iterable[SameDayFinding], before_day: date | None) -> list[FlagLine]:
    """Same-day flags in words, each finding once."""
    return [
        FlagLine(flag.spot.test.section, _flag_words(flag, before_day), flag.spot.field.warning_do)
        for flag in flags
    ]


def question_lines(doubtful: Iterable[Spot]) -> list[QuestionLine]:
    """Results that do not go with what was recorded beside them, as questions."""
    return [
        QuestionLine(spot.test.section, spot.name, field_name(spot.test, spot.field, spot.place.side))
        for spot in doubtful
    ]


def chart(
    items: Sequence[BatteryItem],
    values: Values,
    mistake: str = "",
    amended: Amendments = NOT_AMENDED,
    usual: Usual = NO_NORMS,
) -> list[ChartSection]:
    """The whole assessment by section, as it reads now; `amended` values tell what was signed."""
    return [
        _chart_section(section, part, ChartReading(values, amended, mistake, usual))
        for section in Section
        if (part := in_section(items, section))
    ]


def mistake_name(named: ExerciseMistake | None) -> str:
    """What the practice calls its named mistake."""
    return named.name if named else ""


def _chart_section(section: Section, items: Sequence[BatteryItem], read: ChartReading) -> ChartSection:
    blocks = [_block(item, read) for item in items]
    return ChartSection(
        key=section.value,
        title=SECTION_WORDS[section],
        standing=tuple(_standing(items, read.values, read.mistake)),
        clear=tuple(_clear(items, read.values)),
        blocks=tuple(block for block in blocks if block.lines),
        missing=tuple(block.name for block in blocks if not block.lines),
    )


def _clear(items: Sequence[BatteryItem], values: Values) -> Iterable[str]:
    """Negatives in a line: first the tests that are read as negative, then those that are normal."""
    found = list(clear_tests(items, values))
    for is_result, word in ((True, "Negative"), (False, "Normal")):
        told = [_clear_words(each.test, each.sides) for each in found if each.is_result is is_result]
        if told:
            yield f"{word}: {'; '.join(told)}."


def _clear_words(test: AssessmentTest, sides: Sequence[Side]) -> str:
    one = sides[0] if len(sides) == 1 and Side.NONE not in sides else None
    return f"{test.name}, {SIDE_WORDS[one].lower()} only" if one else test.name


def _block(item: BatteryItem, read: ChartReading) -> TestBlock:
    apart = {each.field.id: each.by for each in sides_apart([item], read.values)}
    lines = []
    for field in item.fields:
        marks = {
            side: _mark(field, place, read)
            for side in sides_of(field)
            if (place := Place(item.test.id, field.id, side)) in read.values or place in read.amended
        }
        if marks:
            note = f"Sides differ by {with_unit(apart[field.id], field.unit)}" if field.id in apart else ""
            lines.append(
                FindingLine(
                    field.label,
                    marks.get(Side.LEFT),
                    marks.get(Side.RIGHT),
                    marks.get(Side.NONE),
                    note,
                    read.usual.get((item.test.id, field.id), ""),
                )
            )
    return TestBlock(item.test.name, tuple(lines))


def _mark(field: Field, place: Place, read: ChartReading) -> ValueMark:
    value, amended = read.values.get(place), read.amended.get(place)
    text = "withdrawn" if value is None else value_words(field, value, read.mistake)
    is_out = value is not None and stands_out(field, value)
    if amended is None:
        return ValueMark(text, is_out)
    was = "nothing" if amended.signed is None else value_words(field, amended.signed, read.mistake)
    return ValueMark(text, is_out, was, f"{amended.reason} ({amended.by})")


def _standing(items: Sequence[BatteryItem], values: Values, mistake: str) -> Iterable[StandingFinding]:
    for item in items:
        for side in Side:
            if parts := _standing_parts(item, side, values, mistake):
                yield StandingFinding(item.test.name, SIDE_WORDS[side], ", ".join(parts))
        for apart in sides_apart([item], values):
            yield StandingFinding(
                item.test.name,
                "",
                f"{lower_first(apart.field.label)}: sides differ by {with_unit(apart.by, apart.field.unit)}",
            )


def _standing_parts(item: BatteryItem, side: Side, values: Values, mistake: str) -> list[str]:
    """What stands out on one side of a test; beside a positive result, where it was felt and how much."""
    here = [
        (field, values[place])
        for field in item.fields
        if (place := Place(item.test.id, field.id, side)) in values
    ]
    out = [(field, value) for field, value in here if stands_out(field, value)]
    if any(field.kind is FieldKind.RESULT for field, _ in out):
        out = [pair for pair in here if pair in out or (pair[1] not in SAYS_LITTLE and pair[1] != NONE_SEEN)]
    return [_part(field, value, mistake) for field, value in out]


def _part(field: Field, value: Value, mistake: str) -> str:
    words = value_words(field, value, mistake)
    if field.kind is FieldKind.RESULT and field.label == "Result":
        return words.lower()
    if field.kind is FieldKind.FAULTS:
        return f"{lower_first(field.label)}: {words}"
    return f"{lower_first(field.label)} {lower_first(words)}"


def _fault_words(field: Field, value: str, mistake: str) -> str:
    if value == NONE_SEEN:
        return "None seen"
    names = dict(field.options) | ({"named_mistake": mistake} if mistake else {})
    return ", ".join(names.get(code, code) for code in value.split())


def _flag_words(flag: SameDayFinding, before_day: date | None) -> str:
    spot = flag.spot
    said = f"{field_name(spot.test, spot.field, spot.place.side)}: {value_words(spot.field, flag.value)}"
    if flag.before is not None and before_day is not None:
        said += f"; it was {in_figures(flag.before)} on {day_in_words(before_day)}"
    return f"{said}; recorded as limited by pain" if flag.limited_by_pain else said


def fields_in_words(number: int) -> str:
    """A number of fields: "3 fields"."""
    return count(number, "field")
