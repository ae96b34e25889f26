"""The form re-check: when it is asked, what it asks, and what it comes to."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.domain.errors import RuleBroken
from clinic.domain.moves import MistakeContent, MoveContent
from clinic.domain.rechecks import (
    RecheckDone,
    RecheckResult,
    RecheckStanding,
    RecheckState,
    SelfTest,
    all_passed,
    check_answers,
    due_on,
    is_due,
    may_have_changed,
    recheck_result,
    self_tests,
)
from clinic.domain.types import MistakeAnswer

FIRST = date(2026, 11, 2)
PASSED, FAILED = RecheckResult.PASSED, RecheckResult.FAILED
RIGHT, WRONG, UNSURE = MistakeAnswer.NO, MistakeAnswer.YES, MistakeAnswer.NOT_SURE


def day(number: int) -> date:
    """So many days after the first one of practice."""
    return FIRST + timedelta(days=number)


def done(number: int, result: RecheckResult = PASSED) -> RecheckDone:
    return RecheckDone(day(number), result)


# days practised, the last re-check, and the day from which one is asked
DUE: dict[str, tuple[list[int], RecheckDone | None, int | None]] = {
    "nobody has begun": ([], None, None),
    "a week after the first day": ([0], None, 7),
    "and no sooner for whoever practises daily": ([0, 1, 2, 3], None, 7),
    "whatever order the days come in": ([3, 0, 3], None, 7),
    "passed when it was due": ([0, 7], done(7), None),
    "passed a day early: it is still asked": ([0, 6], done(6), 7),
    "a gap of thirteen days": ([0, 7, 20], done(8), None),
    "a gap of fourteen days, from the day they are back": ([0, 7, 21], done(8), 21),
    "the first day after the gap alone": ([0, 7, 21, 22], done(8), 21),
    "passed since they are back": ([0, 7, 21], done(21), None),
    "two gaps, one of them looked at": ([0, 21, 40], done(22), 40),
    "a gap before the first was looked at": ([0, 21], None, 7),
    "not right: a week later again": ([0, 7], done(8, FAILED), 15),
    "not right, and away since: again by the day that comes first": ([0, 7, 22], done(8, FAILED), 15),
    "not right, then back before the week is over": ([0, 24], done(20, FAILED), 24),
}


@pytest.mark.parametrize(("practised", "last", "due"), DUE.values(), ids=DUE)
def test_a_recheck_is_asked_a_week_after_the_first_day_and_after_a_long_gap(
    practised: list[int], last: RecheckDone | None, due: int | None
) -> None:
    assert due_on([day(each) for each in practised], last) == (None if due is None else day(due))


@pytest.mark.parametrize(
    ("before", "may"), [([], True), ([13], True), ([14], False), ([26], False), ([27], True), ([28], True)]
)
def test_a_day_changes_nothing_where_practice_lies_close_before_it(before: list[int], may: bool) -> None:
    assert may_have_changed([day(each) for each in before], day(27)) is may


STANDINGS = {
    "nobody has begun": (RecheckStanding(day(3)), RecheckState.NOT_YET),
    "it is to come": (RecheckStanding(day(6), day(7)), RecheckState.COMING),
    "it is due today": (RecheckStanding(day(7), day(7)), RecheckState.DUE),
    "it is late": (RecheckStanding(day(9), day(7)), RecheckState.DUE),
    "it passed": (RecheckStanding(day(9), None, done(8)), RecheckState.PASSED),
    "it was not right": (RecheckStanding(day(9), day(15), done(8, FAILED)), RecheckState.FAILED),
    "it was not right, and is due again": (
        RecheckStanding(day(15), day(15), done(8, FAILED)),
        RecheckState.DUE,
    ),
    "it passed, and is due again": (RecheckStanding(day(30), day(30), done(8)), RecheckState.DUE),
}


@pytest.mark.parametrize(("standing", "state"), STANDINGS.values(), ids=STANDINGS)
def test_what_is_due_goes_before_what_the_last_one_came_to(
    standing: RecheckStanding, state: RecheckState
) -> None:
    assert standing.state is state
    assert standing.is_due is is_due(standing.due_on, standing.today) is (state is RecheckState.DUE)


NOT_YET, COMING, IS_DUE, IS_RIGHT, IS_WRONG = (
    STANDINGS[name][0]
    for name in ("nobody has begun", "it is to come", "it is due today", "it passed", "it was not right")
)


@pytest.mark.parametrize(
    ("moves", "passed"),
    [
        ([], False),
        ([NOT_YET], False),
        ([IS_RIGHT], True),
        ([IS_RIGHT, IS_RIGHT, NOT_YET], True),
        ([IS_RIGHT, IS_DUE], False),
        ([IS_RIGHT, IS_WRONG], False),
        ([COMING, IS_RIGHT], False),
    ],
)
def test_all_is_right_where_each_move_that_was_begun_is(moves: list[RecheckStanding], passed: bool) -> None:
    assert all_passed(moves) is passed


@pytest.mark.parametrize(
    ("answers", "result"),
    [
        ([RIGHT, RIGHT, RIGHT], PASSED),
        ([RIGHT, RIGHT, WRONG], FAILED),
        ([WRONG, RIGHT, RIGHT], FAILED),
        ([RIGHT, UNSURE, RIGHT], FAILED),
    ],
)
def test_it_passes_where_all_was_right(answers: list[MistakeAnswer], result: RecheckResult) -> None:
    assert recheck_result(answers) is result


def test_each_of_the_tests_has_an_answer() -> None:
    tests = [SelfTest("One", "?"), SelfTest("Two", "?")]
    check_answers([RIGHT, WRONG], tests)
    for answers in ([RIGHT], [RIGHT, None], [RIGHT, RIGHT, RIGHT], []):
        with pytest.raises(RuleBroken, match="Say of each"):
            check_answers(answers, tests)


def mistake(name: str, test: str = "", *, is_named: bool = False) -> MistakeContent:
    return MistakeContent(key=name, name=name, see="", fix=f"fix {name}", self_test=test, is_named=is_named)


PLAIN = MoveContent(
    name="Move",
    purpose="",
    setup=(),
    steps=(),
    cues=("slow", "long back", "chest still", "breathe"),
    range_words="",
    feet_words="",
    knees_words="",
    tempo_words=("out", "back"),
    stop_if=(),
    pain_rule="",
    figure="",
    mistakes=(),
)
NAMED = replace(PLAIN, mistakes=(mistake("Knees", "look"), mistake("Butt Mistake", "feel", is_named=True)))


def test_three_things_are_tried_the_named_mistake_first() -> None:
    several = replace(
        NAMED, mistakes=(mistake("Untold"), *NAMED.mistakes, mistake("Rush", "count"), mistake("Neck", "see"))
    )
    assert [each.title for each in self_tests(several)] == ["Butt Mistake", "Knees", "Rush"]
    assert self_tests(several)[0] == SelfTest("Butt Mistake", "feel", "fix Butt Mistake")


def test_what_its_wording_says_fills_up_for_mistakes_without_a_test() -> None:
    worded = replace(PLAIN, range_words="half way", feet_words="flat", mistakes=(mistake("Knees", "look"),))
    assert [(each.title, each.test) for each in self_tests(worded)] == [
        ("Knees", "look"),
        ("How far", "half way"),
        ("Feet", "flat"),
    ]
    knees = replace(PLAIN, knees_words="soft")
    assert [each.test for each in self_tests(knees)] == ["soft", "slow", "long back"]
    assert self_tests(knees)[0].title == "Knees"
    assert {each.title for each in self_tests(PLAIN)} == {"Think of this"}
