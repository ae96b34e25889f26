"""Reading an assessment: its tests, what stands out, left against right, and same-day flags."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field, Threshold, ThresholdKind
from clinic.domain.comparison import Sides, difference
from clinic.domain.comparison import sides as compare_sides
from clinic.domain.findings import NONE_SEEN, Place, Value, fell, read
from clinic.domain.types import Evidence, FieldKind, Section, Side
from clinic.models import Assessment, Finding
from clinic.services.batteries import offered as batteries

Values: TypeAlias = Mapping[Place, Value]
SIDES = (Side.LEFT, Side.RIGHT)
PAIN_LIMITED = "pain_limited"
NOTE = Field(
    id="note",
    kind=FieldKind.TEXT,
    label="Note",
    unit="",
    minimum=None,
    maximum=None,
    step=None,
    options=(),
    abnormal=None,
    warning=None,
    warning_do="",
    normal="",
    per_side=False,
    hint="",
)


@dataclass(frozen=True, slots=True)
class Spot:
    """One place of an assessment with its test and field."""

    place: Place
    test: AssessmentTest
    field: Field

    @property
    def name(self) -> str:
        """The name of its field in forms."""
        return self.place.name


@dataclass(frozen=True, slots=True)
class Flag:
    """A finding that wants a doctor the same day; `before` is the grade it fell from, if it fell."""

    spot: Spot
    value: Value
    before: float | None
    limited_by_pain: bool


@dataclass(frozen=True, slots=True)
class Pair:
    """One measure on both sides; `stand` says whether they differ by more than measuring explains."""

    test: AssessmentTest
    field: Field
    left: float
    right: float
    stand: Sides
    limit: float

    @property
    def by(self) -> float:
        """How far apart the sides are."""
        return abs(difference(self.left, self.right))


def name_of(assessment: Assessment) -> str:
    """What the assessment is called."""
    return batteries.title_of(assessment)


def items_of(assessment: Assessment) -> tuple[BatteryItem, ...]:
    """The tests asked for, in order, each as it stood when the assessment was begun."""
    return tuple(_with_note(item) for item in batteries.items_of(assessment))


def is_counted(spot: Spot) -> bool:
    """Whether a field is one of those that progress is counted in: a note is there for who needs one."""
    return spot.field.kind is not FieldKind.TEXT


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


def pairs(items: Iterable[BatteryItem], values: Values) -> Iterator[Pair]:
    """Every measure taken on both sides that has a published limit for how far these may differ."""
    for item in items:
        for field in item.fields:
            limit = _limit(item.test, field, ThresholdKind.SIDE_DIFFERENCE)
            left, right = (values.get(Place(item.test.id, field.id, side)) for side in SIDES)
            if limit is None or not isinstance(left, float) or not isinstance(right, float):
                continue
            noise = _limit(item.test, field, ThresholdKind.NOISE)
            stand = compare_sides(left, right, noise=noise, limit=limit)
            yield Pair(item.test, field, left, right, stand, limit)


def sides_apart(items: Iterable[BatteryItem], values: Values) -> list[Pair]:
    """Measures whose sides differ by the test's own limit or more."""
    return [pair for pair in pairs(items, values) if pair.stand is Sides.APART]


def threshold(test: AssessmentTest, field: Field, kind: ThresholdKind) -> Threshold | None:
    """The test's threshold for a field; what is only remembered judges nobody, nor does another unit."""
    fits = (
        each
        for each in test.thresholds
        if each.kind is kind
        and each.value is not None
        and each.field in ("", field.id)
        and each.unit == field.unit
        and each.provenance.status is not Evidence.MEMORY
    )
    return next(fits, None)


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


def _with_note(item: BatteryItem) -> BatteryItem:
    if any(field.id == NOTE.id for field in item.fields):
        return item
    return BatteryItem(item.test, (*item.fields, NOTE))


def _limit(test: AssessmentTest, field: Field, kind: ThresholdKind) -> float | None:
    found = threshold(test, field, kind)
    return found.value if found else None
