"""A section of an assessment as a sheet of fields: each test its rows, each row its left and right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from clinic.catalogue.assessment import AssessmentTest, BatteryItem, Field
from clinic.domain.findings import NONE_SEEN, Place, Value, in_figures
from clinic.domain.types import FieldKind, Section
from clinic.models import ExerciseMistake
from clinic.services import assessment_reading as reading
from clinic.services.assessment_reading import Spot, Values, sides_of
from clinic.web.forms.assessments import Sheet, name_of
from clinic.web.presenters.assessments import SECTION_WORDS, SIDE_WORDS, field_name, mistake_name, value_words

SHORT = {
    "Negative": "Neg",
    "Positive": "Pos",
    "Equivocal": "Equiv",
    "Not tested": "N/T",
    "Not asked": "N/A",
    "Not tried": "N/T",
    "Increased": "Incr",
}
MOST_SEGMENTS = 6
MOST_LETTERS = 34  # as many as stand beside each other in one side's column
MOST_LETTERS_WIDE = 60


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to press: what it sends, what it shows, what it is called."""

    value: str
    short: str
    name: str
    chosen: bool
    stands_out: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Cell:
    """One field on one side. `control` is segments, select, checks, number or text."""

    id: str
    side: str
    name: str
    control: str
    typed: str
    options: tuple[Option, ...]
    unit: str
    decimals: bool
    was: str
    saved: str
    error: str
    is_grade: bool


@dataclass(frozen=True, slots=True)
class Row:
    """One field of a test with its sides."""

    label: str
    hint: str
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """One test. `can_fill` where there is something empty that "all normal" would fill."""

    key: str
    test: AssessmentTest
    rows: tuple[Row, ...]
    can_fill: bool
    is_all_normal: bool


