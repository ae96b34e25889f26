"""How scores have changed: first against latest, as a whole and for each named activity."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from clinic.domain.asking import IN_PRACTICE, AnswerSource
from clinic.domain.change import ChangeOutcome, ChangeReason, ChangeVerdict
from clinic.domain.questionnaires import Measure, MeasureRole, Questionnaire, is_left_out
from clinic.domain.scoring import (
    ScoreTaken,
    Yardstick,
    compare_scores,
    rated_change,
)


@dataclass(frozen=True, slots=True)
class AnsweredQuestionnaire:
    """One answered questionnaire, in the version it was answered in.

    `answers` by question ("a1", "a2", … for `activities`), None where it was left out; `scores` by measure.
    """

    id: uuid.UUID
    request_id: uuid.UUID
    questionnaire: Questionnaire
    revision: int
    is_current: bool
    answers: Mapping[str, int | None]
    activities: tuple[str, ...]
    since: date | None
    scores: Mapping[str, float | None]
    screen_positive: bool
    answered_at: datetime
    recorded_at: datetime
    source: AnswerSource
    typed_by: str | None
    reason: str | None

    @property
    def is_left_out(self) -> bool:
        """Whether the whole page was left out."""
        return not self.activities and is_left_out(self.answers)

    @property
    def can_be_corrected(self) -> bool:
        """Whether the practice may put this right: it was answered there, and it is what counts now."""
        return self.is_current and self.source in IN_PRACTICE

    @property
    def rated_change(self) -> ChangeVerdict | None:
        """How a rating of change reads; None for a questionnaire that is none."""
        made = self.questionnaire
        if made.better_from is None or made.worse_from is None:
            return None
        return rated_change(self.scores.get(made.measures[0].id), made.better_from, made.worse_from)

    def rating(self, activity: str) -> int | None:
        """What was answered about a named activity."""
        return self.answers.get(f"a{self.activities.index(activity) + 1}")

    def taken(self, measure: Measure) -> ScoreTaken:
        """A score as the rules compare it."""
        named = frozenset(each for each in self.activities if self.rating(each) is not None)
        return ScoreTaken(self.scores.get(measure.id), self.questionnaire.version, named)


@dataclass(frozen=True, slots=True)
class ScoreChange:
    """One measure, first against latest."""

    measure: Measure
    first: AnsweredQuestionnaire
    latest: AnsweredQuestionnaire
    outcome: ChangeOutcome


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """One named activity, first against latest."""

    activity: str
    first: int | None
    latest: int | None
    outcome: ChangeOutcome


def score_changes(answered: Sequence[AnsweredQuestionnaire], order: Sequence[str]) -> list[ScoreChange]:
    """Each measure of how somebody is, first against latest, where it was answered twice.

    `order` is that of the questionnaires, by id. The first is the earliest with the version and the
    activities of the latest; where there is none, the earliest of all, and the rules say why it does not
    compare.
    """
    found = []
    for questionnaire in sorted(_newest(answered), key=lambda each: order.index(each.id)):
        for measure in questionnaire.measures:
            if questionnaire.role is MeasureRole.STATE:
                found += _change(measure, _scored(answered, questionnaire.id, measure))
    return found


def activity_changes(change: ScoreChange) -> list[ActivityChange]:
    """Each named activity of a change, compared by the threshold of one activity."""
    named = change.latest.questionnaire.activities
    if named is None or change.outcome.why is ChangeReason.OTHER_ACTIVITIES:
        return []
    yardstick = Yardstick(points=named.error)
    told = []
    for activity in change.latest.activities:
        if activity in change.first.activities:
            first, latest = change.first.rating(activity), change.latest.rating(activity)
            outcome = compare_scores(change.measure.rule, yardstick, ScoreTaken(first), ScoreTaken(latest))
            told.append(ActivityChange(activity, first, latest, outcome))
    return told


def _newest(answered: Sequence[AnsweredQuestionnaire]) -> list[Questionnaire]:
    """Each questionnaire once, in the version of its latest answers."""
    in_time = sorted(answered, key=lambda each: each.answered_at)
    return list({each.questionnaire.id: each.questionnaire for each in in_time}.values())


def _scored(
    answered: Sequence[AnsweredQuestionnaire], key: str, measure: Measure
) -> list[AnsweredQuestionnaire]:
    """What has this score, oldest first."""
    scored = [
        each for each in answered if each.questionnaire.id == key and each.scores.get(measure.id) is not None
    ]
    return sorted(scored, key=lambda each: each.answered_at)


def _change(measure: Measure, scored: Sequence[AnsweredQuestionnaire]) -> list[ScoreChange]:
    if len(scored) < 2:
        return []
    latest, earlier = scored[-1], scored[:-1]
    taken = latest.taken(measure)
    alike = [
        each
        for each in earlier
        if (each.questionnaire.version, each.taken(measure).activities) == (taken.version, taken.activities)
    ]
    first = (alike or earlier)[0]
    outcome = compare_scores(measure.rule, measure.yardstick, first.taken(measure), taken)
    return [ScoreChange(measure, first, latest, outcome)]
