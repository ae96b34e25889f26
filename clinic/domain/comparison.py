"""What a difference between two assessments may be called, field by field. Never a total, never a diagnosis.

Swapping the two assessments swaps better and worse and turns the difference round; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from clinic.domain.assessment import MEASURED
from clinic.domain.change import (
    ChangeOutcome,
    ChangeReason,
    ChangeVerdict,
    better_if,
    difference,
    not_comparable,
)
from clinic.domain.findings import NO_ANSWER, NONE_SEEN, Value, Way
from clinic.domain.types import Better, FieldKind, TestResult

RESULTS = (TestResult.NEGATIVE.value, TestResult.POSITIVE.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingScale:
    """How the values of a field are held against each other.

    `limit` is the least difference of a number that is called a change, None where nobody has published one;
    `codes` are the options in their order, `abnormal` those of them that stand out.
    """

    kind: FieldKind
    better: Better = Better.NEITHER
    limit: float | None = None
    codes: Sequence[str] = ()
    abnormal: Collection[str] = ()

    @property
    def is_measured(self) -> bool:
        """Whether it matters how the value was measured."""
        return self.kind in MEASURED


@dataclass(frozen=True, slots=True)
class FindingTaken:
    """A value, how it was measured, and the version of the test it was taken with."""

    value: Value
    way: Way
    version: int = 1


def compare_findings(
    scale: FindingScale, first: FindingTaken | None, latest: FindingTaken | None
) -> ChangeOutcome:
    """What became of one field between two assessments."""
    if first is None or latest is None:
        return not_comparable(ChangeReason.NOT_THEN if first is None else ChangeReason.NOT_NOW)
    if first.version != latest.version:
        return not_comparable(ChangeReason.OTHER_VERSION)
    if not NO_ANSWER.isdisjoint((first.value, latest.value)):
        return not_comparable(ChangeReason.NO_ANSWER)
    if scale.is_measured and (other := _other_way(first.way, latest.way)) is not None:
        return other
    return _verdict(scale, first.value, latest.value)


def _other_way(first: Way, latest: Way) -> ChangeOutcome | None:
    """Another way of measuring compares nothing; one that was not written down may have been another one."""
    for name in sorted(first.keys() | latest.keys()):
        one, two = first.get(name), latest.get(name)
        if one is None or two is None:
            return not_comparable(ChangeReason.WAY_NOT_NOTED, which=name)
        if one != two:
            return not_comparable(ChangeReason.OTHER_WAY, which=name)
    return None


def _verdict(scale: FindingScale, first: Value, latest: Value) -> ChangeOutcome:
    if not isinstance(first, str) and not isinstance(latest, str):
        return _number(scale, difference(first, latest))
    if first == latest:
        return ChangeOutcome(ChangeVerdict.SAME)
    one, two = str(first), str(latest)
    if scale.kind is FieldKind.FAULTS:
        return ChangeOutcome(_faults(one, two))
    if scale.kind is FieldKind.RESULT:
        return ChangeOutcome(_in_order(RESULTS, Better.LOWER, one, two))
    if scale.better is not Better.NEITHER:
        return ChangeOutcome(_in_order(scale.codes, scale.better, one, two))
    return ChangeOutcome(_by_what_stands_out(scale.abnormal, one, two))


def _number(scale: FindingScale, by: float) -> ChangeOutcome:
    if by == 0:
        return ChangeOutcome(ChangeVerdict.SAME, by)
    if scale.limit is None:
        return ChangeOutcome(ChangeVerdict.NO_THRESHOLD, by)
    if abs(by) < scale.limit:
        return ChangeOutcome(ChangeVerdict.WITHIN_ERROR, by)
    return ChangeOutcome(_direction(scale.better, up=by > 0), by)


def _direction(better: Better, *, up: bool) -> ChangeVerdict:
    if better is Better.NEITHER:
        return ChangeVerdict.CHANGED
    return better_if(is_better=up == (better is Better.HIGHER))


def _in_order(codes: Sequence[str], better: Better, one: str, two: str) -> ChangeVerdict:
    """Along an order; an answer outside it, such as "equivocal", has no direction."""
    if one not in codes or two not in codes:
        return ChangeVerdict.CHANGED
    return _direction(better, up=codes.index(two) > codes.index(one))


def _by_what_stands_out(abnormal: Collection[str], one: str, two: str) -> ChangeVerdict:
    """Without an order: better if it stood out and does not any more; otherwise a change."""
    if (one in abnormal) == (two in abnormal):
        return ChangeVerdict.CHANGED
    return better_if(is_better=one in abnormal)


def _faults(one: str, two: str) -> ChangeVerdict:
    """Fewer of the same faults are better, more are worse; others in their place are a change."""
    before, now = (set(text.split()) - {NONE_SEEN} for text in (one, two))
    if now < before:
        return ChangeVerdict.BETTER
    return ChangeVerdict.WORSE if now > before else ChangeVerdict.CHANGED
