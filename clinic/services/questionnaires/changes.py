"""How scores have changed: first against latest, as a whole and for each named activity."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain import scoring
from clinic.domain.questionnaires import Measure, MeasureRole, NamedActivities, Questionnaire
from clinic.domain.scoring import Compared, Method, Missing, Scale, Taken, Verdict, Why, Yardstick
from clinic.services.questionnaires.results import Answered


@dataclass(frozen=True, slots=True)
class Change:
    """One measure, first against latest."""

    measure: Measure
    first: Answered
    latest: Answered
    compared: Compared


@dataclass(frozen=True, slots=True)
class ActivityChange:
    """One named activity, first against latest."""

    activity: str
    first: int | None
    latest: int | None
    compared: Compared


def changes(held: Sequence[Answered]) -> list[Change]:
    """Each measure of how somebody is, first against latest, where it was answered twice.

    The first is the earliest with the version and the activities of the latest; where there is none, the
    earliest of all, and the rules say why it does not compare.
    """
    found = []
    for questionnaire in _questionnaires_in(held):
        for measure in questionnaire.measures:
            if questionnaire.role is MeasureRole.STATE:
                found += _change(measure, _series(held, questionnaire.id, measure))
    return found


def activity_changes(change: Change) -> list[ActivityChange]:
    """Each named activity of a change, compared by the threshold of one activity."""
    named = change.latest.questionnaire.activities
    if named is None or change.compared.why is Why.OTHER_ACTIVITIES:
        return []
    rule = _rule_of_one(named, higher_is_better=change.measure.rule.higher_is_better)
    yardstick = Yardstick(points=named.error, error=named.error)
    told = []
    for activity in change.latest.activities:
        if activity in change.first.activities:
            first, latest = change.first.rating(activity), change.latest.rating(activity)
            compared = scoring.compare(rule, yardstick, Taken(first), Taken(latest))
            told.append(ActivityChange(activity, first, latest, compared))
    return told


def rated_change(each: Answered) -> Verdict | None:
    """How a rating of change reads; None for a questionnaire that is none."""
    made = each.questionnaire
    if made.better_from is None or made.worse_from is None:
        return None
    return scoring.rated_change(each.scores.get(made.measures[0].id), made.better_from, made.worse_from)


def _rule_of_one(named: NamedActivities, *, higher_is_better: bool) -> Scale:
    return Scale(
        method=Method.VALUE,
        missing=Missing.NO_SCORE,
        low=min(named.rate.scores),
        high=max(named.rate.scores),
        higher_is_better=higher_is_better,
    )


def _questionnaires_in(held: Sequence[Answered]) -> list[Questionnaire]:
    """Each questionnaire once, in the version of its latest answers, in the catalogue's order."""
    latest = {each.questionnaire.id: each.questionnaire for each in reversed(held)}
    order = list(load_catalogue().questionnaires.newest)
    return sorted(latest.values(), key=lambda each: order.index(each.id))


def _series(held: Sequence[Answered], key: str, measure: Measure) -> list[Answered]:
    """What has this score, oldest first."""
    scored = [
        each for each in held if each.questionnaire.id == key and each.scores.get(measure.id) is not None
    ]
    return sorted(scored, key=lambda each: each.answered_at)


def _change(measure: Measure, series: Sequence[Answered]) -> list[Change]:
    if len(series) < 2:
        return []
    latest, earlier = series[-1], series[:-1]
    taken = latest.taken(measure)
    alike = [
        each
        for each in earlier
        if (each.questionnaire.version, each.taken(measure).activities) == (taken.version, taken.activities)
    ]
    first = (alike or earlier)[0]
    compared = scoring.compare(measure.rule, measure.yardstick, first.taken(measure), taken)
    return [Change(measure, first, latest, compared)]
