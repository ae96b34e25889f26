"""What an assessment says in short: tests that were clear, and motions of a joint, left against right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field, Threshold, ThresholdKind
from clinic.domain.comparison import NO_ANSWER, Sides
from clinic.domain.findings import NONE_SEEN, Place, Value
from clinic.domain.types import FieldKind, Side, TestResult
from clinic.services.assessments import reading
from clinic.services.assessments.comparisons import way_of
from clinic.services.assessments.reading import Values


@dataclass(frozen=True, slots=True)
class Clear:
    """A test in which nothing stood out on these sides; `is_result` where it is read as negative."""

    test: AssessmentTest
    sides: tuple[Side, ...]
    is_result: bool


@dataclass(frozen=True, slots=True)
class Motion:
    """One motion of a joint on both sides, as far as taken, with the range that adults usually have."""

    test: AssessmentTest
    field: Field
    left: float | None
    right: float | None
    stand: Sides | None
    usual: tuple[float, float] | None
    way: tuple[tuple[Field, Value | None], ...]


def clear_tests(items: Iterable[BatteryItem], values: Values) -> Iterator[Clear]:
    """Negatives worth telling: tests with an answer on a side and nothing that stands out on it."""
    for item in items:
        sides = tuple(side for side in Side if _is_clear(item, side, values))
        if sides:
            yield Clear(item.test, sides, _result(item) is not None)


def motions(items: Iterable[BatteryItem], values: Values) -> Iterator[Motion]:
    """The angles of tests whose sides are held against each other or that have a usual range."""
    for item in items:
        ways = way_of(item.test, values)
        told = tuple((item.test.field(key), value) for key, value in ways.items())
        pairs = {pair.field.id: pair for pair in reading.pairs([item], values)}
        for field in item.fields:
            left, right = (_number(values, item.test, field, side) for side in reading.SIDES)
            norm = norm_of(item.test, field, ways.get("position"))
            drawn = norm is not None or reading.threshold(item.test, field, ThresholdKind.SIDE_DIFFERENCE)
            if field.kind is not FieldKind.DEGREES or not drawn or left is right is None:
                continue
            stand = pairs[field.id].stand if field.id in pairs else None
            yield Motion(item.test, field, left, right, stand, norm.range if norm else None, told)


def norm_of(test: AssessmentTest, field: Field, position: Value | None) -> Threshold | None:
    """The usual range of a field that can be drawn; one for a position counts in that position alone."""
    fits: Sequence[Threshold] = [
        each
        for each in test.thresholds
        if each.kind is ThresholdKind.NORM
        and each.range is not None
        and each.field in ("", field.id)
        and each.unit == field.unit
        and each.position in ("", position)
    ]
    return max(fits, key=lambda each: bool(each.position), default=None)


def _is_clear(item: BatteryItem, side: Side, values: Values) -> bool:
    here = {
        field.id: (field, value)
        for field in item.fields
        if (value := values.get(Place(item.test.id, field.id, side))) is not None
        and not (field.way or field.kind is FieldKind.TEXT or value in NO_ANSWER)
    }
    if not here or any(reading.stands_out(field, value) for field, value in here.values()):
        return False
    result = _result(item)
    if result is not None:
        return result.id in here and here[result.id][1] == TestResult.NEGATIVE
    judged = [(field, value) for field, value in here.values() if field.abnormal or _looks(field)]
    return bool(judged) and all(_is_normal(field, value) for field, value in judged)


def _result(item: BatteryItem) -> Field | None:
    return next((field for field in item.fields if field.kind is FieldKind.RESULT), None)


def _looks(field: Field) -> bool:
    return field.kind is FieldKind.FAULTS or bool(field.normal)


def _is_normal(field: Field, value: Value) -> bool:
    if field.kind is FieldKind.FAULTS:
        return value == NONE_SEEN
    normal = reading.normal_value(field)
    return value == normal if normal is not None else True


def _number(values: Values, test: AssessmentTest, field: Field, side: Side) -> float | None:
    value = values.get(Place(test.id, field.id, side))
    return value if isinstance(value, float) else None
