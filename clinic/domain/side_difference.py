"""Left held against right: how far apart the sides are, and what that may be called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from clinic.domain.assessment import AssessmentTest, BatteryItem, Field, ThresholdKind
from clinic.domain.change import difference
from clinic.domain.findings import Place, Value, Values
from clinic.domain.spots import BOTH_SIDES, way_of
from clinic.domain.thresholds import limit_of, norm_of, threshold_of
from clinic.domain.types import FieldKind, Side


class SideDifference(StrEnum):
    """How the two sides of one measure stand to each other."""

    EQUAL = "equal"
    WITHIN_ERROR = "within_error"
    APART = "apart"


@dataclass(frozen=True, slots=True)
class SidePair:
    """One measure on both sides; `stand` says whether they differ by more than measuring explains."""

    test: AssessmentTest
    field: Field
    left: float
    right: float
    stand: SideDifference
    limit: float

    @property
    def by(self) -> float:
        """How far apart the sides are."""
        return abs(difference(self.left, self.right))


@dataclass(frozen=True, slots=True)
class JointMotion:
    """One motion of a joint on both sides, as far as taken, with the range that adults usually have."""

    test: AssessmentTest
    field: Field
    left: float | None
    right: float | None
    stand: SideDifference | None
    usual: tuple[float, float] | None
    way: tuple[tuple[Field, Value | None], ...]


def side_difference(left: float, right: float, *, noise: float | None, limit: float) -> SideDifference:
    """How two sides differ: apart from `limit` on, within measurement error from `noise` on, else equal."""
    by = abs(difference(left, right))
    if by >= limit:
        return SideDifference.APART
    return SideDifference.WITHIN_ERROR if noise is not None and by >= noise else SideDifference.EQUAL


def side_pairs(items: Iterable[BatteryItem], values: Values) -> Iterator[SidePair]:
    """Every measure taken on both sides that has a published limit for how far these may differ."""
    for item in items:
        for field in item.fields:
            limit = limit_of(item.test, field, ThresholdKind.SIDE_DIFFERENCE)
            left, right = (_number(values, item.test, field, side) for side in BOTH_SIDES)
            if limit is None or left is None or right is None:
                continue
            noise = limit_of(item.test, field, ThresholdKind.NOISE)
            stand = side_difference(left, right, noise=noise, limit=limit)
            yield SidePair(item.test, field, left, right, stand, limit)


def sides_apart(items: Iterable[BatteryItem], values: Values) -> list[SidePair]:
    """Measures whose sides differ by the test's own limit or more."""
    return [pair for pair in side_pairs(items, values) if pair.stand is SideDifference.APART]


def motions(items: Iterable[BatteryItem], values: Values) -> Iterator[JointMotion]:
    """The angles of tests whose sides are held against each other or that have a usual range."""
    for item in items:
        ways = way_of(item.test, values)
        told = tuple((item.test.field(key), value) for key, value in ways.items())
        pairs = {pair.field.id: pair for pair in side_pairs([item], values)}
        for field in item.fields:
            left, right = (_number(values, item.test, field, side) for side in BOTH_SIDES)
            norm = norm_of(item.test, field, ways.get("position"))
            drawn = norm is not None or threshold_of(item.test, field, ThresholdKind.SIDE_DIFFERENCE)
            if field.kind is not FieldKind.DEGREES or not drawn or left is right is None:
                continue
            stand = pairs[field.id].stand if field.id in pairs else None
            yield JointMotion(item.test, field, left, right, stand, norm.range if norm else None, told)


def _number(values: Values, test: AssessmentTest, field: Field, side: Side) -> float | None:
    value = values.get(Place(test.id, field.id, side))
    return value if isinstance(value, float) else None
