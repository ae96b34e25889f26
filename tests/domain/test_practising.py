"""What a move asks, stretch by stretch, and when its fix comes first."""

from __future__ import annotations

import pytest

from clinic.domain.doses import Dose, Tempo, beats_of
from clinic.domain.load import seconds_per_day
from clinic.domain.practising import READING_S, READY_S, StretchKind, leads_with_fix, seconds_of, stretches
from clinic.domain.types import DoseSide, MistakeAnswer

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
    assert first.seconds == READING_S > READY_S
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
