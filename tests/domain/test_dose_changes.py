"""A client is told of a corrected dose in one sentence, for a week."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from clinic.domain.dose_changes import WORDS, DoseChange, changed
from clinic.domain.doses import Dose

TODAY = date(2026, 11, 26)
ROUNDS = ({"Hip hinge": {"sets": 2}}, {"Hip hinge": {"sets": 3}})


@pytest.mark.parametrize(
    ("field", "old", "new", "words"),
    [
        ("sets", 2, 3, "3 rounds instead of 2"),
        ("sets", 2, 1, "1 round instead of 2"),
        ("reps", 8, 12, "12 repetitions instead of 8"),
        ("side", "alternate", "left", "on the left instead of to each side"),
        ("side", "left", "both", "both sides together instead of on the left"),
        ("hold_s", 0, 5, "hold 5 seconds"),
        ("hold_s", 5, 10, "hold 10 seconds instead of 5"),
        ("hold_s", 5, 0, "no hold any more"),
        ("rest_s", 0, 45, "rest 45 seconds"),
        ("rest_s", 30, 60, "rest 60 seconds instead of 30"),
        ("tempo", "3-1-2-0", "4-1-4-0", "at another pace"),
        ("times_per_day", 1, 2, "twice a day instead of once a day"),
        ("days_per_week", 7, 5, "5 days a week instead of 7"),
        ("move_range", "small", "full", "all the way instead of a small movement"),
        ("support", "wall", "none", "without support instead of with a wall to hold on to"),
    ],
)
def test_each_field_has_its_words(field: str, old: Any, new: Any, words: str) -> None:
    assert changed({field: old}, {field: new}) == words


def test_every_field_of_a_dose_can_be_told() -> None:
    assert set(WORDS) == set(Dose.__slots__)


@pytest.mark.parametrize(
    ("told", "days_ago", "sentence"),
    [
        ("", 0, "Changed today: Hip hinge: 3 rounds instead of 2."),
        (
            "it went so well",
            1,
            "Changed yesterday: Hip hinge: 3 rounds instead of 2, because it went so well.",
        ),
        ("Because it hurt.", 3, "Changed on Mon 23 Nov: Hip hinge: 3 rounds instead of 2, because it hurt."),
    ],
)
def test_the_sentence_says_when_what_and_why(told: str, days_ago: int, sentence: str) -> None:
    change = DoseChange(TODAY - timedelta(days=days_ago), *ROUNDS, told)
    assert change.in_words(TODAY) == sentence


def test_a_change_of_last_year_says_which() -> None:
    change = DoseChange(date(2026, 12, 30), *ROUNDS)
    assert change.in_words(date(2027, 1, 2)).startswith("Changed on Wed 30 Dec 2026: ")


def test_of_several_programs_the_one_is_named() -> None:
    change = DoseChange(TODAY, *ROUNDS, program="Knee routine")
    assert change.in_words(TODAY) == "Changed today, Knee routine: Hip hinge: 3 rounds instead of 2."


def test_several_moves_are_one_sentence() -> None:
    before = {"Hip hinge": {"sets": 2}, "Hip turn": {"reps": 8, "times_per_day": 1}}
    after = {"Hip hinge": {"sets": 3}, "Hip turn": {"reps": 9, "times_per_day": 3}}
    assert DoseChange(TODAY, before, after).in_words(TODAY) == (
        "Changed today: Hip hinge: 3 rounds instead of 2; "
        "Hip turn: 9 repetitions instead of 8, 3 times a day instead of once a day."
    )


@pytest.mark.parametrize(("days", "is_told"), [(-1, False), (0, True), (6, True), (7, False)])
def test_it_is_told_for_a_week(days: int, is_told: bool) -> None:
    assert DoseChange(TODAY, *ROUNDS).is_told_on(TODAY + timedelta(days=days)) is is_told