@dataclass(frozen=True, slots=True)
class Tab:
    """The way to a section, and how much of it is filled in."""

    key: str
    title: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Layers:
    """What a sheet shows at each place: what is typed, was found before, and somebody else saved."""

    sheet: Sheet
    before: Values
    mistake: ExerciseMistake | None = None
    saved: Values = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people filled in differently."""

    name: str
    saved: str
    mine: str


def groups(items: Sequence[BatteryItem], layers: Layers) -> list[Group]:
    """The sheet of a section, test by test."""
    return [_group(item, layers) for item in items]


def tabs(items: Sequence[BatteryItem], values: Values) -> list[Tab]:
    """The sections with how many of their fields are filled in."""
    return [
        Tab(
            section.value,
            SECTION_WORDS[section],
            sum(spot.place in values for spot in reading.spots(part)),
            sum(1 for _ in reading.spots(part)),
        )
        for section in Section
        if (part := reading.in_section(items, section))
    ]


def errors(items: Iterable[BatteryItem], sheet: Sheet) -> list[tuple[str, str]]:
    """What is wrong with a sheet, each with the id of its field, in the order of the page."""
    return [
        (name_of(spot.place), f"{field_name(spot.test, spot.field, spot.place.side)}: {problem}")
        for spot in reading.spots(items)
        if (problem := sheet.problems.get(spot.place))
    ]


def differences(items: Iterable[BatteryItem], mine: Sheet, saved: Values, mistake: str) -> list[Difference]:
    """Where what was typed differs from what is saved now, in words."""
    found = []
    for spot in reading.spots(items):
        one, two = mine.values.get(spot.place), saved.get(spot.place)
        typed = mine.typed.get(spot.place, [])
        if one != two or (spot.place in mine.problems):
            name = field_name(spot.test, spot.field, spot.place.side)
            words = value_words(spot.field, one, mistake) if one is not None else " ".join(typed)
            found.append(
                Difference(
                    name,
                    value_words(spot.field, two, mistake) if two is not None else "Empty",
                    words or "Empty",
                )
            )
    return found


def _group(item: BatteryItem, layers: Layers) -> Group:
    sheet = layers.sheet
    normal = {
        spot.place: value
        for spot in reading.spots([item])
        if (value := reading.normal_value(spot.field)) is not None
    }
    return Group(
        key=item.test.id,
        test=item.test,
        rows=tuple(_row(item.test, field, layers) for field in item.fields),
        can_fill=any(place not in sheet.typed for place in normal),
        is_all_normal=bool(normal) and all(sheet.values.get(place) == each for place, each in normal.items()),
    )


def _row(test: AssessmentTest, field: Field, layers: Layers) -> Row:
    cells = tuple(
        _cell(Spot(Place(test.id, field.id, side), test, field), layers) for side in sides_of(field)
    )
    return Row(field.label, field.hint, cells)


def _cell(spot: Spot, layers: Layers) -> Cell:
    place, field = spot.place, spot.field
    typed = layers.sheet.typed.get(place, [])
    before = layers.before.get(place)
    return Cell(
        id=name_of(place),
        side=SIDE_WORDS[place.side],
        name=field_name(spot.test, field, place.side),
        control=_control(field),
        typed=" ".join(typed),
        options=_options(field, typed, layers.mistake),
        unit="/10" if field.kind is FieldKind.PAIN else field.unit,
        decimals=field.step is not None and field.step < 1,
        was=_short_words(field, before, layers.mistake) if before is not None else "",
        saved=_saved_words(spot, layers),
        error=layers.sheet.problems.get(place, ""),
        is_grade=field.is_numeric,
    )


def _saved_words(spot: Spot, layers: Layers) -> str:
    theirs = layers.saved.get(spot.place)
    if theirs is None or theirs == layers.sheet.values.get(spot.place):
        return ""
    return value_words(spot.field, theirs, mistake_name(layers.mistake))


def _control(field: Field) -> str:
    if field.kind is FieldKind.FAULTS:
        return "checks"
    if field.kind is FieldKind.TEXT:
        return "text"
    if field.is_numeric:
        return "segments" if _steps(field) else "number"
    letters = sum(len(SHORT.get(words, words)) for _, words in field.options)
    fits = letters <= (MOST_LETTERS if field.per_side else MOST_LETTERS_WIDE)
    return "segments" if fits and len(field.options) <= MOST_SEGMENTS else "select"


def _steps(field: Field) -> tuple[int, ...]:
    """The whole numbers of a field that has so few that each can be a button."""
    if field.minimum is None or field.maximum is None or field.step != 1:
        return ()
    span = range(int(field.minimum), int(field.maximum) + 1)
    return tuple(span) if len(span) <= MOST_SEGMENTS else ()


def _options(field: Field, typed: Sequence[str], mistake: ExerciseMistake | None) -> tuple[Option, ...]:
    if field.kind is FieldKind.FAULTS:
        return _faults(field, typed, mistake)
    if field.is_numeric:
        words = dict(field.options)
        return tuple(
            Option(
                str(step),
                str(step),
                f"{step}, {words[str(step)].lower()}" if str(step) in words else str(step),
                str(step) in typed,
                reading.stands_out(field, float(step)),
            )
            for step in _steps(field)
        )
    return tuple(_option(field, code, words, typed) for code, words in field.options)


def _option(field: Field, code: str, words: str, typed: Sequence[str]) -> Option:
    short = SHORT.get(words, words)
    name = (
        words if words.startswith(short) else f"{short}, {words.lower()}"
    )  # what is seen is part of the name
    return Option(code, short, name, code in typed, reading.stands_out(field, code))


def _faults(field: Field, typed: Sequence[str], mistake: ExerciseMistake | None) -> tuple[Option, ...]:
    found = [Option(NONE_SEEN, "None seen", "None seen", NONE_SEEN in typed)]
    for code, words in field.options:
        named = mistake if code == "named_mistake" else None
        note = (named.see or "Not said yet what it is: say it when you publish the routine.") if named else ""
        name = named.name if named else words
        found.append(Option(code, name, name, code in typed, True, note))
    return tuple(found)


def _short_words(field: Field, value: Value, mistake: ExerciseMistake | None) -> str:
    if not isinstance(value, str) and _steps(field):
        return in_figures(value)
    words = value_words(field, value, mistake_name(mistake))
    return SHORT.get(words, words)
