"""Scores of questionnaires, and what a change of one may be called. Never a diagnosis.

A figure of a threshold comes from the catalogue, with its source; here are only the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clinic.domain.errors import RuleBroken

Answers: TypeAlias = Mapping[str, int | None]


class Method(StrEnum):
    """How answers become a score."""

    VALUE = "value"
    SUM = "sum"
    COUNT = "count"
    MEAN = "mean"


class Missing(StrEnum):
    """What an answer that was left out means for the score."""

    NO_SCORE = "no_score"
    NOT_TICKED = "not_ticked"
    LEFT_OUT = "left_out"


class Verdict(StrEnum):
    """What a change between two scores may be called."""

    BETTER = "better"
    WORSE = "worse"
    WITHIN_ERROR = "within_error"
    NOT_COMPARABLE = "not_comparable"


class Why(StrEnum):
    """Why two scores cannot be compared, or what to keep in mind when they are."""

    OTHER_VERSION = "other_version"
    OTHER_ACTIVITIES = "other_activities"
    NO_SCORE = "no_score"
    NO_THRESHOLD = "no_threshold"
    FLOOR = "floor"
    CEILING = "ceiling"


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    """One score of a questionnaire. Without `items` it takes every answer there is (activities)."""

    method: Method
    missing: Missing
    low: int
    high: int
    higher_is_better: bool
    items: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Yardstick:
    """When a difference is a change.

    From `points` on, or from `percent` of the worse score on, but never below the measurement `error`. Where
    both scores lie below `floor` or above `ceiling` there is no room for a change to show.
    """

    points: float | None = None
    percent: float | None = None
    error: float | None = None
    floor: float | None = None
    ceiling: float | None = None


@dataclass(frozen=True, slots=True)
class Taken:
    """One score as it was taken: by which version, and of which activities where they were named."""

    score: float | None
    version: int = 1
    activities: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Compared:
    """The change from the first to the latest, its name, why it has none, and what to keep in mind."""

    verdict: Verdict
    by: float | None = None
    why: Why | None = None
    caution: Why | None = None


def score(scale: Scale, answers: Answers) -> float | None:
    """The score, None where the rule for missing answers allows none; RuleBroken outside the range."""
    asked = scale.items or tuple(answers)
    given = [value for item in asked if (value := answers.get(item)) is not None]
    if scale.missing is Missing.NO_SCORE and len(given) < len(asked):
        return None
    if not given and scale.missing is Missing.LEFT_OUT:
        return None
    found = _worked_out(scale.method, given)
    if not scale.low <= found <= scale.high:
        raise RuleBroken("These answers do not belong to this questionnaire.")
    return found


def refuse_strange(answers: Answers, allowed: Mapping[str, Collection[int]]) -> None:
    """RuleBroken for an answer to what was not asked, or one that was not offered."""
    for item, value in answers.items():
        if item not in allowed or (value is not None and value not in allowed[item]):
            raise RuleBroken("Choose one of the answers offered here.", item)


def compare(scale: Scale, yardstick: Yardstick, first: Taken, latest: Taken) -> Compared:
    """What the change from one score to another may be called; turned round, it is the opposite."""
    if why := _not_comparable(yardstick, first, latest):
        return Compared(Verdict.NOT_COMPARABLE, _difference(first, latest), why)
    by = _difference(first, latest)
    assert by is not None
    assert first.score is not None
    assert latest.score is not None
    caution = _caution(yardstick, first.score, latest.score)
    if _has_no_room(yardstick, first.score, latest.score):
        return Compared(Verdict.NOT_COMPARABLE, by, caution)
    worse = min(first.score, latest.score) if scale.higher_is_better else max(first.score, latest.score)
    if not _is_change(yardstick, abs(by), worse):
        return Compared(Verdict.WITHIN_ERROR, by, caution=caution)
    rose = by > 0
    return Compared(Verdict.BETTER if rose is scale.higher_is_better else Verdict.WORSE, by, caution=caution)


def rated_change(value: float | None, better_from: float, worse_from: float) -> Verdict:
    """How a rating of change reads; better lies on the side of `better_from`."""
    if value is None:
        return Verdict.NOT_COMPARABLE
    rising = better_from > worse_from
    if value >= better_from if rising else value <= better_from:
        return Verdict.BETTER
    if value <= worse_from if rising else value >= worse_from:
        return Verdict.WORSE
    return Verdict.WITHIN_ERROR


def screens_positive(value: float | None, positive_from: float) -> bool:
    """Whether a screening score asks for a conversation; no score is no result."""
    return value is not None and value >= positive_from


def _worked_out(method: Method, given: list[int]) -> float:
    match method:
        case Method.COUNT:
            return float(sum(1 for value in given if value))
        case Method.MEAN:
            return round(sum(given) / len(given), 2)
        case _:
            return float(sum(given))


def _not_comparable(yardstick: Yardstick, first: Taken, latest: Taken) -> Why | None:
    if first.version != latest.version:
        return Why.OTHER_VERSION
    if first.activities != latest.activities:
        return Why.OTHER_ACTIVITIES
    if first.score is None or latest.score is None:
        return Why.NO_SCORE
    if yardstick.points is None and yardstick.percent is None:
        return Why.NO_THRESHOLD
    return None


def _difference(first: Taken, latest: Taken) -> float | None:
    if first.score is None or latest.score is None:
        return None
    return round(latest.score - first.score, 2)


def _caution(yardstick: Yardstick, first: float, latest: float) -> Why | None:
    if yardstick.floor is not None and min(first, latest) < yardstick.floor:
        return Why.FLOOR
    if yardstick.ceiling is not None and max(first, latest) > yardstick.ceiling:
        return Why.CEILING
    return None


def _has_no_room(yardstick: Yardstick, first: float, latest: float) -> bool:
    below = yardstick.floor is not None and max(first, latest) < yardstick.floor
    above = yardstick.ceiling is not None and min(first, latest) > yardstick.ceiling
    return below or above


def _is_change(yardstick: Yardstick, by: float, worse: float) -> bool:
    if yardstick.error is not None and by < yardstick.error:
        return False
    if yardstick.points is not None and by >= yardstick.points:
        return True
    if yardstick.percent is None:
        return False
    return by > 0 and round(100 * by - yardstick.percent * worse, 6) >= 0
