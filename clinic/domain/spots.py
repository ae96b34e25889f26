"""The spots of an assessment: each field of each test on each of its sides, and how a test was measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field
from clinic.domain.findings import Place, Value, Values
from clinic.domain.types import FieldKind, Section, Side, TestResult

BOTH_SIDES = (Side.LEFT, Side.RIGHT)
SAYS_MORE = frozenset({FieldKind.CHOICE, FieldKind.PAIN})
NOTE_FIELD = Field(
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


def spots_of(items: Iterable[BatteryItem]) -> Iterator[Spot]:
    """Every spot of some tests, in the order they are filled in."""
    for item in items:
        for field in item.fields:
            for side in sides_of(field):
                yield Spot(Place(item.test.id, field.id, side), item.test, field)


def sides_of(field: Field) -> tuple[Side, ...]:
    """Left and right, or the one place of a field without sides."""
    return BOTH_SIDES if field.per_side else (Side.NONE,)


def in_section(items: Iterable[BatteryItem], section: Section) -> tuple[BatteryItem, ...]:
    """The tests of one section."""
    return tuple(item for item in items if item.test.section is section)


def is_counted(spot: Spot) -> bool:
    """Whether a field is one of those that progress is counted in: a note is there for who needs one."""
    return spot.field.kind is not FieldKind.TEXT


def with_note(item: BatteryItem) -> BatteryItem:
    """A test with room for a note, where it has none of its own."""
    if any(field.id == NOTE_FIELD.id for field in item.fields):
        return item
    return BatteryItem(item.test, (*item.fields, NOTE_FIELD))


def way_of(test: AssessmentTest, values: Values) -> dict[str, Value | None]:
    """How a test was measured: each of its ways, None where it was not noted."""
    return {field.id: values.get(Place(test.id, field.id, Side.NONE)) for field in test.fields if field.way}


def belongs_to_positive(item: BatteryItem, field: Field) -> bool:
    """Whether a field only says more of a positive result: where, how much, whether it is the familiar pain.

    What is measured or looked at, has a normal answer, or tells the way is recorded whatever the result.
    """
    if field.kind not in SAYS_MORE or field.normal or field.way:
        return False
    return any(each.kind is FieldKind.RESULT for each in item.fields)


def left_out(items: Iterable[BatteryItem], values: Mapping[Place, object]) -> frozenset[Place]:
    """The places that nobody needs to fill in, because the results that they belong to are negative."""
    return frozenset(
        Place(item.test.id, field.id, side)
        for item in items
        for field in item.fields
        if belongs_to_positive(item, field)
        for side in sides_of(field)
        if _is_negative(item, side, values)
    )


def _is_negative(item: BatteryItem, side: Side, values: Mapping[Place, object]) -> bool:
    results = [
        values.get(Place(item.test.id, field.id, each))
        for field in item.fields
        if field.kind is FieldKind.RESULT
        for each in sides_of(field)
        if Side.NONE in (side, each) or each is side
    ]
    return all(result == TestResult.NEGATIVE for result in results)
