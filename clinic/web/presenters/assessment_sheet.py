"""A section of an assessment as a sheet of fields: each test its rows, each row its left and right."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from dataclasses import field as made_with

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field
from clinic.domain.findings import NONE_SEEN, Entry, Place, Unread, Value, Values, in_figures, spelled
from clinic.domain.spots import (
    NOTE_FIELD,
    Spot,
    belongs_to_positive,
    in_section,
    is_counted,
    sides_of,
    spots_of,
)
from clinic.domain.standing_out import stands_out
from clinic.domain.types import FieldKind, Section, Side
from clinic.models import ExerciseMistake
from clinic.services.assessments.drafts import NOTE, FieldCollision
from clinic.services.assessments.layout import SHARED, Layout
from clinic.services.assessments.sheets import SectionSheet, normal_text
from clinic.web.presenters.assessments import (
    SECTION_WORDS,
    SIDE_WORDS,
    field_name,
    keyboard,
    mistake_name,
    value_words,
)
from clinic.web.presenters.body_chart import is_place

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
WHOLE_NOTE = "Note on the whole assessment"


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
class SheetCell:
    """One field on one side. `control` is segments, select, checks, number or text.

    `keys` says what a key does here: result, grade or choice. `normal` is what "all normal" writes; `empty`
    is what a list shows where nothing is chosen. `of_positive` ones are skipped beside a negative result.
    """

    id: str
    side: str
    name: str
    control: str
    typed: str
    options: tuple[Option, ...]
    unit: str
    keyboard: str
    was: str
    error: str
    keys: str
    normal: str
    as_normal: bool
    empty: str
    follows: str
    counts: bool
    of_positive: bool = False


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One field of a test with its sides."""

    label: str
    hint: str
    cells: tuple[SheetCell, ...]
    is_place: bool = False
    usual: str = ""  # for the client's age and sex


@dataclass(frozen=True, slots=True)
class SheetGroup:
    """One test. `can_fill` where there is something empty that "all normal" would fill; `set_normal` fields
    were set by it, `done` of `of` are filled in.
    """

    key: str
    test: AssessmentTest
    rows: tuple[SheetRow, ...]
    note: SheetCell | None
    can_fill: bool
    is_all_normal: bool
    set_normal: int
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Tab:
    """The way to a section, and how much of it is filled in."""

    key: str
    title: str
    done: int
    of: int


