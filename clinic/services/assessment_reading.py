"""Reading an assessment: its tests, what stands out, same-day flags, and first against latest."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from clinic.catalogue import load_catalogue
from clinic.catalogue.assessment import (
    AssessmentTest,
    Battery,
    BatteryItem,
    Field,
    Threshold,
    ThresholdKind,
)
from clinic.domain.findings import (
    NONE_SEEN,
    Change,
    Place,
    Value,
    compare,
    fell,
    read,
    side_difference,
)
from clinic.domain.types import Evidence, FieldKind, Section, Side
from clinic.models import Assessment, Finding

Values: TypeAlias = Mapping[Place, Value]
SIDES = (Side.LEFT, Side.RIGHT)
HOW_MEASURED = ("position", "device")  # values taken in another way are not compared
MEASURES = frozenset({FieldKind.DEGREES, FieldKind.SECONDS, FieldKind.COUNT, FieldKind.CM})
PAIN_LIMITED = "pain_limited"


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of an assessment with its test and field."""

    place: Place
    test: AssessmentTest
    field: Field


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding that wants a doctor the same day; `before` is the grade it fell from, if it fell."""

    spot: Spot
    value: Value
    before: float | None
    limited_by_pain: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """The two sides of a field, further apart than measuring explains."""

    test: AssessmentTest
    field: Field
    by: float


@dataclass(frozen=True, slots=True)
class Compared:
    """A number of the first and of the latest assessment."""

    spot: Spot
    first: float
    latest: float
    change: Change


def battery_of(assessment: Assessment) -> Battery | None:
    """The battery in the very version it was taken with; None if the catalogue has moved on."""
    battery = load_catalogue().batteries.get(assessment.battery_key)
    return battery if battery and battery.version == assessment.battery_version else None


def name_of(assessment: Assessment) -> str:
    """What the assessment is called."""
    battery = load_catalogue().batteries.get(assessment.battery_key)
    return battery.name if battery else assessment.battery_key.replace("_", " ").capitalize()


def items_of(assessment: Assessment) -> tuple[BatteryItem, ...]:
    """The tests asked for, in order; of a battery that is gone, those that were recorded."""
    battery = battery_of(assessment)
    return battery.items if battery else tuple(_recorded_items(assessment.findings))


def spots(items: Iterable[BatteryItem]) -> Iterator[Spot]:
    """Every place of some tests, in the order they are filled in."""
    for item in items:
        for field in item.fields:
            for side in sides_of(field):
                yield Spot(Place(item.test.id, field.id, side), item.test, field)


def sides_of(field: Field) -> tuple[Side, ...]:
    """Left and right, or the one place of a field without sides."""
    return SIDES if field.per_side else (Side.NONE,)


def in_section(items: Iterable[BatteryItem], section: Section) -> tuple[BatteryItem, ...]:
    """The tests of one section."""
    return tuple(item for item in items if item.test.section is section)


def values_of(findings: Iterable[Finding]) -> dict[Place, Value]:
    """What was recorded, by place."""
    return {place_of(each): value_of(each) for each in findings}


def place_of(finding: Finding) -> Place:
    """Where a finding stands."""
    return Place(finding.test_key, finding.field_key, finding.side)


def value_of(finding: Finding) -> Value:
    """The number or the text of a finding."""
    if finding.value_number is not None:
        return finding.value_number
    assert finding.value_text is not None
    return finding.value_text


def digest(values: Values, note: str | None) -> str:
    """What a page held when it was opened, so that a save over somebody else's is seen."""
    told = "\n".join(f"{'.'.join(place)}={values[place]}" for place in sorted(values))
    return hashlib.sha256(f"{told}\n\n{note or ''}".encode()).hexdigest()[:32]


def stands_out(field: Field, value: Value) -> bool:
    """Whether a value is abnormal, where the catalogue is certain about that; a fault seen always is."""
    if field.kind is FieldKind.FAULTS:
        return value != NONE_SEEN
    return field.abnormal is not None and field.abnormal.covers(value)


def normal_value(field: Field) -> Value | None:
    """What "all normal" writes into an empty field; None where that cannot be said for somebody."""
    return read(field, [field.normal]) if field.normal else None


def flags(items: Iterable[BatteryItem], values: Values, before: Values) -> list[Flag]:
    """Findings that want a doctor the same day: those of the catalogue, and a grade that fell."""
    return [
        flag
        for spot in spots(items)
        if spot.field.warning and (flag := _flag(spot, values, before)) is not None
    ]


def sides_apart(items: Iterable[BatteryItem], values: Values) -> list[Apart]:
    """Angles whose sides differ by the test's own limit or more."""
    found = []
    for item in items:
        for field in item.fields:
            limit = _limit(item.test, field, ThresholdKind.SIDE_DIFFERENCE)
            left, right = (values.get(Place(item.test.id, field.id, side)) for side in SIDES)
            if limit is None or not isinstance(left, float) or not isinstance(right, float):
                continue
            if (by := side_difference(left, right, limit)) is not None:
                found.append(Apart(item.test, field, by))
    return found


def compared(items: Iterable[BatteryItem], first: Values, latest: Values) -> list[Compared]:
    """Everything measured both times, first against latest."""
    found = []
    for spot in spots(items):
        one, two = first.get(spot.place), latest.get(spot.place)
        if spot.field.kind not in MEASURES or not isinstance(one, float) or not isinstance(two, float):
            continue
        limit = _limit(spot.test, spot.field, ThresholdKind.CHANGE)
        setup = _setup(spot.test, first), _setup(spot.test, latest)
        found.append(Compared(spot, one, two, compare(one, two, limit, *setup)))
    return found


def _flag(spot: Spot, values: Values, before: Values) -> Flag | None:
    value, earlier = values.get(spot.place), before.get(spot.place)
    if value is None or spot.field.warning is None:
        return None
    limit = _limit(spot.test, spot.field, ThresholdKind.CHANGE)
    dropped = (
        isinstance(value, float)
        and isinstance(earlier, float)
        and limit is not None
        and fell(earlier, value, limit)
    )
    if not dropped and not spot.field.warning.covers(value):
        return None
    limited = values.get(spot.place._replace(field=PAIN_LIMITED)) == "yes"
    return Flag(spot, value, earlier if dropped and isinstance(earlier, float) else None, limited)


def _limit(test: AssessmentTest, field: Field, kind: ThresholdKind) -> float | None:
    """The test's threshold for a field; what is only remembered judges nobody, nor does another unit."""
    fits: list[Threshold] = [
        each
        for each in test.thresholds
        if each.kind is kind
        and each.value is not None
        and each.field in ("", field.id)
        and each.unit == field.unit
        and each.provenance.status is not Evidence.MEMORY
    ]
    return fits[0].value if fits else None


def _setup(test: AssessmentTest, values: Values) -> list[Value | None]:
    asked = {field.id for field in test.fields}
    return [values.get(Place(test.id, key, Side.NONE)) for key in HOW_MEASURED if key in asked]


def _recorded_items(findings: Iterable[Finding]) -> Iterator[BatteryItem]:
    recorded = {(each.test_key, each.field_key) for each in findings}
    for test in load_catalogue().tests.values():
        fields = tuple(field for field in test.fields if (test.id, field.id) in recorded)
        if fields:
            yield BatteryItem(test, fields)
