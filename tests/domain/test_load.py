"""The load meter: what a practice day takes, and when that is more than the practice wants."""

from __future__ import annotations

from dataclasses import replace

import pytest

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose
from clinic.domain.load import (
    USUAL_LIMIT,
    DayLoad,
    load_in_words,
    load_limit_problems,
    load_of,
    load_warnings,
    minutes_of,
    minutes_per_day,
    seconds_per_day,
)
from clinic.domain.types import DoseSide

CATALOGUE = load_catalogue()
HINGE = CATALOGUE.exercises["hip_hinge"].default_dose
TURNS = CATALOGUE.exercises["hip_turns_standing"].default_dose

LOADS = [
    (HINGE, 156, "2 rounds of 8 at 6 seconds, a minute between"),
    (TURNS, 192, "8 to each side at 6 seconds, twice a day"),
    (Dose(side=DoseSide.LEFT, sets=1, reps=10), 40, "no tempo: 4 seconds each"),
    (Dose(side=DoseSide.LEFT, sets=1, reps=1, hold_s=30), 34, "one hold"),
    (
        Dose(side=DoseSide.BOTH, sets=1, reps=1, tempo="1-1-1-0", hold_s=20),
        22,
        "a hold longer than its pause",
    ),
    (Dose(side=DoseSide.BOTH, sets=1, reps=1, tempo="1-1-1-0", rest_s=60), 3, "one round needs no rest"),
]


@pytest.mark.parametrize("dose, seconds, why", LOADS, ids=[row[2] for row in LOADS])
def test_the_load_is_moving_and_resting(dose: Dose, seconds: int, why: str) -> None:
    assert seconds_per_day(dose) == seconds, why


def test_the_minutes_of_a_move_are_the_nearest_and_never_none() -> None:
    hold = Dose(side=DoseSide.LEFT, sets=1, reps=1)
    by_seconds = {held + 4: minutes_of(replace(hold, hold_s=held)) for held in (0, 85, 86, 120)}
    assert by_seconds == {4: 1, 89: 1, 90: 2, 124: 2}


def test_a_day_takes_what_is_said_of_its_moves() -> None:
    assert minutes_per_day([HINGE, TURNS]) == minutes_of(HINGE) + minutes_of(TURNS) == 6
    assert minutes_per_day([]) == 0


def test_the_load_of_some_doses_counts_them() -> None:
    assert load_of([HINGE, TURNS]) == DayLoad(minutes=6, moves=2)
    assert load_of([]) == DayLoad(minutes=0, moves=0)


MINUTES, MOVES = "the practice’s limit of 20.", "the practice’s limit of 5."
WARNED = [
    (DayLoad(0, 0), []),
    (DayLoad(20, 5), []),
    (DayLoad(21, 5), [f"21 minutes a day: more than {MINUTES}"]),
    (DayLoad(20, 6), [f"6 moves: more than {MOVES}"]),
    (DayLoad(69, 9), [f"69 minutes a day: more than {MINUTES}", f"9 moves: more than {MOVES}"]),
]


@pytest.mark.parametrize(("load", "told"), WARNED)
def test_what_is_more_than_the_practice_wants_is_said(load: DayLoad, told: list[str]) -> None:
    assert list(load_warnings(load, USUAL_LIMIT)) == told


def test_a_practice_has_limits_of_its_own() -> None:
    load = DayLoad(minutes=2, moves=2)
    assert not list(load_warnings(load, DayLoad(minutes=2, moves=2)))
    assert list(load_warnings(load, DayLoad(minutes=1, moves=1))) == [
        "2 minutes a day: more than the practice’s limit of 1.",
        "2 moves: more than the practice’s limit of 1.",
    ]


def test_a_load_is_said_in_minutes_and_moves() -> None:
    assert load_in_words(DayLoad(1, 1)) == "1 minute a day, 1 move"
    assert load_in_words(DayLoad(6, 2)) == "6 minutes a day, 2 moves"


@pytest.mark.parametrize(
    ("limit", "refused"),
    [
        (DayLoad(1, 1), []),
        (DayLoad(240, 24), []),
        (DayLoad(0, 1), [("load_minutes", "Minutes a day must be from 1 to 240.")]),
        (DayLoad(241, 1), [("load_minutes", "Minutes a day must be from 1 to 240.")]),
        (DayLoad(1, 0), [("load_moves", "Moves must be from 1 to 24.")]),
        (DayLoad(1, 25), [("load_moves", "Moves must be from 1 to 24.")]),
    ],
)
def test_a_practices_limits_have_limits(limit: DayLoad, refused: list[tuple[str, str]]) -> None:
    assert [(each.field, each.message) for each in load_limit_problems(limit)] == refused
