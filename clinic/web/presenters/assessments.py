"""Assessments in words: the chart of one, the list of a client's, and first against latest."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from clinic.catalogue.assessment import AssessmentTest, BatteryItem, Field
from clinic.domain.dates import count, day_in_words
from clinic.domain.findings import NONE_SEEN, Place, Value, Verdict, in_figures, with_unit
from clinic.domain.types import AssessmentStatus, FieldKind, Section, Side
from clinic.models import Assessment, ExerciseMistake
from clinic.services import assessment_reading as reading
from clinic.services.assessment_reading import Compared, Flag, Values
from clinic.services.assessments import Held

SECTION_WORDS = {
    Section.ORTHOPEDIC: "Orthopedic",
    Section.NEUROLOGIC: "Neurologic",
    Section.FUNCTIONAL_MOVEMENT: "Functional movement",
}
SIDE_WORDS = {Side.LEFT: "Left", Side.RIGHT: "Right", Side.NONE: ""}
VERDICT_WORDS = {
    Verdict.CHANGED: "Changed",
    Verdict.WITHIN_ERROR: "Within measurement error",
    Verdict.NOT_COMPARABLE: "Not comparable: measured in another way, or the way was not noted",
    Verdict.NOT_JUDGED: "No threshold",
}
SAYS_LITTLE = frozenset({"not_tested", "not_asked", "not_tried"})


@dataclass(frozen=True, slots=True)
class Mark:
    """One value as it is read; `stands_out` ones are marked by a shape and a word."""

    text: str
    stands_out: bool = False


@dataclass(frozen=True, slots=True)
class Line:
    """One field of a test: left and right, or one value for both."""

    label: str
    left: Mark | None
    right: Mark | None
    whole: Mark | None
    note: str


@dataclass(frozen=True, slots=True)
class Block:
    """One test of the chart."""

    name: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """A finding of the summary: which test, where, and what."""

    test: str
    side: str
    text: str


@dataclass(frozen=True, slots=True)
class ChartSection:
    """One section of the chart: what stands out in it, all that was recorded, and what was not."""

    key: str
    title: str
    standing: tuple[Standing, ...]
    blocks: tuple[Block, ...]
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class FlagLine:
    """A same-day flag in words: what was found, and what to do."""

    section: Section
    found: str
    do: str


@dataclass(frozen=True, slots=True)
class ListLine:
    """One assessment in a client's list."""

    id: uuid.UUID
    day: str
    name: str
    is_draft: bool
    by: str


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """One measure, first against latest."""

    name: str
    side: str
    first: str
    latest: str
    change: str
    verdict: str
    icon: str


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


def flag_lines(flags: Iterable[Flag], before_day: date | None) -> list[FlagLine]:
    """Same-day flags in words, each finding once."""
    return [
        FlagLine(flag.spot.test.section, _flag_words(flag, before_day), flag.spot.field.warning_do)
        for flag in flags
    ]


def chart(items: Sequence[BatteryItem], values: Values, mistake: str = "") -> list[ChartSection]:
    """The whole assessment by section, as it is read."""
    return [
        _chart_section(section, part, values, mistake)
        for section in Section
        if (part := reading.in_section(items, section))
    ]


def mistake_name(named: ExerciseMistake | None) -> str:
    """What the practice calls its named mistake."""
    return named.name if named else ""


def client_page(held: Held, today: date) -> dict[str, object]:
    """A client's assessments for their page: the list, and first against latest."""
    context: dict[str, object] = {
        "assessments": [_list_line(each, today) for each in held.all],
        "changes": [],
        "first_day": "",
        "latest_day": "",
        "repeat": _repeat(held.latest, today),
    }
    if held.first and held.latest and held.first is not held.latest:
        context |= _first_and_latest(held.first, held.latest, today)
    return context