@dataclass(frozen=True, slots=True)
class Layers:
    """What a sheet shows at each place: what is typed and what was found before."""

    sheet: SectionSheet
    before: Values
    mistake: ExerciseMistake | None = None
    usual: Mapping[tuple[str, str], str] = made_with(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Difference:
    """A field that two people filled in differently, in words, and as a form holds the two."""

    id: str
    name: str
    saved: str
    mine: str
    saved_typed: str
    mine_typed: str


def groups(laid: Layout, layers: Layers) -> list[SheetGroup]:
    """The sheet of a section, test by test."""
    return [_group(item, laid, layers) for item in laid.items]


def shared(laid: Layout, layers: Layers) -> list[SheetRow]:
    """What is asked once for the whole section, with what it was the last time, where that was one thing."""
    rows = []
    for name, spot in laid.spots.items():
        if spot.place.test != SHARED:
            continue
        followers = [laid.spots[each].place for each, of in laid.follows.items() if of == name]
        was = {layers.before[place] for place in followers if place in layers.before}
        known = {**layers.before, spot.place: was.pop()} if len(was) == 1 else layers.before
        cell = _cell(spot, laid, Layers(layers.sheet, known, layers.mistake))
        rows.append(SheetRow(spot.field.label, f"For all {len(followers)} tests that ask for it.", (cell,)))
    return rows


def tabs(items: Sequence[BatteryItem], values: Values) -> list[Tab]:
    """The sections with how many of their fields are filled in."""
    return [
        Tab(
            section.value,
            SECTION_WORDS[section],
            sum(spot.place in values for spot in spots_of(part) if is_counted(spot)),
            sum(1 for spot in spots_of(part) if is_counted(spot)),
        )
        for section in Section
        if (part := in_section(items, section))
    ]


def errors(laid: Layout, sheet: SectionSheet) -> list[tuple[str, str]]:
    """What is wrong with a sheet, each with the id of its field, in the order of the page."""
    return [
        (name, f"{_name(laid, name)}: {problem}")
        for name in laid.spots
        if (problem := sheet.problems.get(name))
    ]


def differences(
    laid: Layout, mine: SectionSheet, saved: Mapping[str, Entry], mistake: str
) -> list[Difference]:
    """Where what was typed differs from what is saved now, in words."""
    return [
        _difference(laid, name, mine.entries.get(name), saved.get(name), mistake)
        for name in laid.spots
        if mine.entries.get(name) != saved.get(name)
    ]


def collisions(laid: Layout, found: Mapping[str, FieldCollision], mistake: str) -> list[Difference]:
    """Fields that two people changed in two ways, in words, in the order of the page."""
    names = [*(name for name in laid.spots if name in found), *([NOTE] if NOTE in found else [])]
    return [_difference(laid, name, found[name].mine, found[name].theirs, mistake) for name in names]


def _difference(laid: Layout, name: str, mine: Entry | None, saved: Entry | None, mistake: str) -> Difference:
    spot = laid.spots.get(name)
    return Difference(
        name,
        _name(laid, name),
        _entry_words(spot, saved, mistake),
        _entry_words(spot, mine, mistake),
        spelled(saved),
        spelled(mine),
    )


def _name(laid: Layout, name: str) -> str:
    if name == NOTE:
        return WHOLE_NOTE
    spot = laid.spots[name]
    return field_name(spot.test, spot.field, spot.place.side)


def _entry_words(spot: Spot | None, entry: Entry | None, mistake: str) -> str:
    if entry is None:
        return "Empty"
    if isinstance(entry, Unread):
        return f"“{entry.text}”"
    return value_words(spot.field, entry, mistake) if spot else spelled(entry)


def _group(item: BatteryItem, laid: Layout, layers: Layers) -> SheetGroup:
    sheet, test = layers.sheet, item.test
    spots = list(spots_of([item]))
    normal = {spot.name: text for spot in spots if (text := normal_text(spot))}
    counted = [spot.name for spot in spots if is_counted(spot)]
    return SheetGroup(
        key=test.id,
        test=test,
        rows=tuple(_row(item, each, laid, layers) for each in item.fields if each.id != NOTE_FIELD.id),
        note=_note(item, laid, layers),
        can_fill=any(not sheet.texts.get(name) for name in normal),
        is_all_normal=bool(normal) and all(sheet.texts.get(name) == text for name, text in normal.items()),
        set_normal=sum(name in sheet.as_normal for name in normal),
        done=sum(_is_filled(laid, sheet, name) for name in counted),
        of=len(counted),
    )


def _is_filled(laid: Layout, sheet: SectionSheet, name: str) -> bool:
    """Whether a field holds something, or takes over what holds for the whole section."""
    return bool(sheet.texts.get(name) or sheet.texts.get(laid.follows.get(name, "")))


def _note(item: BatteryItem, laid: Layout, layers: Layers) -> SheetCell | None:
    spot = laid.spots.get(f"{item.test.id}-{NOTE_FIELD.id}-{Side.NONE.value}")
    return _cell(spot, laid, layers) if spot else None


def _row(item: BatteryItem, field: Field, laid: Layout, layers: Layers) -> SheetRow:
    spots = [Spot(Place(item.test.id, field.id, side), item.test, field) for side in sides_of(field)]
    more = belongs_to_positive(item, field)
    cells = tuple(replace(_cell(spot, laid, layers), of_positive=more) for spot in spots)
    usual = layers.usual.get((item.test.id, field.id), "")
    return SheetRow(field.label, field.hint, cells, is_place(field), usual)


def _cell(spot: Spot, laid: Layout, layers: Layers) -> SheetCell:
    place, field, sheet = spot.place, spot.field, layers.sheet
    typed, before = sheet.texts.get(spot.name, ""), layers.before.get(place)
    follows = spot.name in laid.follows
    control = "select" if follows else _control(field)
    return SheetCell(
        id=spot.name,
        side=SIDE_WORDS[place.side],
        name=field_name(spot.test, field, place.side),
        control=control,
        typed=typed,
        options=_options(field, typed.split() or [typed], layers.mistake),
        unit="/10" if field.kind is FieldKind.PAIN else field.unit,
        keyboard=keyboard(field),
        was=_short_words(field, before, layers.mistake) if before is not None else "",
        error=sheet.problems.get(spot.name, ""),
        keys=_keys(field) if control == "segments" else "",
        normal=normal_text(spot),
        as_normal=spot.name in sheet.as_normal,
        empty="As for the section" if follows else "–",
        follows=laid.follows.get(spot.name, ""),
        counts=is_counted(spot) and place.test != SHARED,
    )


def _keys(field: Field) -> str:
    if field.kind is FieldKind.RESULT:
        return "result"
    return "grade" if field.is_numeric else "choice"


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
                stands_out(field, float(step)),
            )
            for step in _steps(field)
        )
    return tuple(_option(field, code, words, typed) for code, words in field.options)


def _option(field: Field, code: str, words: str, typed: Sequence[str]) -> Option:
    short = SHORT.get(words, words)
    name = (
        words if words.startswith(short) else f"{short}, {words.lower()}"
    )  # what is seen is part of the name
    return Option(code, short, name, code in typed, stands_out(field, code))


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
