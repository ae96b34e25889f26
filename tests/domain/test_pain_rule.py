"""What a pain means: the answer, a rise over the last days, and the morning after."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.pain_rule import (
    CEILING,
    FINE_UP_TO,
    HIGHEST_CEILING,
    LOWEST_CEILING,
    MorningAnswer,
    PainAnswer,
    PainRuling,
    PainSaid,
    ceiling_of,
    morning_answer,
    most_careful,
    pain_rise,
    pain_ruling,
    still_up_mornings,
    tells_practice,
    week_ruling,
)
from clinic.domain.progress import PainChange, PainPoint
from clinic.domain.types import LogObstacle, LogOutcome

TODAY = date(2026, 11, 27)
FINE, SMALLER, STOP = PainAnswer
DONE, PARTLY, NOT_DONE = LogOutcome
HURTS, NO_TIME = LogObstacle.HURTS, LogObstacle.NO_TIME


def ago(days: int) -> date:
    return TODAY - timedelta(days=days)


def points(*told: int | None) -> list[PainPoint]:
    """Pains of the days up to yesterday, the newest last."""
    return [PainPoint(ago(len(told) - index), value) for index, value in enumerate(told)]


ANSWERS = {
    "no pain at all": (0, CEILING, FINE),
    "up to 3 is fine": (3, CEILING, FINE),
    "4 is made smaller": (4, CEILING, SMALLER),
    "5 is made smaller": (5, CEILING, SMALLER),
    "6 stops": (6, CEILING, STOP),
    "9 stops": (9, CEILING, STOP),
    "a higher ceiling leaves room": (7, 8, SMALLER),
    "and stops at itself": (8, 8, STOP),
    "a ceiling of 4 leaves nothing between": (4, 4, STOP),
    "below a low ceiling is fine": (1, 2, FINE),
    "a low ceiling comes before what is fine": (2, 2, STOP),
    "the highest ceiling": (10, 10, STOP),
    "just below it": (9, 10, SMALLER),
}


@pytest.mark.parametrize("pain, ceiling, answer", ANSWERS.values(), ids=ANSWERS)
def test_a_pain_is_answered_by_its_number_and_the_ceiling(
    pain: int, ceiling: int, answer: PainAnswer
) -> None:
    ruling = pain_ruling(PainSaid(TODAY, pain, DONE), ceiling)
    assert ruling == PainRuling(answer)
    assert ruling.asks_signs is (answer is STOP)
    assert ruling.needs_care is (answer is not FINE)


SAID = {
    "nothing said of pain": (None, DONE, None, None),
    "not done, nothing said": (None, NOT_DONE, None, None),
    "not done for want of time": (None, NOT_DONE, NO_TIME, None),
    "not done because it hurts": (None, NOT_DONE, HURTS, STOP),
    "not done because it hurts a little": (2, NOT_DONE, HURTS, STOP),
    "done in part because it hurts": (None, PARTLY, HURTS, SMALLER),
    "done in part, and a fine pain": (1, PARTLY, HURTS, SMALLER),
    "done in part, and a high pain": (8, PARTLY, HURTS, STOP),
    "done in part for want of time": (1, PARTLY, NO_TIME, FINE),
    "done after all": (2, DONE, HURTS, FINE),
    "an average of a week": (7, None, None, STOP),
}


@pytest.mark.parametrize("pain, outcome, obstacle, answer", SAID.values(), ids=SAID)
def test_what_was_left_out_because_it_hurts_counts_too(
    pain: int | None, outcome: LogOutcome | None, obstacle: LogObstacle | None, answer: PainAnswer | None
) -> None:
    ruling = pain_ruling(PainSaid(TODAY, pain, outcome, obstacle), CEILING)
    assert (ruling and ruling.answer) is answer


RISES = {
    "the first pain of all": ((), 5, None),
    "a jump": ((2, 2), 5, (1, 2)),
    "day by day": ((3, 4), 5, (2, 3)),
    "one point is no rise": ((4, 4), 5, None),
    "the same again": ((5, 5), 5, None),
    "down": ((8, 7), 5, None),
    "back up after a good day": ((5, 1), 5, (1, 1)),
    "up to a fine pain": ((0, 0), 3, None),
    "up to just above it": ((1, 2), 4, (2, 1)),
    "three days ago is not looked at": ((2, 5, 5), 5, None),
    "a day on which nothing was said is stepped over": ((2, None, 4), 5, (3, 2)),
    "a week ago is too long": ((2, None, None, None, None, None, None), 5, None),
    "six days ago is not": ((2, None, None, None, None, None), 5, (6, 2)),
    "nothing said today": ((2, 5), None, None),
}


@pytest.mark.parametrize("before, now, rise", RISES.values(), ids=RISES)
def test_a_rise_is_two_points_over_one_of_the_last_two_days(
    before: tuple[int | None, ...], now: int | None, rise: tuple[int, int] | None
) -> None:
    since = None if rise is None or now is None else PainChange(ago(rise[0]), rise[1], now)
    ruling = pain_ruling(PainSaid(TODAY, now, DONE), 10, reversed(points(*before)))
    assert (ruling.rise if ruling else None) == since
    if ruling and since:
        assert ruling.asks_signs
        assert ruling.answer is SMALLER


def test_what_was_said_of_the_day_itself_or_later_is_not_before_it() -> None:
    before = [PainPoint(TODAY, 1), PainPoint(TODAY + timedelta(days=1), 1)]
    assert pain_ruling(PainSaid(TODAY, 5, DONE), CEILING, before) == PainRuling(SMALLER)


def test_of_days_alone_the_newest_is_the_one_that_rose() -> None:
    assert pain_rise(points(2, 5, None)) == PainChange(ago(3), 2, 5)
    assert pain_rise([]) is None


@given(st.integers(0, 10), st.integers(1, 10), st.lists(st.none() | st.integers(0, 10), max_size=6))
def test_more_pain_is_never_answered_more_mildly(pain: int, ceiling: int, before: list[int | None]) -> None:
    def rank(of: int) -> int:
        ruling = pain_ruling(PainSaid(TODAY, of, DONE), ceiling, points(*before))
        assert ruling is not None
        return ruling.answer.rank

    assert rank(min(pain + 1, 10)) >= rank(pain)
    assert (rank(pain) == STOP.rank) is (pain >= ceiling)


def test_the_clients_own_ceiling_comes_before_the_practices() -> None:
    assert ceiling_of(None, 6) == 6
    assert ceiling_of(4, 6) == 4


def test_the_most_careful_of_several_answers_is_the_days() -> None:
    assert most_careful([FINE, STOP, SMALLER]) is STOP
    assert most_careful([FINE, SMALLER]) is SMALLER
    assert most_careful([]) is None


MORNINGS = {
    "never": ({}, False),
    "once": ({ago(0): False}, False),
    "twice in a row": ({ago(1): False, ago(0): False}, True),
    "twice, six days apart": ({ago(6): False, ago(0): False}, True),
    "twice, seven days apart": ({ago(7): False, ago(0): False}, False),
    "once settled": ({ago(1): True, ago(0): False}, False),
    "a morning to come": ({ago(-1): False, ago(0): False}, False),
    "twice, some days ago": ({ago(5): False, ago(3): False, ago(0): True}, True),
}


@pytest.mark.parametrize("mornings, told", MORNINGS.values(), ids=MORNINGS)
def test_pain_still_up_on_two_mornings_in_seven_days_tells_the_practice(
    mornings: dict[date, bool], told: bool
) -> None:
    assert tells_practice(mornings, TODAY) is told


ANSWERED = {
    "settled after a smaller day": (True, SMALLER, {}, MorningAnswer.GO_ON),
    "settled after a stop": (True, STOP, {}, MorningAnswer.WAIT),
    "settled, and still up the day before": (True, SMALLER, {ago(1): False}, MorningAnswer.GO_ON),
    "still up for the first time": (False, SMALLER, {}, MorningAnswer.EASIER),
    "said twice of the same morning": (False, SMALLER, {ago(0): False}, MorningAnswer.EASIER),
    "put right from settled": (False, SMALLER, {ago(0): True}, MorningAnswer.EASIER),
    "still up for the second time": (False, SMALLER, {ago(3): False}, MorningAnswer.STOP),
    "the first time in a week": (False, SMALLER, {ago(7): False}, MorningAnswer.EASIER),
    "still up after a stop": (False, STOP, {}, MorningAnswer.STOP),
}


@pytest.mark.parametrize("settled, before, mornings, answer", ANSWERED.values(), ids=ANSWERED)
def test_the_morning_after_is_answered_by_what_went_before(
    settled: bool, before: PainAnswer, mornings: dict[date, bool], answer: MorningAnswer
) -> None:
    assert morning_answer(settled, PainRuling(before), mornings, TODAY) is answer


WEEKS = {
    "nothing answered": ((), CEILING, None),
    "rather not say": ((4, None), CEILING, None),
    "a fine week": ((3,), CEILING, PainRuling(FINE)),
    "a week to be smaller in": ((5,), CEILING, PainRuling(SMALLER)),
    "a week to stop in": ((6,), CEILING, PainRuling(STOP)),
    "the client's own ceiling": ((4,), 4, PainRuling(STOP)),
    "up since the first answer": ((2, 4, 4, 4), CEILING, PainRuling(SMALLER, PainChange(ago(4), 2, 4))),
    "up to a fine pain": ((0, 3), CEILING, PainRuling(FINE)),
}


@pytest.mark.parametrize("told, ceiling, ruling", WEEKS.values(), ids=WEEKS)
def test_a_weeks_average_is_answered_by_the_same_rule(
    told: tuple[int | None, ...], ceiling: int, ruling: PainRuling | None
) -> None:
    assert week_ruling(points(*told), ceiling) == ruling


def test_the_mornings_come_oldest_first() -> None:
    assert still_up_mornings({ago(0): False, ago(1): True, ago(2): False}, TODAY) == (ago(2), ago(0))


def test_the_rules_figures_are_the_catalogues() -> None:
    rule = load_catalogue().dosing.pain_rule
    assert (rule.ok_up_to, rule.smaller_up_to + 1) == (FINE_UP_TO, CEILING)


def test_a_ceiling_lies_above_no_pain_and_no_higher_than_the_worst() -> None:
    assert (LOWEST_CEILING, HIGHEST_CEILING) == (1, 10)
