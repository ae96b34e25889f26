"""Tests and batteries out of their tables: a data file's, or what a practice made itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from clinic.catalogue.checkin import read_options
from clinic.catalogue.provenance import read_fact, read_provenance
from clinic.catalogue.reader import DataEntry
from clinic.domain.assessment import (
    MEASURED,
    NUMERIC,
    WITH_OPTIONS,
    AssessmentTest,
    Band,
    Battery,
    BatteryItem,
    Field,
    Limit,
    Threshold,
    ThresholdKind,
)
from clinic.domain.errors import RuleBroken
from clinic.domain.findings import read
from clinic.domain.types import Better, FieldKind, Section, Sides, TestResult, Tier

SEXES = ("", "male", "female")
UNITS: Mapping[FieldKind, str] = {FieldKind.DEGREES: "°", FieldKind.SECONDS: "s", FieldKind.CM: "cm"}
RESULTS = (
    (TestResult.NEGATIVE.value, "Negative"),
    (TestResult.POSITIVE.value, "Positive"),
    (TestResult.EQUIVOCAL.value, "Equivocal"),
    (TestResult.UNABLE.value, "Unable"),
    (TestResult.NOT_TESTED.value, "Not tested"),
)


def read_field(entry: DataEntry) -> Field:
    """A field out of its table; what its kind does not need is refused."""
    kind = entry.member("kind", FieldKind)
    numeric = kind in NUMERIC
    field = Field(
        id=entry.text("id"),
        kind=kind,
        label=entry.text("label"),
        unit=entry.text("unit", UNITS.get(kind, "")) if numeric else "",
        minimum=entry.number("min") if numeric else None,
        maximum=entry.number("max") if numeric else None,
        step=entry.number("step", 1.0) if numeric else None,
        options=_field_options(entry, kind),
        abnormal=_limit(entry, "abnormal"),
        warning=_limit(entry, "warning"),
        warning_do=entry.text("warning_do", ""),
        normal=entry.text("normal", ""),
        per_side=entry.flag("per_side", True),
        hint=entry.text("hint", ""),
        better=entry.member("better", Better, Better.LOWER if kind is FieldKind.PAIN else Better.NEITHER),
        way=entry.flag("way", False),
        warning_tier=entry.member("warning_tier", Tier, Tier.U),
    )
    _check_field(entry, field)
    return field


def read_test(
    entry: DataEntry, shared: Mapping[str, Field], fault_names: Mapping[str, str]
) -> AssessmentTest:
    """A test out of its table; a field given by name alone is a shared one, faults get their names."""
    sides = entry.member("sides", Sides, Sides.NONE)
    fields = _read_fields(entry, sides, shared, fault_names)
    known = {field.id for field in fields}
    return AssessmentTest(
        id=entry.text("id"),
        name=entry.text("name"),
        section=entry.member("section", Section),
        region=entry.text("region"),
        sides=sides,
        side_words=entry.text("side_words", ""),
        how=entry.text("how"),
        fields=fields,
        thresholds=entry.each("thresholds", lambda each: _read_threshold(each, known)),
        facts=entry.each("facts", read_fact),
        provenance=read_provenance(entry),
        version=entry.integer("version", 1),
    )


def read_battery(entry: DataEntry, tests: Mapping[str, AssessmentTest]) -> Battery:
    """A battery out of its table, its tests and fields looked up."""
    battery = Battery(
        id=entry.text("id"),
        name=entry.text("name"),
        version=entry.integer("version"),
        purpose=entry.text("purpose"),
        items=entry.each("items", lambda item: _read_item(item, tests), least=1),
        provenance=read_provenance(entry),
    )
    _check_unique(entry, [item.test.id for item in battery.items], "items")
    return battery


def _read_item(entry: DataEntry, tests: Mapping[str, AssessmentTest]) -> BatteryItem:
    test_id = entry.text("test")
    if test_id not in tests:
        raise entry.error("test", f"there is no test {test_id!r}")
    test = tests[test_id]
    wanted = entry.texts("fields") or tuple(field.id for field in test.fields)
    known = {field.id for field in test.fields}
    for field_id in wanted:
        if field_id not in known:
            raise entry.error("fields", f"{test_id} has no field {field_id!r}")
    return BatteryItem(test, tuple(test.field(field_id) for field_id in wanted))


def _read_fields(
    entry: DataEntry, sides: Sides, shared: Mapping[str, Field], fault_names: Mapping[str, str]
) -> tuple[Field, ...]:
    items = enumerate(entry.items("fields"))
    fields = [
        _named_faults(entry, _test_field(entry, index, item, shared), fault_names) for index, item in items
    ]
    if not fields:
        raise entry.error("fields", "must hold at least 1")
    _check_unique(entry, [field.id for field in fields])
    return tuple(replace(field, per_side=field.per_side and sides is Sides.LEFT_RIGHT) for field in fields)


def _test_field(entry: DataEntry, index: int, item: object, shared: Mapping[str, Field]) -> Field:
    path = f"fields[{index}]"
    if isinstance(item, str):
        if item not in shared:
            raise entry.error(path, f"there is no shared field {item!r}")
        return shared[item]
    if not isinstance(item, dict):
        raise entry.error(path, "must be the name of a shared field, or a table")
    child = entry.child(path, item)
    field = _like(child, shared) if "like" in child else read_field(child)
    child.close()
    return field


def _named_faults(entry: DataEntry, field: Field, names: Mapping[str, str]) -> Field:
    if field.kind is not FieldKind.FAULTS:
        return field
    codes = [code for code, _ in field.options]
    if unknown := [code for code in codes if code not in names]:
        raise entry.error(f"fields.{field.id}.faults", f"there is no fault {unknown[0]!r}")
    return replace(field, options=tuple((code, names[code]) for code in codes))


def _like(entry: DataEntry, shared: Mapping[str, Field]) -> Field:
    pattern = entry.text("like")
    if pattern not in shared:
        raise entry.error("like", f"there is no shared field {pattern!r}")
    like = shared[pattern]
    normal = entry.text("normal", like.normal)
    field = replace(like, id=entry.text("id"), label=entry.text("label"), normal=normal)
    if "better" in entry:
        field = replace(field, better=entry.member("better", Better))
    _check_normal(entry, field)
    return field


def _read_threshold(entry: DataEntry, fields: set[str]) -> Threshold:
    field = entry.text("field", "")
    if field and field not in fields:
        raise entry.error("field", f"the test has no field {field!r}")
    return Threshold(
        kind=entry.member("kind", ThresholdKind),
        field=field,
        value=entry.number("value") if "value" in entry else None,
        unit=entry.text("unit", ""),
        text=entry.text("text"),
        provenance=read_provenance(entry),
        low=entry.number("low") if "low" in entry else None,
        high=entry.number("high") if "high" in entry else None,
        position=entry.text("position", ""),
        bands=(bands := _read_bands(entry)),
        band_words=entry.text("band_words") if bands else "",
    )


def _read_bands(entry: DataEntry) -> tuple[Band, ...]:
    bands = entry.each("bands", _read_band)
    keys = [band.key for band in bands]
    if twice := {key for key in keys if keys.count(key) > 1}:
        raise entry.error("bands", f"{', '.join(sorted(twice))} is there twice")
    return bands


def _read_band(entry: DataEntry) -> Band:
    band = Band(
        sex=entry.text("sex", ""),
        age_from=entry.integer("from"),
        age_to=entry.integer("to"),
        value=entry.number("value"),
    )
    if band.sex not in SEXES:
        raise entry.error("sex", "must be male or female, or left out")
    if band.age_from > band.age_to:
        raise entry.error("to", "must not be less than from")
    return band


def read_usual(entry: DataEntry) -> tuple[FieldKind, Threshold]:
    """A threshold of all fields of one kind, for tests that have none of their own."""
    return entry.member("id", FieldKind), _read_threshold(entry, set())


def _field_options(entry: DataEntry, kind: FieldKind) -> tuple[tuple[str, str], ...]:
    if kind is FieldKind.RESULT:
        return RESULTS
    if kind is FieldKind.FAULTS:
        return tuple((fault, "") for fault in entry.texts("faults", least=1))
    return read_options(entry) if kind in WITH_OPTIONS else ()


def _limit(entry: DataEntry, key: str) -> Limit | None:
    if key not in entry:
        return None
    return entry.one(key, _read_limit)


def _read_limit(entry: DataEntry) -> Limit:
    return Limit(
        codes=entry.texts("codes"),
        at_least=entry.number("at_least") if "at_least" in entry else None,
        at_most=entry.number("at_most") if "at_most" in entry else None,
    )


def _check_field(entry: DataEntry, field: Field) -> None:
    if field.kind in MEASURED and not field.unit:
        raise entry.error("unit", "is missing: a measured value has one")
    if field.kind is FieldKind.COUNT and (field.minimum or 0) < 0:
        raise entry.error("min", "must not be negative: it is a count")
    if field.minimum is not None and field.maximum is not None and field.minimum >= field.maximum:
        raise entry.error("max", "must be more than min")
    known = {code for code, _ in field.options}
    for key, limit in (("abnormal", field.abnormal), ("warning", field.warning)):
        if limit and (unknown := set(limit.codes) - known):
            raise entry.error(key, f"{', '.join(sorted(unknown))} is not among the options")
        if limit and not field.is_numeric and (limit.at_least is not None or limit.at_most is not None):
            raise entry.error(key, "only numbers have ends")
    if (field.warning is None) != (not field.warning_do):
        raise entry.error("warning_do", "goes with warning, and warning with it")
    _check_normal(entry, field)


def _check_normal(entry: DataEntry, field: Field) -> None:
    if not field.normal:
        return
    try:
        value = read(field, [field.normal])
    except RuleBroken as problem:
        raise entry.error("normal", problem.message) from None
    if value is not None and field.abnormal is not None and field.abnormal.covers(value):
        raise entry.error("normal", "is abnormal")


def _check_unique(entry: DataEntry, ids: list[str], key: str = "fields") -> None:
    if twice := {each for each in ids if ids.count(each) > 1}:
        raise entry.error(key, f"{', '.join(sorted(twice))} is there twice")
