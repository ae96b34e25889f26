"""What a client finds hard, in their own words: each activity from its first rating to its latest.

Ratings are 0 (cannot do it) to 10 (as well as before).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.change import ChangeVerdict
from clinic.domain.progress_headline import EasierActivity
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.scoring import ScoreTaken, Yardstick, compare_scores


@dataclass(frozen=True, slots=True)
class OwnActivity:
    """One activity: how well it could be done at first and at last, and what the difference may be called.

    Without a verdict it was rated once.
    """

    activity: str
    first: int
    first_at: datetime
    latest: int
    latest_at: datetime
    verdict: ChangeVerdict | None = None

    @property
    def by(self) -> int:
        """Positive when it became easier."""
        return self.latest - self.first


def own_activities(answered: Iterable[AnsweredQuestionnaire]) -> list[OwnActivity]:
    """Each activity that was ever rated, in the order of its naming; capitals make no other one of it."""
    ratings: dict[str, list[tuple[AnsweredQuestionnaire, str, int]]] = {}
    for each in sorted(answered, key=lambda one: one.answered_at):
        for activity in each.activities if each.questionnaire.activities else ():
            if (rating := each.rating(activity)) is not None:
                ratings.setdefault(_folded(activity), []).append((each, activity, rating))
    return [_activity(found) for found in ratings.values()]


def most_changed(activities: Sequence[OwnActivity], verdict: ChangeVerdict) -> EasierActivity | None:
    """The one of a verdict that changed most, for the sentence on top; the first named of two alike."""
    found = [each for each in activities if each.verdict is verdict]
    if not found:
        return None
    most = max(found, key=lambda each: abs(each.by))
    return EasierActivity(most.activity, most.first, most.latest)


def _activity(found: Sequence[tuple[AnsweredQuestionnaire, str, int]]) -> OwnActivity:
    (first, _, before), (latest, words, now) = found[0], found[-1]
    return OwnActivity(
        activity=words,
        first=before,
        first_at=first.answered_at,
        latest=now,
        latest_at=latest.answered_at,
        verdict=_verdict(latest, before, now) if len(found) > 1 else None,
    )


def _verdict(latest: AnsweredQuestionnaire, before: int, now: int) -> ChangeVerdict:
    named, rule = latest.questionnaire.activities, latest.questionnaire.measures[0].rule
    assert named is not None
    yardstick = Yardstick(points=named.error)
    return compare_scores(rule, yardstick, ScoreTaken(before), ScoreTaken(now)).verdict


def _folded(words: str) -> str:
    return " ".join(words.casefold().split())
