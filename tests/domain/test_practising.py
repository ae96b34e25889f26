"""What a move asks, stretch by stretch, and when its fix comes first."""

from __future__ import annotations

import pytest

from clinic.domain.doses import Dose, Tempo, beats_of
from clinic.domain.load import seconds_per_day
from clinic.domain.practising import (
    MOST_REPS,
    READING_S,
    READY_S,
    UNCOUNTED,
    Practised,
    Repetitions,
    StretchKind,
    asked_of,
    counted_in_words,
    leads_with_fix,
    practised_outcomes,
    seconds_of,
    stretches,
    way_in,
)
from clinic.domain.types import DoseSide, LogOutcome, MistakeAnswer, WayDone

LEFT, RIGHT, BOTH = DoseSide.LEFT, DoseSide.RIGHT, DoseSide.BOTH
READY = ("ready", READY_S, 1, 0, ())


def dose(side: DoseSide = BOTH, **how: int | str) -> Dose:
    return Dose(side=side, **{"sets": 1, "reps": 4, **how})  # type: ignore[arg-type]


ASKED = {
    "one round on both sides": (dose(tempo="3-1-2-0"), [READY, ("round", 24, 1, 4, (BOTH,))]),
    "a hold longer than the tempo's pause": (
        dose(tempo="3-1-2-0", hold_s=5),
        [READY, ("round", 40, 1, 4, (BOTH,))],
    ),
    "no tempo": (dose(hold_s=10), [READY, ("round", 56, 1, 4, (BOTH,))]),
    "two rounds with a rest between them": (
        dose(sets=2, rest_s=60),
        [READY, ("round", 16, 1, 4, (BOTH,)), ("rest", 60, 1, 0, ()), ("round", 16, 2, 4, (BOTH,))],
    ),
    "three rounds": (
        dose(sets=3, reps=1, rest_s=5),
        [
            READY,
            *(("round", 4, 1, 1, (BOTH,)), ("rest", 5, 1, 0, ())),
            *(("round", 4, 2, 1, (BOTH,)), ("rest", 5, 2, 0, ())),
            ("round", 4, 3, 1, (BOTH,)),
        ],
    ),
    "two rounds without a rest": (
        dose(sets=2),
        [READY, ("round", 16, 1, 4, (BOTH,)), ("round", 16, 2, 4, (BOTH,))],
    ),
    "sides in turn": (dose(DoseSide.ALTERNATE), [READY, ("round", 32, 1, 4, (LEFT, RIGHT))]),
    "the left alone": (dose(LEFT), [READY, ("round", 16, 1, 4, (LEFT,))]),
    "the right alone": (dose(RIGHT), [READY, ("round", 16, 1, 4, (RIGHT,))]),
    "the side that bothers": (dose(DoseSide.AFFECTED), [READY, ("round", 16, 1, 4, (DoseSide.AFFECTED,))]),
}


@pytest.mark.parametrize(("asked", "found"), ASKED.values(), ids=ASKED)
def test_a_move_is_practised_in_stretches(asked: Dose, found: list[tuple[object, ...]]) -> None:
    run = stretches(asked)
    assert [(each.kind.value, each.seconds, each.round, each.reps, each.sides) for each in run] == found
    assert all(each.beats == beats_of(asked) for each in run if each.kind is StretchKind.ROUND)


@pytest.mark.parametrize("asked", [dose for dose, _ in ASKED.values()], ids=ASKED)
def test_the_stretches_take_what_is_said_of_the_move(asked: Dose) -> None:
    ready, *moving = stretches(asked)
    assert ready.seconds == READY_S
    assert seconds_of(moving) == seconds_per_day(asked)


def test_whoever_reads_first_has_longer_to_get_ready() -> None:
    first, *others = stretches(dose(), reads_first=True)
    assert (first.seconds, READING_S, READY_S) == (30, 30, 10)
    assert others == list(stretches(dose())[1:])


def test_a_repetition_has_four_beats() -> None:
    assert beats_of(dose(tempo="3-1-2-1", hold_s=1)) == Tempo(3, 1, 2, 1)
    assert beats_of(dose(tempo="3-1-2-0", hold_s=4)) == Tempo(3, 4, 2, 0)
    assert beats_of(dose(hold_s=120)) == Tempo(2, 120, 2, 0)


