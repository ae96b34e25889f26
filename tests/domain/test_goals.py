"""Goals in a client's own words: how many, and what becomes of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.goals import LONGEST, MOST, GoalAct, GoalState, after, problems

TODAY = date(2026, 11, 20)
BEFORE = TODAY - timedelta(days=9)
EMPTY = "Write what you want to be able to do."
TOO_MANY = "You have 5 goals. Remove one first, or say which you have reached."
WORDS = [
    ("Lift my grandson", 0, []),
    ("Lift my grandson", 4, []),
    ("Lift my grandson", 5, [TOO_MANY]),
    ("Lift my grandson", 6, [TOO_MANY]),
    (" ", 0, [EMPTY]),
    ("", 5, [EMPTY, TOO_MANY]),
]


@pytest.mark.parametrize("words, open_goals, refused", WORDS)
def test_one_more_goal(words: str, open_goals: int, refused: list[str]) -> None:
    found = list(problems(words, open_goals))
    assert [each.message for each in found] == refused
    assert {each.field for each in found} <= {"words"}


ACTS = [
    (GoalState(), GoalAct.REACHED, GoalState(TODAY)),
    (GoalState(BEFORE), GoalAct.REACHED, GoalState(BEFORE)),
    (GoalState(BEFORE), GoalAct.OPEN, GoalState()),
    (GoalState(BEFORE, is_removed=True), GoalAct.OPEN, GoalState(is_removed=True)),
    (GoalState(is_removed=True), GoalAct.REACHED, GoalState(TODAY, is_removed=True)),
    (GoalState(BEFORE), GoalAct.REMOVE, GoalState(BEFORE, is_removed=True)),
    (GoalState(is_removed=True), GoalAct.REMOVE, GoalState(is_removed=True)),
    (GoalState(BEFORE, is_removed=True), GoalAct.PUT_BACK, GoalState(BEFORE, is_removed=False)),
    (GoalState(), GoalAct.PUT_BACK, GoalState()),
]


@pytest.mark.parametrize("before, act, then", ACTS)
def test_what_a_press_makes_of_a_goal(before: GoalState, act: GoalAct, then: GoalState) -> None:
    assert after(before, act, TODAY) == then
    assert after(then, act, TODAY) == then


def test_there_are_few_goals_at_a_time_and_each_is_a_sentence() -> None:
    assert (MOST, LONGEST) == (5, 160)
