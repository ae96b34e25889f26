"""The plan of a routine: what is wrong with one, its phases taken out and swapped, and two people at it."""

from __future__ import annotations

import json
import uuid
from dataclasses import replace

import pytest

from clinic.domain.doses import Dose
from clinic.domain.phases import Phase
from clinic.domain.routine_plans import (
    PlannedMove,
    RoutinePlan,
    Span,
    after_swap,
    merge_plans,
    plan_problems,
    without_phase,
)
from clinic.domain.types import DoseSide

TURN, HINGE, BRIDGE = (uuid.UUID(int=number) for number in (1, 2, 3))
DOSE = Dose(side=DoseSide.BOTH, sets=2, reps=8)
TWO_WEEKS, LAST = Phase("Turns only", 2), Phase("Both")


def move(which: uuid.UUID, first: int = 1, last: int | None = None, sets: int = 2) -> PlannedMove:
    return PlannedMove(exercise_id=which, dose=replace(DOSE, sets=sets), from_phase=first, until_phase=last)


def plan(*moves: PlannedMove, phases: tuple[Phase, ...] = ()) -> RoutinePlan:
    return RoutinePlan(moves, phases)


@pytest.mark.parametrize(
    "planned, words",
    [
        (plan(), []),
        (plan(move(TURN), move(HINGE, 2), phases=(TWO_WEEKS, LAST)), []),
        (plan(move(TURN), move(TURN)), ["A move stands in a routine once."]),
        (plan(move(TURN), move(HINGE, 2)), ["A move names a phase that is not there."]),
        (
            plan(move(TURN), move(HINGE, 2, 1), phases=(TWO_WEEKS, LAST)),
            ["Let each move end in the phase it begins in, or in a later one."],
        ),
        (plan(move(TURN, 0)), ["Let each move end in the phase it begins in, or in a later one."]),
        (plan(move(TURN, 1, 1), phases=(TWO_WEEKS, LAST)), ["Phase 2 has no move."]),
        (plan(*(move(uuid.UUID(int=number)) for number in range(24))), []),
        (
            plan(*(move(uuid.UUID(int=number)) for number in range(25))),
            ["A routine has 24 moves or fewer."],
        ),
    ],
)
def test_what_is_wrong_with_a_plan_is_said(planned: RoutinePlan, words: list[str]) -> None:
    found = list(plan_problems(planned))
    assert [str(problem) for problem in found] == words
    assert {problem.field for problem in found} <= {"moves", "phases"}


@pytest.mark.parametrize(
    "span, position, left",
    [
        ((1, None), 1, (1, None)),
        ((2, None), 1, (1, None)),
        ((2, None), 2, (2, None)),
        ((3, None), 2, (2, None)),
        ((1, 2), 1, (1, 1)),
        ((1, 2), 2, (1, 1)),
        ((1, 2), 3, (1, 2)),
        ((1, 3), 2, (1, 2)),
        ((2, 2), 2, (2, 2)),
        ((3, 3), 1, (2, 2)),
    ],
)
def test_when_a_phase_goes_those_after_it_count_one_less(span: Span, position: int, left: Span) -> None:
    assert without_phase(span, position) == left


@pytest.mark.parametrize(
    "span, position, number, swapped",
    [
        ((1, None), 1, 2, (1, None)),
        ((1, 1), 1, 2, (2, 2)),
        ((2, None), 1, 2, (1, 1)),
        ((2, 2), 2, 3, (3, 3)),
        ((1, 2), 1, 3, (1, 2)),
        ((1, 2), 2, 3, (1, 2)),
        ((2, 3), 1, 3, (2, 3)),
        ((5, None), 1, 3, (5, None)),
    ],
)
def test_when_phases_change_places_a_move_goes_with_its_own(
    span: Span, position: int, number: int, swapped: Span
) -> None:
    assert after_swap(span, position, number) == swapped


def test_a_plan_comes_back_from_json_as_it_was() -> None:
    kept = RoutinePlan(
        (move(TURN), move(HINGE, 2, 2)), (TWO_WEEKS, LAST), {"weekday": 0, "at": "09:00", "every_weeks": 2}
    )
    assert RoutinePlan.from_json(json.loads(json.dumps(kept.to_json()))) == kept