@pytest.mark.parametrize(
    ("said", "leads"),
    [
        (None, False),
        (MistakeAnswer.NO, False),
        (MistakeAnswer.YES, True),
        (MistakeAnswer.NOT_SURE, True),
    ],
)
def test_the_fix_comes_first_where_the_mistake_may_have_happened(
    said: MistakeAnswer | None, leads: bool
) -> None:
    assert leads_with_fix(said) is leads


A_DAY = {"sets": 2, "reps": 4, "times_per_day": 2}


@pytest.mark.parametrize(
    ("side", "asked"),
    [
        (BOTH, Repetitions(both=16)),
        (DoseSide.AFFECTED, Repetitions(both=16)),
        (LEFT, Repetitions(left=16)),
        (RIGHT, Repetitions(right=16)),
        (DoseSide.ALTERNATE, Repetitions(left=16, right=16)),
    ],
)
def test_a_day_asks_all_rounds_as_often_as_they_are_asked(side: DoseSide, asked: Repetitions) -> None:
    assert asked_of(dose(side, **A_DAY)) == asked


DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE


@pytest.mark.parametrize(
    ("done", "asked", "outcome"),
    [
        (Repetitions(), Repetitions(both=8), NOT_DONE),
        (Repetitions(both=1), Repetitions(both=8), PARTLY),
        (Repetitions(both=8), Repetitions(both=8), DONE),
        (Repetitions(both=9), Repetitions(both=8), DONE),
        (Repetitions(left=8, right=7), Repetitions(left=8, right=8), PARTLY),
        (Repetitions(left=7, right=8), Repetitions(left=8, right=8), PARTLY),
        (Repetitions(left=8, right=8), Repetitions(left=8, right=8), DONE),
        (Repetitions(right=1), Repetitions(left=8, right=8), PARTLY),
    ],
)
def test_what_was_counted_comes_to_an_outcome(
    done: Repetitions, asked: Repetitions, outcome: LogOutcome
) -> None:
    assert done.outcome(asked) is outcome


def test_what_is_counted_twice_counts_once() -> None:
    phone, tablet = Repetitions(1, 8, 5), Repetitions(2, 6, 7)
    assert phone.further(tablet) == tablet.further(phone) == Repetitions(2, 8, 7)
    assert phone.further(phone) == phone


COUNTED = {"turns": DONE, "hinge": PARTLY}
BY_MOVE = {
    "nothing was counted": (PARTLY, {}, {"turns": PARTLY, "hinge": PARTLY}),
    "their word is the count": (PARTLY, COUNTED, COUNTED),
    "they say more": (DONE, COUNTED, {"turns": DONE, "hinge": DONE}),
    "they say less": (NOT_DONE, COUNTED, {"turns": NOT_DONE, "hinge": NOT_DONE}),
    "one move was not counted": (PARTLY, {"turns": DONE}, {"turns": DONE, "hinge": PARTLY}),
}


@pytest.mark.parametrize(("said", "counted", "each"), BY_MOVE.values(), ids=BY_MOVE)
def test_each_move_is_logged_as_counted_where_the_client_says_the_same(
    said: LogOutcome, counted: dict[str, LogOutcome], each: dict[str, LogOutcome]
) -> None:
    assert practised_outcomes(said, counted, ["turns", "hinge"]) == each


def test_the_way_that_was_chosen_is_one_of_the_moves_own() -> None:
    assert way_in("sit", ["sit"], ["one leg"]) is WayDone.EASIER
    assert way_in("one leg", ["sit"], ["one leg"]) is WayDone.HARDER
    assert way_in("anything", ["sit"], ["one leg"]) is way_in("", ["sit"], []) is None


@pytest.mark.parametrize(
    ("practised", "words"),
    [
        (Practised(Repetitions(both=12)), "Turns: 12 times"),
        (Practised(Repetitions(left=8, right=1)), "Turns: left 8 times, right 1 time"),
        (UNCOUNTED, "Turns: not done"),
        (Practised(Repetitions(both=2), WayDone.EASIER, "Sit"), "Turns: 2 times, an easier way (Sit)"),
        (Practised(Repetitions(both=2), WayDone.HARDER, "Stand"), "Turns: 2 times, a harder way (Stand)"),
    ],
)
def test_staff_read_what_was_done(practised: Practised, words: str) -> None:
    assert counted_in_words("Turns", practised) == words


def test_no_dose_asks_for_three_thousand_of_a_side() -> None:
    assert MOST_REPS == 3000