def change_line(row: Compared) -> ChangeLine:
    """One measure, first against latest, with what the difference may be called."""
    by, verdict = row.change.by, row.change.verdict
    sign = "+" if by > 0 else ""
    unit = row.spot.field.unit
    return ChangeLine(
        name=field_name(row.spot.test, row.spot.field, Side.NONE),
        side=SIDE_WORDS[row.spot.place.side],
        first=with_unit(row.first, unit),
        latest=with_unit(row.latest, unit),
        change=f"{sign}{with_unit(by, unit if unit in ('°', 's', 'cm') else '')}" if by else "No change",
        verdict=VERDICT_WORDS[verdict],
        icon=("trending-up" if by > 0 else "trending-down") if verdict is Verdict.CHANGED else "",
    )


def _first_and_latest(first: Assessment, latest: Assessment, today: date) -> dict[str, object]:
    rows = reading.compared(
        reading.items_of(latest), reading.values_of(first.findings), reading.values_of(latest.findings)
    )
    return {
        "changes": [change_line(row) for row in rows],
        "first_day": day_in_words(first.taken_on, today),
        "latest_day": day_in_words(latest.taken_on, today),
    }


def _repeat(latest: Assessment | None, today: date) -> dict[str, object] | None:
    """What the button posts that repeats the same items; None where there is nothing to repeat."""
    if latest is None or reading.battery_of(latest) is None:
        return None
    return repeat_fields(latest, today)


def repeat_fields(assessment: Assessment, today: date) -> dict[str, object]:
    """The fields of a form that begins the same battery today."""
    return {
        "battery": assessment.battery_key,
        "taken_on-day": today.day,
        "taken_on-month": today.month,
        "taken_on-year": today.year,
    }


def _list_line(assessment: Assessment, today: date) -> ListLine:
    is_draft = assessment.status is AssessmentStatus.DRAFT
    person = assessment.author if is_draft or assessment.signer is None else assessment.signer
    return ListLine(
        id=assessment.id,
        day=day_in_words(assessment.taken_on, today),
        name=reading.name_of(assessment),
        is_draft=is_draft,
        by=f"{'begun' if is_draft else 'signed'} by {person.name}",
    )


def _chart_section(
    section: Section, items: Sequence[BatteryItem], values: Values, mistake: str
) -> ChartSection:
    blocks = [_block(item, values, mistake) for item in items]
    return ChartSection(
        key=section.value,
        title=SECTION_WORDS[section],
        standing=tuple(_standing(items, values, mistake)),
        blocks=tuple(block for block in blocks if block.lines),
        missing=tuple(block.name for block in blocks if not block.lines),
    )


def _block(item: BatteryItem, values: Values, mistake: str) -> Block:
    apart = {each.field.id: each.by for each in reading.sides_apart([item], values)}
    lines = []
    for field in item.fields:
        marks = {
            side: _mark(field, values[place], mistake)
            for side in reading.sides_of(field)
            if (place := Place(item.test.id, field.id, side)) in values
        }
        if marks:
            note = f"Sides differ by {with_unit(apart[field.id], field.unit)}" if field.id in apart else ""
            lines.append(
                Line(field.label, marks.get(Side.LEFT), marks.get(Side.RIGHT), marks.get(Side.NONE), note)
            )
    return Block(item.test.name, tuple(lines))


def _mark(field: Field, value: Value, mistake: str) -> Mark:
    return Mark(value_words(field, value, mistake), reading.stands_out(field, value))


def _standing(items: Sequence[BatteryItem], values: Values, mistake: str) -> Iterable[Standing]:
    for item in items:
        for side in Side:
            if parts := _standing_parts(item, side, values, mistake):
                yield Standing(item.test.name, SIDE_WORDS[side], ", ".join(parts))
        for apart in reading.sides_apart([item], values):
            yield Standing(
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
    out = [(field, value) for field, value in here if reading.stands_out(field, value)]
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


def _flag_words(flag: Flag, before_day: date | None) -> str:
    spot = flag.spot
    said = f"{field_name(spot.test, spot.field, spot.place.side)}: {value_words(spot.field, flag.value)}"
    if flag.before is not None and before_day is not None:
        said += f"; it was {in_figures(flag.before)} on {day_in_words(before_day)}"
    return f"{said}; recorded as limited by pain" if flag.limited_by_pain else said


def fields_in_words(number: int) -> str:
    """A number of fields: "3 fields"."""
    return count(number, "field")
