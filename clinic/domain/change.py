"""What a change may be called, of findings and of scores alike. Never a total, never a diagnosis."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class ChangeVerdict(StrEnum):
    """What a difference may be called."""

    BETTER = "better"
    WORSE = "worse"
    CHANGED = "changed"
    SAME = "same"
    WITHIN_ERROR = "within_error"
    NO_THRESHOLD = "no_threshold"
    NOT_COMPARABLE = "not_comparable"


REAL_CHANGE = frozenset({ChangeVerdict.BETTER, ChangeVerdict.WORSE, ChangeVerdict.CHANGED})


class ChangeReason(StrEnum):
    """Why two values or scores are not held against each other, or what to keep in mind where they are."""

    NOT_THEN = "not_then"
    NOT_NOW = "not_now"
    NO_ANSWER = "no_answer"
    OTHER_WAY = "other_way"
    WAY_NOT_NOTED = "way_not_noted"
    OTHER_VERSION = "other_version"
    OTHER_ACTIVITIES = "other_activities"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True)
class ChangeOutcome:
    """What a difference is called; `by` is how far a number moved, `why` says why it has no better name.

    `which` names the way of measuring that was another; `caution` is what to keep in mind of a verdict.
    """

    verdict: ChangeVerdict
    by: float | None = None
    why: ChangeReason | None = None
    which: str = ""
    caution: ChangeReason | None = None


def not_comparable(why: ChangeReason, *, by: float | None = None, which: str = "") -> ChangeOutcome:
    """Two that are not held against each other."""
    return ChangeOutcome(ChangeVerdict.NOT_COMPARABLE, by, why, which)


def better_if(*, is_better: bool) -> ChangeVerdict:
    """Better, or else worse."""
    return ChangeVerdict.BETTER if is_better else ChangeVerdict.WORSE


def difference(first: float, latest: float) -> float:
    """By how much a number moved, without what binary fractions leave behind."""
    return round(latest - first, 2) + 0.0  # never minus nought
