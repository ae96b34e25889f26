"""Tests and batteries in words: what a test records, what its figures mean, and how sure anybody is of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from clinic.domain.assessment import (
    AssessmentTest,
    Band,
    Battery,
    BatteryItem,
    Field,
    Limit,
    Threshold,
    ThresholdKind,
)
from clinic.domain.dates import count
from clinic.domain.findings import in_figures, with_unit
from clinic.domain.standing_out import limit_standing_out
from clinic.domain.types import FieldKind, Section
from clinic.services.batteries.offered import is_own
from clinic.services.batteries.own_batteries import Pick
from clinic.web.presenters.assessments import SECTION_WORDS
from clinic.web.presenters.evidence import SourcedStatement, sourced

KIND_WORDS = {
    FieldKind.RESULT: "Negative, positive, equivocal, unable, not tested",
    FieldKind.TEXT: "Words",
    FieldKind.FAULTS: "Faults seen",
}
THRESHOLD_WORDS = {
    ThresholdKind.ABNORMAL: "Stands out",
    ThresholdKind.SIDE_DIFFERENCE: "Between the sides",
    ThresholdKind.CHANGE: "Change since last time",
    ThresholdKind.NOISE: "Measurement error",
    ThresholdKind.NORM: "Usual figures",
}
SEX_WORDS = {"male": "Men", "female": "Women", "": "Everybody"}


@dataclass(frozen=True, slots=True)
class FieldRow:
    """A field as the catalogue page shows it."""

    label: str
    what: str
    normal: str
    notable: str
    flag: str
    hint: str


@dataclass(frozen=True, slots=True)
class TestPage:
    """Everything about one version of a test; `told` are the columns of its fields that are not empty."""

    __test__ = False

    section: str
    sides: str
    fields: tuple[FieldRow, ...]
    told: tuple[str, ...]
    thresholds: tuple[SourcedStatement, ...]
    facts: tuple[SourcedStatement, ...]
    wording: SourcedStatement


@dataclass(frozen=True, slots=True)
class ItemRow:
    """A test of a battery, with what is asked of it."""

    key: str
    name: str
    asked: str
    is_own: bool


@dataclass(frozen=True, slots=True)
class SectionTests:
    """The tests of one section."""

    title: str
    items: tuple[ItemRow, ...]


@dataclass(frozen=True, slots=True)
class Picked:
    """A picked test in the form: its fields as (id, label, whether it is asked)."""

    key: str
    name: str
    is_first: bool
    is_last: bool
    summary: str
    fields: tuple[tuple[str, str, bool], ...]
    is_gone: bool


@dataclass(frozen=True, slots=True)
class PickedPart:
    """The picked tests of one section."""

    title: str
    tests: tuple[Picked, ...]


@dataclass(frozen=True, slots=True)
class SectionOffer:
    """The tests of one section that can be added, as (key, name, note)."""

    title: str
    tests: tuple[tuple[str, str, str], ...]


def battery_line(battery: Battery) -> str:
    """How much a battery asks: "16 tests in 3 sections"."""
    sections = {item.test.section for item in battery.items}
    return f"{count(len(battery.items), 'test')} in {count(len(sections), 'section')}"


def parts(items: Sequence[BatteryItem]) -> tuple[SectionTests, ...]:
    """A battery's tests, section by section."""
    rows = {
        section: [_item_row(item) for item in items if item.test.section is section] for section in Section
    }
    return tuple(
        SectionTests(SECTION_WORDS[section], tuple(found)) for section, found in rows.items() if found
    )


def tests_by_section(tests: Iterable[AssessmentTest]) -> list[tuple[str, list[AssessmentTest]]]:
    """Tests under the words of their section."""
    listed = list(tests)
    groups = [
        (SECTION_WORDS[section], [test for test in listed if test.section is section]) for section in Section
    ]
    return [(title, found) for title, found in groups if found]


def test_page(test: AssessmentTest) -> TestPage:
    """A test as its page shows it."""
    rows = tuple(_field_row(field, bool(test.side_words)) for field in test.fields)
    return TestPage(
        section=SECTION_WORDS[test.section],
        sides=f"Left and right: {test.side_words}" if test.side_words else "No sides",
        fields=rows,
        told=tuple(key for key in ("normal", "notable", "flag") if any(getattr(row, key) for row in rows)),
        thresholds=tuple(_threshold(test, each) for each in test.thresholds),
        facts=tuple(sourced("", fact.text, fact.provenance) for fact in test.facts),
        wording=sourced("", "", test.provenance),
    )


