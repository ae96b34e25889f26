"""Doses: bounds, load and words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.catalogue import load_catalogue
from clinic.domain.doses import (
    Dose,
    Tempo,
    dose_in_words,
    dose_problems,
    duration_in_words,
    range_in_words,
    rest_in_words,
)
from clinic.domain.load import minutes_of, minutes_per_day, seconds_per_day
from clinic.domain.types import DoseSide, MoveRange, Support

CATALOGUE = load_catalogue()
BOUNDS = CATALOGUE.dosing.bounds
HINGE = CATALOGUE.exercises["hip_hinge"].default_dose
TURNS = CATALOGUE.exercises["hip_turns_standing"].default_dose

EDGES = [
    ("sets", 1, 10),
    ("reps", 1, 50),
    ("hold_s", 0, 120),
    ("rest_s", 0, 300),
    ("times_per_day", 1, 6),
    ("days_per_week", 1, 7),
]


@pytest.mark.parametrize("field, least, most", EDGES)
def test_each_number_keeps_its_bounds_both_ends_included(field: str, least: int, most: int) -> None:
    for inside in (least, most):
        assert dose_problems(replace(HINGE, **{field: inside}), BOUNDS) == {}
    for outside in (least - 1, most + 1):
        problems = dose_problems(replace(HINGE, **{field: outside}), BOUNDS)
        assert list(problems) == [field]
        assert f"from {least} to {most}" in problems[field]


@pytest.mark.parametrize("tempo", ["", "3-1-2-0", "0-0-1-0", "10-10-10-10"])
def test_tempos_of_four_numbers_are_taken(tempo: str) -> None:
    assert dose_problems(replace(HINGE, tempo=tempo), BOUNDS) == {}


@pytest.mark.parametrize(
    "tempo", ["3-1-2", "3-1-2-0-1", "3,1,2,0", "a-b-c-d", "-1-1-1-1", "0-1-0-1", "11-1-2-0", "3-1-2-0 "]
)
def test_other_tempos_are_refused(tempo: str) -> None:
    assert list(dose_problems(replace(HINGE, tempo=tempo), BOUNDS)) == ["tempo"]


def test_whoever_writes_another_tempo_is_told_how() -> None:
    problems = dose_problems(replace(HINGE, tempo="3,1,2,0"), BOUNDS)
    assert problems == {"tempo": "Write the tempo as four numbers of seconds, like 3-1-2-0."}


def test_a_dose_asks_for_nothing_that_was_not_said() -> None:
    assert Dose(side=DoseSide.BOTH, sets=1, reps=1) == Dose(
        side=DoseSide.BOTH,
        sets=1,
        reps=1,
        hold_s=0,
        rest_s=0,
        tempo="",
        times_per_day=1,
        days_per_week=7,
        move_range=MoveRange.PAIN_FREE,
        support=Support.NONE,
    )


def test_every_problem_is_named_at_once() -> None:
    assert set(dose_problems(replace(HINGE, sets=0, reps=99, tempo="x"), BOUNDS)) == {"sets", "reps", "tempo"}


doses = st.builds(
    Dose,
    side=st.sampled_from(DoseSide),
    sets=st.integers(1, 10),
    reps=st.integers(1, 50),
    hold_s=st.integers(0, 120),
    rest_s=st.integers(0, 300),
    tempo=st.just("") | st.tuples(*[st.integers(1, 10)] * 4).map(lambda parts: "-".join(map(str, parts))),
    times_per_day=st.integers(1, 6),
    days_per_week=st.integers(1, 7),
)


@given(doses)
def test_any_dose_within_bounds_takes_time_and_can_be_said(dose: Dose) -> None:
    assert dose_problems(dose, BOUNDS) == {}
    assert seconds_per_day(dose) > 0
    assert seconds_per_day(replace(dose, times_per_day=6)) >= seconds_per_day(dose)
    assert minutes_per_day([dose, dose]) == 2 * minutes_of(dose)
    words = dose_in_words(dose)
    assert f"of {dose.reps}" in words
    assert "  " not in words


SAID = [
    (HINGE, ("down", "up"), "2 rounds of 8, slowly (3 seconds down, 1 pause, 2 up), once a day"),
    (
        TURNS,
        ("out", "back"),
        "1 round of 8 to each side, slowly (2 seconds out, 1 pause, 2 back, 1 pause), twice a day",
    ),
    (
        replace(HINGE, days_per_week=5, times_per_day=3),
        ("down", "up"),
        "2 rounds of 8, slowly (3 seconds down, 1 pause, 2 up), 3 times a day, 5 days a week",
    ),
    (
        Dose(side=DoseSide.LEFT, sets=1, reps=1, hold_s=30),
        ("down", "up"),
        "1 round of 1 on the left, holding for 30 seconds, once a day",
    ),
    (
        Dose(side=DoseSide.AFFECTED, sets=3, reps=10, days_per_week=1),
        ("down", "up"),
        "3 rounds of 10 on the side that bothers you, once a day, 1 day a week",
    ),
    (
        replace(HINGE, tempo="1-0-1-0", hold_s=0),
        ("down", "up"),
        "2 rounds of 8, slowly (1 second down, 1 up), once a day",
    ),
    (
        replace(HINGE, tempo="0-0-2-0", hold_s=0),
        ("down", "up"),
        "2 rounds of 8, slowly (2 seconds up), once a day",
    ),
]


@pytest.mark.parametrize("dose, words, line", SAID, ids=[row[2] for row in SAID])
def test_a_dose_is_one_plain_line(dose: Dose, words: tuple[str, str], line: str) -> None:
    assert dose_in_words(dose, words) == line


@pytest.mark.parametrize(
    "sets, rest, line",
    [
        (2, 60, "Rest 1 minute between rounds."),
        (2, 90, "Rest 1 minute 30 seconds between rounds."),
        (2, 45, "Rest 45 seconds between rounds."),
        (3, 120, "Rest 2 minutes between rounds."),
        (1, 60, ""),
        (2, 0, ""),
    ],
)
def test_rest_is_said_only_where_there_is_one(sets: int, rest: int, line: str) -> None:
    assert rest_in_words(replace(HINGE, sets=sets, rest_s=rest)) == line


def test_every_range_and_side_has_words() -> None:
    assert len({range_in_words(each) for each in MoveRange}) == len(MoveRange)
    for side in DoseSide:
        assert dose_in_words(replace(HINGE, side=side)).startswith("2 rounds of 8")


def test_a_tempo_is_written_as_it_was_read() -> None:
    assert str(Tempo.parse("3-1-2-0")) == "3-1-2-0"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, ""), (1, "1 second"), (60, "1 minute"), (90, "1 minute 30 seconds"), (120, "2 minutes")],
)
def test_a_time_is_said_in_minutes_and_seconds(seconds: int, words: str) -> None:
    assert duration_in_words(seconds) == words
