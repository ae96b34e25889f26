"""Two assessments held against each other place by place, and each measure over all of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from clinic.domain.assessment import MEASURED, AssessmentTest, BatteryItem, Field, Threshold
from clinic.domain.change import ChangeOutcome
from clinic.domain.comparison import FindingScale, FindingTaken, compare_findings
from clinic.domain.findings import Place, Value, Values, Way
from clinic.domain.spots import Spot, sides_of, spots_of, way_of
from clinic.domain.thresholds import change_threshold
from clinic.domain.types import FieldKind

Usual: TypeAlias = Mapping[FieldKind, Threshold]  # thresholds of change for tests that have none of their own


class Recorded(Protocol):
    """An assessment, as far as the rules need it: the tests it asked for, and what was found."""

    @property
    def items(self) -> tuple[BatteryItem, ...]: ...
    @property
    def values(self) -> Values: ...


@dataclass(frozen=True, slots=True)
class FindingChange:
    """One place of both assessments; `threshold` is what the difference was held against."""

    spot: Spot
    first: Value | None
    latest: Value | None
    outcome: ChangeOutcome
    threshold: Threshold | None


@dataclass(frozen=True, slots=True)
class MeasureSeries:
    """What one measure did over all assessments, on one side, measured in one way; None is a gap."""

    spot: Spot
    way: Way
    values: Sequence[float | None]


def finding_changes(first: Recorded, latest: Recorded, usual: Usual) -> list[FindingChange]:
    """Every place recorded in either, in the order of the later; what that one did not ask comes last."""
    before, now = ({item.test.id: item for item in each.items} for each in (first, latest))
    keys = (*now, *(key for key in before if key not in now))
    return [row for key in keys for row in _of_test(before.get(key), now.get(key), first, latest, usual)]


def outcome_since(spot: Spot, value: Value, first: Recorded, latest: Recorded, usual: Usual) -> ChangeOutcome:
    """What became of one place, from a value it had in the first assessment."""
    later = next((each.test for each in latest.items if each.test.id == spot.test.id), spot.test)
    return compare_findings(
        scale_of(spot.test, spot.field, usual)[0],
        _taken(value, spot.test, first.values),
        _taken(latest.values.get(spot.place), later, latest.values),
    )


def scale_of(test: AssessmentTest, field: Field, usual: Usual) -> tuple[FindingScale, Threshold | None]:
    """How a field's values are held against each other, and by what threshold."""
    threshold = change_threshold(test, field, usual) if field.is_numeric else None
    scale = FindingScale(
        kind=field.kind,
        better=field.better,
        limit=threshold.value if threshold else None,
        codes=tuple(code for code, _ in field.options),
        abnormal=field.abnormal.codes if field.abnormal else (),
    )
    return scale, threshold


def series(records: Sequence[Recorded]) -> Iterator[MeasureSeries]:
    """One series for each measure, side and way of measuring that has at least two values."""
    found: dict[tuple[Place, tuple[tuple[str, Value | None], ...], int], list[float | None]] = {}
    known: dict[tuple[Place, int], Spot] = {}
    for number, record in enumerate(records):
        for spot in spots_of(record.items):
            value = record.values.get(spot.place)
            if not isinstance(value, float):
                continue
            way = way_of(spot.test, record.values) if spot.field.kind in MEASURED else {}
            key = spot.place, tuple(way.items()), spot.test.version
            found.setdefault(key, [None] * len(records))[number] = value
            known[spot.place, spot.test.version] = spot
    for (place, told, version), values in found.items():
        if sum(value is not None for value in values) > 1:
            yield MeasureSeries(known[place, version], dict(told), values)


def _of_test(
    earlier: BatteryItem | None, item: BatteryItem | None, first: Recorded, latest: Recorded, usual: Usual
) -> Iterator[FindingChange]:
    """The places of one test; it is read as the later assessment knows it, each value as it was taken."""
    asked = [each for each in (earlier, item) if each is not None]
    old, test = asked[0].test, asked[-1].test
    was, now = way_of(old, first.values), way_of(test, latest.values)
    for field in {field.id: field for each in asked for field in each.fields}.values():
        if field.way or field.kind is FieldKind.TEXT:
            continue
        scale, threshold = scale_of(test, field, usual)
        for side in sides_of(field):
            place = Place(test.id, field.id, side)
            one, two = first.values.get(place), latest.values.get(place)
            if one is None and two is None:
                continue
            outcome = compare_findings(
                scale,
                None if one is None else FindingTaken(one, was, old.version),
                None if two is None else FindingTaken(two, now, test.version),
            )
            yield FindingChange(Spot(place, test, field), one, two, outcome, threshold)


def _taken(value: Value | None, test: AssessmentTest, values: Values) -> FindingTaken | None:
    return None if value is None else FindingTaken(value, way_of(test, values), test.version)