def picked_parts(picks: Sequence[Pick], tests: Mapping[str, AssessmentTest]) -> tuple[PickedPart, ...]:
    """What is picked, section by section; a test that is gone stands first, to be taken out."""
    gone = tuple(_gone(pick) for pick in picks if pick.test not in tests)
    found = [PickedPart("Not offered any more", gone)] if gone else []
    for section in Section:
        here = [pick for pick in picks if pick.test in tests and tests[pick.test].section is section]
        rows = tuple(_picked(pick, tests[pick.test], number, len(here)) for number, pick in enumerate(here))
        if rows:
            found.append(PickedPart(SECTION_WORDS[section], rows))
    return tuple(found)


def offers(tests: Iterable[AssessmentTest], picks: Sequence[Pick]) -> tuple[SectionOffer, ...]:
    """What can still be added, section by section."""
    taken = {pick.test for pick in picks}
    groups = tests_by_section(test for test in tests if test.id not in taken)
    return tuple(
        SectionOffer(
            title, tuple((test.id, test.name, "Your own" if is_own(test.id) else "") for test in found)
        )
        for title, found in groups
    )


def _item_row(item: BatteryItem) -> ItemRow:
    everything = len(item.fields) == len(item.test.fields)
    asked = (
        "All fields"
        if everything and len(item.fields) > 1
        else "; ".join(field.label for field in item.fields)
    )
    return ItemRow(item.test.id, item.test.name, asked, is_own(item.test.id))


def _picked(pick: Pick, test: AssessmentTest, number: int, of: int) -> Picked:
    fields = tuple((field.id, field.label, field.id in pick.fields) for field in test.fields)
    asked = sum(ticked for _, _, ticked in fields)
    return Picked(
        test.id,
        test.name,
        number == 0,
        number == of - 1,
        f"{asked} of {count(len(fields), 'field')} asked",
        fields,
        False,
    )


def _gone(pick: Pick) -> Picked:
    return Picked(pick.test, "A test that was retired", True, True, "", (), True)


def _field_row(field: Field, has_sides: bool) -> FieldRow:
    once = "" if field.per_side or not has_sides else "; once, not left and right"
    return FieldRow(
        label=field.label,
        what=_what(field) + once,
        normal=_normal(field),
        notable=_limit(field, limit_standing_out(field)),
        flag=_limit(field, field.warning),
        hint=field.hint,
    )


def _what(field: Field) -> str:
    if field.kind is FieldKind.GRADE:
        return "; ".join(f"{code} {words.lower()}" for code, words in field.options)
    if field.is_numeric and field.minimum is not None and field.maximum is not None:
        span = f"{in_figures(field.minimum)} to {with_unit(field.maximum, field.unit)}"
        whole = field.step == 1
        return span if whole else f"{span}, in steps of {in_figures(field.step or 1)}"
    if field.kind in KIND_WORDS and field.kind is not FieldKind.FAULTS:
        return KIND_WORDS[field.kind]
    return ", ".join(words for _, words in field.options)


def _normal(field: Field) -> str:
    if field.kind is FieldKind.FAULTS and field.normal:
        return "None seen"
    if field.is_numeric and field.normal:
        return with_unit(float(field.normal), field.unit)
    return dict(field.options).get(field.normal, field.normal)


def _limit(field: Field, limit: Limit | None) -> str:
    if limit is None:
        return ""
    words = dict(field.options)
    said = [words.get(code, code) for code in limit.codes]
    if limit.at_least is not None:
        said.append(f"{with_unit(limit.at_least, field.unit)} or more")
    if limit.at_most is not None:
        said.append(f"{with_unit(limit.at_most, field.unit)} or less")
    return ", ".join(said)


def _threshold(test: AssessmentTest, threshold: Threshold) -> SourcedStatement:
    labels = {field.id: field.label for field in test.fields}
    about = labels.get(threshold.field, "")
    title = THRESHOLD_WORDS[threshold.kind] + (f": {about}" if about else "")
    columns, rows = _bands(threshold.bands)
    return sourced(title, threshold.text, threshold.provenance, columns, rows)


def _bands(bands: Sequence[Band]) -> tuple[tuple[str, ...], tuple[tuple[str | None, ...], ...]]:
    """Ages down, sexes across."""
    if not bands:
        return (), ()
    sexes = list(dict.fromkeys(band.sex for band in bands))
    ages = sorted({(band.age_from, band.age_to) for band in bands})
    found = {(band.age_from, band.age_to, band.sex): in_figures(band.value) for band in bands}
    rows = tuple((f"{low}–{high}", *(found.get((low, high, sex)) for sex in sexes)) for low, high in ages)
    return ("Age", *(SEX_WORDS[sex] for sex in sexes)), rows
