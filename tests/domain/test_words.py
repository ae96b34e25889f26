"""Words are strings that remember how they came to be, so that another language can say them."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Sequence
from datetime import date

import pytest

from clinic.domain.words import (
    DayWords,
    KeptWords,
    Words,
    ZoneWords,
    again,
    all_of,
    apart,
    apart_by_a_dot,
    in_a_row,
    one_after_another,
    say,
    say_many,
)

TUESDAY = date(2026, 11, 24)


def test_words_are_strings_as_any() -> None:
    words = say("%(name)s writes to you", name="Ada")
    assert words == "Ada writes to you"
    assert json.dumps([words]) == '["Ada writes to you"]'


def test_words_know_their_pattern_and_what_stands_in_its_blanks() -> None:
    words = say("%(name)s writes to you", name="Ada")
    assert (words.pattern, words.many, words.number) == ("%(name)s writes to you", None, 1)
    assert words.filled == {"name": "Ada"}


@pytest.mark.parametrize("number, said", [(0, "0 days"), (1, "One day"), (2, "2 days"), (1200, "1,200 days")])
def test_words_follow_a_number(number: int, said: str) -> None:
    words = say_many("One day", "%(number)s days", number)
    assert words == said
    assert (words.pattern, words.many, words.number) == ("One day", "%(number)s days", number)
    assert words.filled == {"number": number}


def test_beside_a_number_other_blanks_are_filled() -> None:
    assert say_many("One of %(whose)s", "%(number)s of %(whose)s", 2, whose="Ada's") == "2 of Ada's"
    assert say_many("One of %(whose)s", "%(number)s of %(whose)s", 1, whose="Ada's") == "One of Ada's"


@pytest.mark.parametrize(
    "value, said", [(1234, "1,234"), (12, "12"), (True, "True"), (2.5, "2.5"), ("9", "9")]
)
def test_whole_numbers_have_their_thousands_apart(value: object, said: str) -> None:
    assert say("%(value)s", value=value) == said


def test_a_percent_is_one_where_nothing_is_filled_in() -> None:
    assert say("100 % of it") == "100 % of it"


def test_a_blank_that_nothing_fills_is_an_error() -> None:
    with pytest.raises(KeyError):
        say("%(name)s and %(other)s", name="Ada")


@pytest.mark.parametrize(
    "words",
    [
        say("%(name)s writes to you", name="Ada"),
        say_many("One day", "%(number)s days", 3),
        DayWords.of("Tue 24 Nov", TUESDAY, "MMMEd"),
        ZoneWords.of("London (Europe)", "Europe/London"),
        again("Read it"),
    ],
)
def test_words_come_back_whole_from_where_they_were_put_away(words: Words) -> None:
    back = pickle.loads(pickle.dumps(words))
    assert (type(back), str(back), back.__reduce__()) == (type(words), str(words), words.__reduce__())


def test_a_day_and_a_zone_keep_what_they_are() -> None:
    day = DayWords.of("Tue 24 Nov", TUESDAY, "MMMEd")
    assert (day, day.day, day.skeleton) == ("Tue 24 Nov", TUESDAY, "MMMEd")
    zone = ZoneWords.of("London (Europe)", "Europe/London")
    assert (zone, zone.zone) == ("London (Europe)", "Europe/London")


def test_words_that_were_kept_as_text_are_told_apart() -> None:
    kept = again("100 % of it")
    assert (kept, kept.pattern, kept.filled) == ("100 % of it", "100 % of it", {})
    assert type(kept) is KeptWords


@pytest.mark.parametrize(
    "words", [say("a"), DayWords.of("a", TUESDAY, "d"), ZoneWords.of("a", "UTC"), again("a")]
)
def test_words_hold_nothing_else(words: Words) -> None:
    with pytest.raises(AttributeError):
        words.colour = "blue"  # type: ignore[attr-defined]


JOINED = [
    (in_a_row, "Hips, Knees, Back", "%(before)s, %(each)s"),
    (all_of, "Hips and Knees and Back", "%(before)s and %(each)s"),
    (one_after_another, "Hips Knees Back", "%(before)s %(each)s"),
    (apart, "Hips; Knees; Back", "%(before)s; %(each)s"),
    (apart_by_a_dot, "Hips · Knees · Back", "%(before)s · %(each)s"),
]


@pytest.mark.parametrize("joined, said, pattern", JOINED)
def test_what_stands_together_is_said_two_by_two(
    joined: Callable[[Sequence[str]], str], said: str, pattern: str
) -> None:
    words = joined(["Hips", "Knees", "Back"])
    assert isinstance(words, Words)
    assert (words, words.pattern) == (said, pattern)
    assert words.filled == {"before": joined(["Hips", "Knees"]), "each": "Back"}
    assert (joined(["Hips"]), joined([])) == ("Hips", "")
