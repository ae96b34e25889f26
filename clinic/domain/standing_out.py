"""What stands out in an assessment and what was clear, as far as the catalogue is sure. Never a diagnosis."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field, Limit
from clinic.domain.findings import NO_ANSWER, NONE_SEEN, Place, Value, Values, read
from clinic.domain.side_difference import sides_apart
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import FieldKind, Side, TestResult

ANY_PAIN = Limit(at_least=1)  # of 10: pain on movement is a finding, what brings it is for the practitioner


@dataclass(frozen=True, slots=True)
class ClearTest:
    """A test in which nothing stood out on these sides; `is_result` where it is read as negative."""

    test: AssessmentTest
    sides: tuple[Side, ...]
    is_result: bool


def stands_out(field: Field, value: Value) -> bool:
    """Whether a value is abnormal, where that is certain; a fault seen and pain on movement always are."""
    if field.kind is FieldKind.FAULTS:
        return value != NONE_SEEN
    limit = limit_standing_out(field)
    return limit is not None and limit.covers(value)


def limit_standing_out(field: Field) -> Limit | None:
    """From where a field stands out, but for faults: what the catalogue is certain about, or any pain."""
    if field.abnormal is None and field.kind is FieldKind.PAIN:
        return ANY_PAIN
    return field.abnormal


def normal_value(field: Field) -> Value | None:
    """What "all normal" writes into an empty field; None where that cannot be said for somebody."""
    return read(field, [field.normal]) if field.normal else None


def notable(items: Iterable[BatteryItem], values: Values) -> Iterator[tuple[Spot, Value]]:
    """What a program may answer: each value that stands out, and both sides of those that are apart.

    A test that can want a doctor the same day (strength, reflexes of the foot, the saddle) is no program's to
    answer, whatever it found.
    """
    items = tuple(item for item in items if not any(field.warning for field in item.fields))
    apart = {(pair.test.id, pair.field.id) for pair in sides_apart(items, values)}
    for spot in spots_of(items):
        value = values.get(spot.place)
        if value is None or spot.field.way:
            continue
        if stands_out(spot.field, value) or (spot.test.id, spot.field.id) in apart:
            yield spot, value


def clear_tests(items: Iterable[BatteryItem], values: Values) -> Iterator[ClearTest]:
    """Negatives worth telling: tests with an answer on a side and nothing that stands out on it."""
    for item in items:
        sides = tuple(side for side in Side if _is_clear(item, side, values))
        if sides:
            yield ClearTest(item.test, sides, _has_result(item))


def _is_clear(item: BatteryItem, side: Side, values: Values) -> bool:
    here = [
        (field, value)
        for field in item.fields
        if (value := values.get(Place(item.test.id, field.id, side))) is not None
        and not (field.way or field.kind is FieldKind.TEXT or value in NO_ANSWER)
    ]
    if any(stands_out(field, value) for field, value in here):
        return False
    judged = [(field, value) for field, value in here if _is_judged(field, by_result=_has_result(item))]
    return bool(judged) and all(_is_normal(field, value) for field, value in judged)


def _has_result(item: BatteryItem) -> bool:
    return any(field.kind is FieldKind.RESULT for field in item.fields)


def _is_judged(field: Field, *, by_result: bool) -> bool:
    """Whether a field says if its test was clear: its results alone, where it has any."""
    if by_result:
        return field.kind is FieldKind.RESULT
    return field.kind is FieldKind.FAULTS or field.abnormal is not None or bool(field.normal)


def _is_normal(field: Field, value: Value) -> bool:
    if field.kind is FieldKind.FAULTS:
        return value == NONE_SEEN
    if field.kind is FieldKind.RESULT:
        return value == TestResult.NEGATIVE
    normal = normal_value(field)
    return value == normal if normal is not None else True
