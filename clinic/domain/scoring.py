"""Scores of questionnaires, and what a change of one may be called. Never a diagnosis.

A figure of a threshold comes from the catalogue, with its source; here are only the rules.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from clinic.domain.change import (
    ChangeOutcome,
    ChangeReason,
    ChangeVerdict,
    better_if,
    difference,
    not_comparable,
)
from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

ScoreAnswers: TypeAlias = Mapping[str, int | None]


class ScoreMethod(StrEnum):
    """How answers become a score."""

    VALUE = "value"
    SUM = "sum"
    COUNT = "count"
    MEAN = "mean"


class MissingAnswer(StrEnum):
    """What an answer that was left out means for the score."""

    NO_SCORE = "no_score"
    NOT_TICKED = "not_ticked"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreRule:
    """One score of a questionnaire. Without `items` it takes every answer there is (activities)."""

    method: ScoreMethod
    missing: MissingAnswer
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
class ScoreTaken:
    """One score as it was taken: by which version, and of which activities where they were named."""

    score: float | None
    version: int = 1
    activities: frozenset[str] = frozenset()


def score(rule: ScoreRule, answers: ScoreAnswers) -> float | None:
    """The score, None where the rule for missing answers allows none; RuleBroken outside the range."""
    asked = rule.items or tuple(answers)
    given = [value for item in asked if (value := answers.get(item)) is not None]
    if rule.missing is MissingAnswer.NO_SCORE and len(given) < len(asked):
        return None
    if not given and (rule.missing is MissingAnswer.LEFT_OUT or rule.method is ScoreMethod.MEAN):
        return None
    found = _worked_out(rule.method, given)
    if not rule.low <= found <= rule.high:
        raise RuleBroken(say("These answers do not belong to this questionnaire."))
    return found


def refuse_strange(answers: ScoreAnswers, allowed: Mapping[str, Collection[int]]) -> None:
    """RuleBroken for an answer to what was not asked, or one that was not offered."""
    for item, value in answers.items():
        if item not in allowed or (value is not None and value not in allowed[item]):
            raise RuleBroken(say("Choose one of the answers offered here."), item)


def compare_scores(
    rule: ScoreRule, yardstick: Yardstick, first: ScoreTaken, latest: ScoreTaken
) -> ChangeOutcome:
    """What the change from one score to another may be called; turned round, it is the opposite."""
    if first.score is None or latest.score is None:
        return not_comparable(_other(first, latest) or ChangeReason.NO_ANSWER)
    by = difference(first.score, latest.score)
    if why := _other(first, latest):
        return not_comparable(why, by=by)
    if why := _no_room(yardstick, first.score, latest.score):
        return not_comparable(why, by=by)
    worse = min(first.score, latest.score) if rule.higher_is_better else max(first.score, latest.score)
    verdict = _verdict(rule, yardstick, by, worse)
    return ChangeOutcome(verdict, by, caution=_caution(yardstick, first.score, latest.score))


def rated_change(value: float | None, better_from: float, worse_from: float) -> ChangeVerdict:
    """How a rating of change reads; better lies on the side of `better_from`."""
    if value is None:
        return ChangeVerdict.NOT_COMPARABLE
    rising = better_from > worse_from
    if value >= better_from if rising else value <= better_from:
        return ChangeVerdict.BETTER
    if value <= worse_from if rising else value >= worse_from:
        return ChangeVerdict.WORSE
    return ChangeVerdict.WITHIN_ERROR


def screens_positive(
    rule: ScoreRule, positive_from: float, answers: ScoreAnswers, allowed: Mapping[str, Collection[int]]
) -> bool:
    """Whether a screen asks for a conversation: from `positive_from` on, towards the worse end.

    Where answers were left out, the mildest score that they could still make decides: what the others prove
    is not taken back by a blank. `allowed` is what each question takes.
    """
    found = (score(rule, answers), _worked_out(rule.method, _filled_mildly(rule, answers, allowed)))
    if rule.higher_is_better:
        return any(value is not None and value <= positive_from for value in found)
    return any(value is not None and value >= positive_from for value in found)


def _worked_out(method: ScoreMethod, given: list[int]) -> float:
    match method:
        case ScoreMethod.COUNT:
            return float(sum(1 for value in given if value))
        case ScoreMethod.MEAN:
            return round(sum(given) / len(given), 2)
        case _:
            return float(sum(given))


def _filled_mildly(
    rule: ScoreRule, answers: ScoreAnswers, allowed: Mapping[str, Collection[int]]
) -> list[int]:
    """What was answered, and the least alarming answer to each question that was left out."""
    mildest = max if rule.higher_is_better else min
    given = {item: answers.get(item) for item in rule.items or answers}
    return [
        mildest(allowed[item], key=lambda each: _worked_out(rule.method, [each])) if value is None else value
        for item, value in given.items()
    ]


def _other(first: ScoreTaken, latest: ScoreTaken) -> ChangeReason | None:
    if first.version != latest.version:
        return ChangeReason.OTHER_VERSION
    return ChangeReason.OTHER_ACTIVITIES if first.activities != latest.activities else None


def _verdict(rule: ScoreRule, yardstick: Yardstick, by: float, worse: float) -> ChangeVerdict:
    if by == 0:
        return ChangeVerdict.SAME
    if yardstick.points is None and yardstick.percent is None:
        return ChangeVerdict.NO_THRESHOLD
    if not _is_change(yardstick, abs(by), worse):
        return ChangeVerdict.WITHIN_ERROR
    return better_if(is_better=(by > 0) is rule.higher_is_better)


def _caution(yardstick: Yardstick, first: float, latest: float) -> ChangeReason | None:
    if yardstick.floor is not None and min(first, latest) < yardstick.floor:
        return ChangeReason.FLOOR
    if yardstick.ceiling is not None and max(first, latest) > yardstick.ceiling:
        return ChangeReason.CEILING
    return None


def _no_room(yardstick: Yardstick, first: float, latest: float) -> ChangeReason | None:
    """At which end both scores lie where a change has no room to show."""
    if yardstick.floor is not None and max(first, latest) < yardstick.floor:
        return ChangeReason.FLOOR
    if yardstick.ceiling is not None and min(first, latest) > yardstick.ceiling:
        return ChangeReason.CEILING
    return None


def _is_change(yardstick: Yardstick, by: float, worse: float) -> bool:
    if yardstick.error is not None and by < yardstick.error:
        return False
    if yardstick.points is not None and by >= yardstick.points:
        return True
    if yardstick.percent is None:
        return False
    return round(100 * by - yardstick.percent * worse, 6) >= 0
