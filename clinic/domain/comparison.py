"""What a difference between two assessments may be called, field by field. Never a total, never a diagnosis.

Swapping the two assessments swaps better and worse and turns the difference round; nothing else changes.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clinic.domain.assessment import MEASURED
from clinic.domain.findings import NONE_SEEN, Value
from clinic.domain.types import Better, FieldKind, TestResult

Way: TypeAlias = Mapping[str, Value | None]  # "device": "goniometer"; None where it was not noted

# answers that say that there is no answer: they are held against nothing
NO_ANSWER = frozenset({"not_tested", "not_asked", "not_tried", TestResult.UNABLE.value})
RESULTS = (TestResult.NEGATIVE.value, TestResult.POSITIVE.value)


class Verdict(StrEnum):
    """What a difference may be called."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    SAME = "same"
    WITHIN_ERROR = "within_error"
    NO_THRESHOLD = "no_threshold"
    NOT_COMPARABLE = "not_comparable"


REAL_CHANGE = frozenset({Verdict.BETTER, Verdict.WORSE, Verdict.CHANGED})


class Why(StrEnum):
    """Why two values are not held against each other."""

    NOT_THEN = "not_then"
    NOT_NOW = "not_now"
    NO_ANSWER = "no_answer"
    OTHER_WAY = "other_way"
    WAY_NOT_NOTED = "way_not_noted"
    OTHER_VERSION = "other_version"


class Sides(StrEnum):
    """How the two sides of one measure stand to each other."""

    EQUAL = "equal"
    WITHIN_ERROR = "within_error"
    APART = "apart"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
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
class Taken:
    """A value, how it was measured, and the version of the test it was taken with."""

    value: Value
    way: Way
    version: int = 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a difference is called; `by` is how far a number moved, `which` names the way that was another."""

    verdict: Verdict
    by: float | None = None
    why: Why | None = None
    which: str = ""


def compare(scale: Scale, first: Taken | None, latest: Taken | None) -> Outcome:
    """What became of one field between two assessments."""
    if first is None or latest is None:
        return _not_comparable(Why.NOT_THEN if first is None else Why.NOT_NOW)
    if first.version != latest.version:
        return _not_comparable(Why.OTHER_VERSION)
    if not NO_ANSWER.isdisjoint((first.value, latest.value)):
        return _not_comparable(Why.NO_ANSWER)
    if scale.is_measured and (other := _other_way(first.way, latest.way)) is not None:
        return other
    return _verdict(scale, first.value, latest.value)


def sides(left: float, right: float, *, noise: float | None, limit: float) -> Sides:
    """How two sides differ: apart from `limit` on, within measurement error from `noise` on, else equal."""
    by = difference(left, right)
    if abs(by) >= limit:
        return Sides.APART
    return Sides.WITHIN_ERROR if noise is not None and abs(by) >= noise else Sides.EQUAL


def difference(first: float, latest: float) -> float:
    """By how much a number moved, without what binary fractions leave behind."""
    return round(latest - first, 2) + 0.0


def _not_comparable(why: Why, which: str = "") -> Outcome:
    return Outcome(Verdict.NOT_COMPARABLE, why=why, which=which)


def _other_way(first: Way, latest: Way) -> Outcome | None:
    """Another way of measuring compares nothing; one that was not written down may have been another one."""
    for name in sorted(first.keys() | latest.keys()):
        one, two = first.get(name), latest.get(name)
        if one is None or two is None:
            return _not_comparable(Why.WAY_NOT_NOTED, name)
        if one != two:
            return _not_comparable(Why.OTHER_WAY, name)
    return None


def _verdict(scale: Scale, first: Value, latest: Value) -> Outcome:
    if not isinstance(first, str) and not isinstance(latest, str):
        return _number(scale, difference(first, latest))
    if first == latest:
        return Outcome(Verdict.SAME)
    one, two = str(first), str(latest)
    if scale.kind is FieldKind.FAULTS:
        return Outcome(_faults(one, two))
    if scale.kind is FieldKind.RESULT:
        return Outcome(_in_order(RESULTS, Better.LOWER, one, two))
    if scale.better is not Better.NEITHER:
        return Outcome(_in_order(scale.codes, scale.better, one, two))
    return Outcome(_by_what_stands_out(scale.abnormal, one, two))


def _number(scale: Scale, by: float) -> Outcome:
    if by == 0:
        return Outcome(Verdict.SAME, by)
    if scale.limit is None:
        return Outcome(Verdict.NO_THRESHOLD, by)
    if abs(by) < scale.limit:
        return Outcome(Verdict.WITHIN_ERROR, by)
    return Outcome(_direction(scale.better, up=by > 0), by)


def _direction(better: Better, *, up: bool) -> Verdict:
    if better is Better.NEITHER:
        return Verdict.CHANGED
    return Verdict.BETTER if up == (better is Better.HIGHER) else Verdict.WORSE


def _in_order(codes: Sequence[str], better: Better, one: str, two: str) -> Verdict:
    """Along an order; an answer outside it, such as "equivocal", has no direction."""
    if one not in codes or two not in codes:
        return Verdict.CHANGED
    return _direction(better, up=codes.index(two) > codes.index(one))


def _by_what_stands_out(abnormal: Collection[str], one: str, two: str) -> Verdict:
    """Without an order: better if it stood out and does not any more; otherwise a change."""
    if (one in abnormal) == (two in abnormal):
        return Verdict.CHANGED
    return Verdict.BETTER if one in abnormal else Verdict.WORSE


def _faults(one: str, two: str) -> Verdict:
    """Fewer of the same faults are better, more are worse; others in their place are a change."""
    before, now = (set(text.split()) - {NONE_SEEN} for text in (one, two))
    if now < before:
        return Verdict.BETTER
    return Verdict.WORSE if now > before else Verdict.CHANGED
