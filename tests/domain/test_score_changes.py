"""First against latest: which answers are held against each other, as a whole and for each activity."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.asking import AnswerSource
from clinic.domain.change import ChangeReason, ChangeVerdict
from clinic.domain.score_changes import AnsweredQuestionnaire, activity_changes, score_changes

KNOWN = load_catalogue().questionnaires.newest
ORDER = list(KNOWN)
FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
BETTER, WORSE = ChangeVerdict.BETTER, ChangeVerdict.WORSE
WITHIN, NOT = ChangeVerdict.WITHIN_ERROR, ChangeVerdict.NOT_COMPARABLE


def answered(
    key: str, week: int, answers: dict[str, int | None], activities: tuple[str, ...] = ()
) -> AnsweredQuestionnaire:
    """A questionnaire that was answered so many weeks after the first."""
    made, at = KNOWN[key], FIRST + timedelta(weeks=week)
    return AnsweredQuestionnaire(
        id=uuid.uuid4(),
        request_id=uuid.uuid4(),
        questionnaire=made,
        revision=1,
        is_current=True,
        answers=answers,
        activities=activities,
        since=None,
        scores=made.scores(answers),
        screen_positive=False,
        answered_at=at,
        recorded_at=at,
        source=AnswerSource.TYPED,
        typed_by=None,
        reason=None,
    )


def pain(week: int, now: int | None) -> AnsweredQuestionnaire:
    """Pain now; the two other scores are left out."""
    return answered("nprs", week, {"now": now, "average": None, "worst": None})


def doing(week: int, **rates: int | None) -> AnsweredQuestionnaire:
    """Named activities with their ratings."""
    return answered("psfs", week, {f"a{n}": rate for n, rate in enumerate(rates.values(), 1)}, tuple(rates))


@pytest.mark.parametrize(
    "said, held, told",
    [
        ("once is no change", [pain(0, 6)], []),
        ("first against latest, whatever lies between", [pain(0, 6), pain(1, 9), pain(2, 4)], [(BETTER, -2)]),
        ("in whichever order they come", [pain(2, 4), pain(0, 6), pain(1, 9)], [(BETTER, -2)]),
        ("what was left out is passed over", [pain(0, None), pain(1, 6), pain(2, 8)], [(WORSE, 2)]),
        (
            "a screen is no change",
            [answered("phq2", week, {"interest": 1, "mood": 1}) for week in (0, 1)],
            [],
        ),
        (
            "a rating of change is none either",
            [answered("groc11", week, {"change": 3}) for week in (0, 1)],
            [],
        ),
        (
            "the earliest with the same activities",
            [doing(0, stairs=1), doing(1, socks=2), doing(2, socks=6)],
            [(BETTER, 4)],
        ),
        ("with other activities it does not compare", [doing(0, socks=2), doing(1, stairs=5)], [(NOT, 3)]),
        (
            "an activity that was not rated is another set",
            [doing(0, socks=2, garden=4), doing(1, socks=6, garden=None)],
            [(NOT, 3)],
        ),
    ],
)
def test_first_against_latest(
    said: str, held: list[AnsweredQuestionnaire], told: list[tuple[ChangeVerdict, float]]
) -> None:
    found = score_changes(held, ORDER)
    assert [(each.outcome.verdict, each.outcome.by) for each in found] == told


def test_changes_come_in_the_order_of_the_questionnaires() -> None:
    held = [doing(0, socks=2), pain(0, 6), doing(1, socks=6), pain(1, 4)]
    assert [each.latest.questionnaire.id for each in score_changes(held, ORDER)] == sorted(
        ("nprs", "psfs"), key=ORDER.index
    )


def test_each_activity_is_told_by_the_threshold_of_one_activity() -> None:
    held = [doing(0, socks=2, garden=4, car=3), doing(1, socks=6, garden=5, car=5)]
    (change,) = score_changes(held, ORDER)
    assert (change.outcome.verdict, change.outcome.by) == (BETTER, 2.33)
    told = [
        (each.activity, each.first, each.latest, each.outcome.verdict) for each in activity_changes(change)
    ]
    assert told == [("socks", 2, 6, BETTER), ("garden", 4, 5, WITHIN), ("car", 3, 5, WITHIN)]


@pytest.mark.parametrize(
    "each, left_out",
    [
        (pain(0, None), True),
        (pain(0, 0), False),
        (answered("psfs", 0, {}), True),
        (doing(0, socks=None), False),  # a thing that was named is an answer
    ],
)
def test_a_page_is_left_out_where_nothing_was_said(each: AnsweredQuestionnaire, left_out: bool) -> None:
    assert each.is_left_out is left_out


@pytest.mark.parametrize("source", AnswerSource)
@pytest.mark.parametrize("is_current", [True, False])
def test_the_practice_puts_right_what_was_answered_there_and_counts_now(
    source: AnswerSource, is_current: bool
) -> None:
    each = replace(pain(0, 3), source=source, is_current=is_current)
    there = source in (AnswerSource.TYPED, AnswerSource.TABLET)
    assert each.can_be_corrected is (is_current and there)


def test_other_activities_are_not_told_one_by_one_nor_are_scores_without_activities() -> None:
    (other,) = score_changes([doing(0, socks=2), doing(1, stairs=5)], ORDER)
    assert other.outcome.why is ChangeReason.OTHER_ACTIVITIES
    (plain,) = score_changes([pain(0, 6), pain(1, 4)], ORDER)
    assert (activity_changes(other), activity_changes(plain)) == ([], [])


@pytest.mark.parametrize(
    "each, verdict",
    [
        (answered("groc11", 0, {"change": -3}), WORSE),
        (answered("groc11", 0, {"change": 3}), BETTER),
        (answered("groc11", 0, {"change": None}), NOT),
        (pain(0, 3), None),
    ],
)
def test_a_rating_of_change_reads_as_one(each: AnsweredQuestionnaire, verdict: ChangeVerdict | None) -> None:
    assert each.rated_change is verdict
