"""Which published figure a value is held against. What is only remembered judges nobody."""

from __future__ import annotations

from collections.abc import Mapping

from clinic.domain.assessment import AssessmentTest, Field, Threshold, ThresholdKind
from clinic.domain.findings import Value
from clinic.domain.types import Evidence, FieldKind


def threshold_of(test: AssessmentTest, field: Field, kind: ThresholdKind) -> Threshold | None:
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


def limit_of(test: AssessmentTest, field: Field, kind: ThresholdKind) -> float | None:
    """The figure of that threshold, in the field's unit; None where there is none."""
    found = threshold_of(test, field, kind)
    return found.value if found else None


def change_threshold(
    test: AssessmentTest, field: Field, usual: Mapping[FieldKind, Threshold]
) -> Threshold | None:
    """The test's own threshold of change, or the usual one of such fields; None where there is none."""
    return threshold_of(test, field, ThresholdKind.CHANGE) or usual.get(field.kind)


def norm_of(test: AssessmentTest, field: Field, position: Value | None) -> Threshold | None:
    """The usual range of a field that can be drawn; one for a position counts in that position alone."""
    fits = [
        each
        for each in test.thresholds
        if each.kind is ThresholdKind.NORM
        and each.range is not None
        and each.field in ("", field.id)
        and each.unit == field.unit
        and each.position in ("", position)
    ]
    return max(fits, key=lambda each: bool(each.position), default=None)
