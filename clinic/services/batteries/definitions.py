"""A test as a practice describes it, made into a table as the catalogue's files have it, and back."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from clinic.catalogue import CatalogueError, load_catalogue
from clinic.catalogue.assessment_tables import read_test
from clinic.catalogue.reader import DataEntry
from clinic.domain.assessment import MEASURED, WITH_OPTIONS, AssessmentTest
from clinic.domain.assessment import Field as TestField
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.own_tests import Answers, answers, fresh_id, graded
from clinic.domain.types import Better, FieldKind, Section, Sides
from clinic.services.batteries import offered as batteries

MOST_FIELDS = 20
BEYOND = 9999  # no more than four figures can be typed into a finding
READY_MADE = (
    "yes_no",
    "familiar",
    "where",
    "device",
    "end_feel",
)  # fields of the catalogue, taken as they are
PLACE = re.compile(r"fields\[(\d+)\]\.?(\w*)")
FORM_FIELDS = {"min": "minimum", "max": "maximum", "id": "label", "kind": "kind"}


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldDraft:
    """A field as its maker describes it; `kind` is a kind of the catalogue or one of READY_MADE.

    `id` is the field's lasting name, empty for a new one; `options` is one answer on each line.
    """

    label: str
    kind: str
    id: str = ""
    unit: str = ""
    minimum: float | None = None
    maximum: float | None = None
    step: float | None = None
    options: str = ""
    normal: str = ""
    better: Better = Better.NEITHER
    once: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TestDraft:
    """A test as its maker describes it."""

    __test__ = False  # the name begins like a test class; collecting it would be a warning

    name: str
    section: Section
    sides: Sides
    side_words: str
    how: str
    fields: tuple[FieldDraft, ...]


def draft_of(test: AssessmentTest) -> TestDraft:
    """A test as its maker described it, to be changed."""
    return TestDraft(
        name=test.name,
        section=test.section,
        sides=test.sides,
        side_words=test.side_words,
        how=test.how,
        fields=tuple(_field_draft(test, field) for field in test.fields),
    )


def definition(
    draft: TestDraft, taken: frozenset[str], before: AssessmentTest | None = None
) -> dict[str, Any]:
    """The test as a table of the catalogue, checked as the catalogue's own files are.

    `taken` are the names that fields of earlier versions had; `before` is the version it follows.
    """
    must_hold(problems(draft))
    table = {
        "section": draft.section.value,
        "region": "own",
        "sides": draft.sides.value,
        "side_words": draft.side_words,
        "how": draft.how,
        "fields": _field_tables(draft, taken, before),
    }
    _check(table, draft.name)
    return table


def problems(draft: TestDraft) -> Iterator[RuleBroken]:
    """All that is wrong with a test as somebody describes it, row by row."""
    if not draft.fields:
        yield RuleBroken("A test records at least one thing: add a field.", "fields")
    if len(draft.fields) > MOST_FIELDS:
        yield RuleBroken(f"A test has {MOST_FIELDS} fields or fewer.", "fields")
    if draft.sides is Sides.LEFT_RIGHT and not draft.side_words:
        yield RuleBroken("Say which side is meant, such as “leg raised”.", "side_words")
    if draft.sides is Sides.NONE and draft.side_words:
        yield RuleBroken("Leave this empty.", "side_words")
    for index, field in enumerate(draft.fields):
        for problem in _field_problems(field):
            yield problem.within(f"fields-{index}-{problem.field or 'label'}")


def _field_problems(field: FieldDraft) -> Iterator[RuleBroken]:
    try:
        _field_table(field)
    except RuleBroken as problem:
        yield from (problem, *problem.others)


def _field_tables(
    draft: TestDraft, taken: frozenset[str], before: AssessmentTest | None
) -> list[dict[str, Any]]:
    tables: list[dict[str, Any]] = []
    kept: set[str] = set()
    for field in draft.fields:
        table = _field_table(field)
        if not _is_same_thing(table, field.id, before) or field.id in kept:
            table["id"] = fresh_id(field.label, taken | kept | {each.id for each in draft.fields})
        kept.add(table["id"])
        tables.append(table)
    return tables


def _field_table(field: FieldDraft) -> dict[str, Any]:
    if field.kind in READY_MADE:
        return _ready_made(field)
    kind = FieldKind(field.kind)
    table: dict[str, Any] = {"id": field.id, "kind": kind.value, "label": field.label}
    if kind is FieldKind.RESULT:
        table |= {"normal": "negative", "abnormal": {"codes": ["positive"]}}
    elif kind is FieldKind.PAIN:
        table |= {"min": 0.0, "max": 10.0}
    elif kind in MEASURED:
        table |= _measured(field, kind)
    elif kind in WITH_OPTIONS:
        table |= _with_options(field, kind)
    if field.once:
        table["per_side"] = False
    if field.better is not Better.NEITHER:
        table["better"] = field.better.value
    return table


def _measured(field: FieldDraft, kind: FieldKind) -> dict[str, Any]:
    must_hold(_measured_problems(field, kind))
    table: dict[str, Any] = {"min": field.minimum, "max": field.maximum, "step": field.step or 1.0}
    if field.unit:
        table["unit"] = field.unit
    if field.normal:
        table["normal"] = field.normal
    return table


def _measured_problems(field: FieldDraft, kind: FieldKind) -> Iterator[RuleBroken]:
    if field.minimum is None or abs(field.minimum) > BEYOND:
        yield RuleBroken("Give the least that can be recorded.", "minimum")
    elif kind is FieldKind.COUNT and field.minimum < 0:
        yield RuleBroken("A count is never negative.", "minimum")
    if field.maximum is None or abs(field.maximum) > BEYOND:
        yield RuleBroken("Give the most that can be recorded.", "maximum")
    if kind is FieldKind.COUNT and not field.unit:
        yield RuleBroken("Say what is counted, such as “steps”.", "unit")
    if kind is not FieldKind.COUNT and field.unit:
        yield RuleBroken("The unit comes with the kind: leave this empty.", "unit")
    if field.step is not None and field.step < 0.01:
        yield RuleBroken("Give steps of 0.01 or more.", "step")


def _with_options(field: FieldDraft, kind: FieldKind) -> dict[str, Any]:
    try:
        if kind is FieldKind.GRADE:
            grades = graded(field.options.splitlines())
            table: dict[str, Any] = {"options": _pairs(grades), "min": 0.0, "max": float(len(grades) - 1)}
            return table | _normal(field, grades)
        read = answers(field.options.splitlines())
    except RuleBroken as problem:
        raise RuleBroken(problem.message, problem.field or "options") from None
    table = {"options": _pairs(read.options), **_normal(field, read.options)}
    return table | ({"abnormal": {"codes": list(read.standing_out)}} if read.standing_out else {})


def _normal(field: FieldDraft, options: Iterable[tuple[str, str]]) -> dict[str, str]:
    """The code of the normal answer, which is named by its words or by its code."""
    if not field.normal:
        return {}
    for code, words in options:
        if field.normal.casefold() in (words.casefold(), code):
            return {"normal": code}
    raise RuleBroken("Write the normal answer as it stands among the answers.", "normal")


def _ready_made(field: FieldDraft) -> dict[str, Any]:
    shared = load_catalogue().shared_fields[field.kind]
    table: dict[str, Any] = {
        "id": field.id,
        "kind": shared.kind.value,
        "label": field.label or shared.label,
        "options": _pairs(shared.options),
        "way": shared.way,
    }
    if shared.hint:
        table["hint"] = shared.hint
    if field.once or not shared.per_side:
        table["per_side"] = False
    return table | _normal(field, shared.options)


def _pairs(options: Iterable[tuple[str, str]]) -> list[list[str]]:
    return [[code, words] for code, words in options]


def _is_same_thing(table: Mapping[str, Any], field_id: str, before: AssessmentTest | None) -> bool:
    """Whether a field still records what it recorded: its name stays only then, so values stay comparable."""
    if not field_id or before is None:
        return False
    held = next((field for field in before.fields if field.id == field_id), None)
    if held is None or held.kind.value != table["kind"]:
        return False
    if held.kind is FieldKind.GRADE:
        return bool(_pairs(held.options) == table["options"])
    return bool(held.kind is not FieldKind.COUNT or held.unit == table.get("unit", ""))


def _check(table: dict[str, Any], name: str) -> None:
    entry = DataEntry(
        "your test", "", {**table, "id": f"{batteries.OWN}new", "name": name, "status": "authored"}
    )
    try:
        read_test(entry, {}, batteries.fault_names())
    except CatalogueError as problem:
        raise RuleBroken(_words(problem), _form_field(problem.key)) from None


def _words(problem: CatalogueError) -> str:
    message = str(problem).removeprefix(f"{problem.file}: {problem.key}: ")
    return f"This {message}."


def _form_field(key: str) -> str:
    found = PLACE.match(key)
    if found is None:
        return key
    return f"fields-{found[1]}-{FORM_FIELDS.get(found[2], found[2] or 'label')}"


def _field_draft(test: AssessmentTest, field: TestField) -> FieldDraft:
    kind, ready = field.kind, _ready_made_as(field)
    shows_options = kind in WITH_OPTIONS and not ready
    out = field.abnormal.codes if field.abnormal else ()
    words_of = dict(field.options)
    return FieldDraft(
        id=field.id,
        label=field.label,
        kind=ready or kind.value,
        unit=field.unit if kind is FieldKind.COUNT else "",
        minimum=field.minimum if kind in MEASURED else None,
        maximum=field.maximum if kind in MEASURED else None,
        step=field.step if kind in MEASURED else None,
        options=Answers(field.options, tuple(out)).lines if shows_options else "",
        normal="" if kind is FieldKind.RESULT else words_of.get(field.normal, field.normal),
        better=field.better if kind is not FieldKind.PAIN else Better.NEITHER,
        once=test.sides is Sides.LEFT_RIGHT and not field.per_side,
    )


def _ready_made_as(field: TestField) -> str:
    shared = load_catalogue().shared_fields
    same = (name for name in READY_MADE if shared[name].options == field.options)
    return next(same, "") if field.kind is FieldKind.CHOICE else ""