def test_a_move_is_asked_in_all_phases_and_check_ins_are_as_ever_unless_it_is_said() -> None:
    assert PlannedMove(exercise_id=TURN, dose=DOSE).span == (1, None)
    assert RoutinePlan().to_json() == {"moves": [], "phases": [], "checkin": None}


BASE = plan(move(TURN), move(HINGE))

# what one makes of BASE, what the other does, what comes of it, and what both changed differently
MERGES = [
    ("nobody changed anything", BASE, BASE, BASE, set()),
    ("they added a move", BASE, plan(*BASE.moves, move(BRIDGE)), plan(*BASE.moves, move(BRIDGE)), set()),
    ("I took one out", plan(move(TURN)), BASE, plan(move(TURN)), set()),
    (
        "one changed the order, the other a dose",
        plan(move(HINGE), move(TURN)),
        plan(move(TURN, sets=3), move(HINGE)),
        plan(move(HINGE), move(TURN, sets=3)),
        set(),
    ),
    (
        "both changed one dose",
        plan(move(TURN, sets=1), move(HINGE)),
        plan(move(TURN, sets=3), move(HINGE)),
        plan(move(TURN, sets=1), move(HINGE)),
        {f"dose:{TURN}"},
    ),
    (
        "both changed it to the same",
        plan(move(TURN, sets=3), move(HINGE)),
        plan(move(TURN, sets=3), move(HINGE)),
        plan(move(TURN, sets=3), move(HINGE)),
        set(),
    ),
    (
        "I changed the order, they added a move: it is kept, at the end",
        plan(move(HINGE), move(TURN)),
        plan(*BASE.moves, move(BRIDGE)),
        plan(move(HINGE), move(TURN), move(BRIDGE)),
        {"moves"},
    ),
    (
        "I made phases, they changed a dose",
        plan(move(TURN), move(HINGE, 2), phases=(TWO_WEEKS, LAST)),
        plan(move(TURN), move(HINGE, sets=3)),
        plan(move(TURN), move(HINGE, 2, sets=3), phases=(TWO_WEEKS, LAST)),
        set(),
    ),
    (
        "both made phases",
        plan(move(TURN), move(HINGE, 2), phases=(TWO_WEEKS, LAST)),
        plan(move(TURN, 2), move(HINGE), phases=(LAST, LAST)),
        plan(move(TURN, 2), move(HINGE, 2), phases=(TWO_WEEKS, LAST)),
        {"phases"},
    ),
    (
        "they let a move end, I changed its dose",
        plan(move(TURN), move(HINGE, sets=3)),
        plan(move(TURN), move(HINGE, 1, 2)),
        plan(move(TURN), move(HINGE, 1, 2, sets=3)),
        set(),
    ),
    (
        "both let a move end, each after another phase",
        plan(move(TURN), move(HINGE, 1, 2)),
        plan(move(TURN), move(HINGE, 1, 3)),
        plan(move(TURN), move(HINGE, 1, 2)),
        {f"span:{HINGE}"},
    ),
]


@pytest.mark.parametrize(
    "mine, theirs, both, collided", [row[1:] for row in MERGES], ids=[row[0] for row in MERGES]
)
def test_two_people_at_one_plan(
    mine: RoutinePlan, theirs: RoutinePlan, both: RoutinePlan, collided: set[str]
) -> None:
    merged = merge_plans(BASE, mine, theirs)
    assert merged.plan == both
    assert merged.collided == collided


def test_two_presets_of_check_ins_collide() -> None:
    weekly, monthly = ({"weekday": 0, "at": "09:00", "every_weeks": weeks} for weeks in (1, 4))
    merged = merge_plans(BASE, replace(BASE, checkin=weekly), replace(BASE, checkin=monthly))
    assert (merged.plan.checkin, merged.collided) == (weekly, {"checkin"})


def test_a_preset_of_check_ins_that_one_changed_is_theirs() -> None:
    weekly, monthly = ({"weekday": 0, "at": "09:00", "every_weeks": weeks} for weeks in (1, 4))
    had = replace(BASE, checkin=weekly)
    merged = merge_plans(had, had, replace(had, checkin=monthly))
    assert (merged.plan.checkin, merged.collided) == (monthly, set())
