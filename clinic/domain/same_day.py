"""Findings that want a doctor the same day: those the catalogue warns of, and a grade that fell."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.domain.assessment import BatteryItem, ThresholdKind
from clinic.domain.findings import Value, Values, fell
from clinic.domain.spots import Spot, spots_of
from clinic.domain.thresholds import limit_of

PAIN_LIMITED = "pain_limited"  # the field of a test that says that pain kept somebody from trying


@dataclass(frozen=True, slots=True)
class SameDayFinding:
    """A finding that wants a doctor the same day; `before` is the grade it fell from, if it fell."""

    spot: Spot
    value: Value
    before: float | None
    limited_by_pain: bool


def same_day_findings(items: Iterable[BatteryItem], values: Values, before: Values) -> list[SameDayFinding]:
    """Those among the values of an assessment, `before` being what the last one found."""
    return [
        found
        for spot in spots_of(items)
        if spot.field.warning and (found := _same_day(spot, values, before)) is not None
    ]


def _same_day(spot: Spot, values: Values, before: Values) -> SameDayFinding | None:
    value = values.get(spot.place)
    if value is None or spot.field.warning is None:
        return None
    fallen_from = _fallen_from(spot, value, before.get(spot.place))
    if fallen_from is None and not spot.field.warning.covers(value):
        return None
    limited = values.get(spot.place._replace(field=PAIN_LIMITED)) == "yes"
    return SameDayFinding(spot, value, fallen_from, limited)


def _fallen_from(spot: Spot, value: Value, earlier: Value | None) -> float | None:
    """The grade before, where it fell by what is a change in this test."""
    if isinstance(value, str) or earlier is None or isinstance(earlier, str):
        return None
    limit = limit_of(spot.test, spot.field, ThresholdKind.CHANGE)
    return earlier if limit is not None and fell(earlier, value, limit) else None
