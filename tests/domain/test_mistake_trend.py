"""The named mistake in words: week by week, and which way it goes; no share of one answer."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from clinic.domain.mistake_trend import (
    MOST_WEEKS,
    TRENDS,
    WORDS,
    MistakeTrend,
    MistakeWord,
    WeekOfMistake,
    mistake_story,
    trend_of,
    week_word,
)
from clinic.domain.progress import MistakeWeek
from clinic.domain.types import MistakeAnswer

MONDAY = date(2026, 11, 2)
TODAY = MONDAY + timedelta(days=30)  # a Wednesday, in the fifth week
SEEN, TIMES, UNSURE, NO, GAP = (
    MistakeWord.NOTICED,
    MistakeWord.AT_TIMES,
    MistakeWord.NOT_SURE,
    MistakeWord.NO,
    MistakeWord.NO_ANSWER,
)

WEEKS = [
    # yes, no, not sure
    (0, 0, 0, GAP),
    (1, 0, 0, SEEN),
    (3, 0, 2, SEEN),
    (1, 1, 0, TIMES),
    (1, 6, 1, TIMES),
    (0, 1, 0, NO),
    (0, 3, 2, NO),
    (0, 2, 2, UNSURE),
    (0, 0, 1, UNSURE),
]


@pytest.mark.parametrize("yes, no, not_sure, word", WEEKS)
def test_a_week_is_one_word(yes: int, no: int, not_sure: int, word: MistakeWord) -> None:
    assert week_word(MistakeWeek(monday=MONDAY, yes=yes, no=no, not_sure=not_sure)) is word


TREND_TABLE = [
    ([], MistakeTrend.TOO_EARLY),
    ([SEEN], MistakeTrend.TOO_EARLY),
    ([NO, GAP, GAP], MistakeTrend.TOO_EARLY),
    ([NO, NO], MistakeTrend.NEVER),
    ([UNSURE, NO], MistakeTrend.NEVER),
    ([UNSURE, NO, NO], MistakeTrend.NEVER),
    ([SEEN, NO], MistakeTrend.LESS),
    ([TIMES, UNSURE, NO], MistakeTrend.LESS),
    ([SEEN, SEEN, UNSURE, NO, NO], MistakeTrend.FADED),
    ([TIMES, NO, GAP, NO], MistakeTrend.FADED),
    ([SEEN, SEEN], MistakeTrend.STILL),
    ([TIMES, TIMES], MistakeTrend.STILL),
    ([TIMES, SEEN], MistakeTrend.STILL),
    ([UNSURE, SEEN], MistakeTrend.STILL),
    ([UNSURE, TIMES], MistakeTrend.STILL),
    ([SEEN, TIMES], MistakeTrend.LESS),
    ([NO, SEEN], MistakeTrend.BACK),
    ([SEEN, NO, GAP, TIMES], MistakeTrend.BACK),
    ([SEEN, UNSURE], MistakeTrend.UNSURE),
    ([NO, NO, UNSURE], MistakeTrend.UNSURE),
]


@pytest.mark.parametrize("words, trend", TREND_TABLE)
def test_which_way_it_goes(words: list[MistakeWord], trend: MistakeTrend) -> None:
    assert trend_of(words) is trend


def answers(**by_week: MistakeAnswer) -> list[tuple[date, MistakeAnswer]]:
    return [(MONDAY + timedelta(days=7 * int(week[1:])), answer) for week, answer in by_week.items()]


def test_the_weeks_are_told_one_by_one_with_gaps_as_gaps() -> None:
    said = answers(w0=MistakeAnswer.YES, w1=MistakeAnswer.YES, w2=MistakeAnswer.NOT_SURE, w4=MistakeAnswer.NO)
    story = mistake_story(said, TODAY)
    assert story is not None
    assert story.in_words == "noticed, noticed, not sure, no answer, no"
    assert story.trend is MistakeTrend.LESS
    assert story.weeks[0] == WeekOfMistake(MONDAY, SEEN)


def test_weeks_without_a_word_since_the_last_answer_are_not_told() -> None:
    story = mistake_story(answers(w0=MistakeAnswer.YES, w1=MistakeAnswer.NO), TODAY)
    assert story is not None
    assert story.in_words == "noticed, no"


@pytest.mark.parametrize(("weeks", "trend"), [(4, MistakeTrend.FADED), (5, MistakeTrend.SILENT)])
def test_whoever_has_not_answered_for_weeks_is_not_told_how_the_last_weeks_were(
    weeks: int, trend: MistakeTrend
) -> None:
    said = answers(w0=MistakeAnswer.YES, w1=MistakeAnswer.NO, w2=MistakeAnswer.NO)
    story = mistake_story(said, MONDAY + timedelta(days=7 * weeks + 6))
    assert story is not None
    assert (story.in_words, story.trend) == ("noticed, no, no", trend)


def test_a_long_story_is_told_by_its_last_weeks() -> None:
    said = [(MONDAY + timedelta(days=7 * week), MistakeAnswer.YES) for week in range(12)]
    story = mistake_story(said, MONDAY + timedelta(days=80))
    assert story is not None
    assert len(story.weeks) == MOST_WEEKS == 8
    assert story.weeks[-1].monday == MONDAY + timedelta(days=77)


def test_an_answer_of_a_day_that_is_yet_to_come_here_is_told() -> None:
    story = mistake_story([(MONDAY + timedelta(days=7), MistakeAnswer.NO)], MONDAY + timedelta(days=6))
    assert story is not None
    assert story.in_words == "no"


def test_without_an_answer_there_is_no_story() -> None:
    assert mistake_story([], TODAY) is None


def test_every_word_and_every_way_is_said() -> None:
    assert set(WORDS) == set(MistakeWord)
    assert set(TRENDS) == set(MistakeTrend)
    assert not any("%" in words or words.endswith(".") for words in (*WORDS.values(), *TRENDS.values()))
