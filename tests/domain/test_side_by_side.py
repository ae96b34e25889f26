"""Several programs of one client: each move once, one log a day, in whatever order they are read."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.doses import Dose
from clinic.domain.load import DayLoad, minutes_of
from clinic.domain.programs import status_on, together
from clinic.domain.progress import (
    PlansSideBySide,
    PracticePlan,
    Span,
    adherence,
    day_mark,
    day_outcome,
    progress_sentence,
)
from clinic.domain.side_by_side import (
    GivenMove,
    MovePlace,
    load_together,
    merged,
    minutes_together,
    outcome_together,
)
from clinic.domain.types import DayMark, DoseSide, LogOutcome, ProgramStatus

DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE
TODAY = date(2026, 11, 26)
TWICE = Dose(side=DoseSide.BOTH, sets=2, reps=8)
LEFT = replace(TWICE, side=DoseSide.LEFT, sets=3)
HIP, KNEE = uuid.UUID(int=1), uuid.UUID(int=2)
HINGE, TURN, BEND = uuid.UUID(int=11), uuid.UUID(int=12), uuid.UUID(int=13)
NAMES = {HIP: "Hip routine", KNEE: "Knee routine"}


def move(program: uuid.UUID, position: int, which: uuid.UUID, dose: Dose = TWICE) -> GivenMove:
    """A move of a program; the hip routine was assigned before the knee routine."""
    assigned_at = datetime(2026, 11, program.int, tzinfo=UTC)
    place = MovePlace(assigned_at, program, position)
    return GivenMove(uuid.uuid5(program, f"{position}"), which, NAMES[program], place, dose)


TABLE = [
    ("nothing", [], []),
    ("one program as it is", [move(HIP, 1, TURN), move(HIP, 2, HINGE)], [(TURN, 1), (HINGE, 1)]),
    (
        "the earlier program's moves come first",
        [move(KNEE, 1, BEND), move(HIP, 1, TURN)],
        [(TURN, 1), (BEND, 1)],
    ),
    (
        "the same move with the same dose is one",
        [move(HIP, 1, HINGE), move(KNEE, 1, HINGE)],
        [(HINGE, 1)],
    ),
    (
        "the same move with another side keeps both doses",
        [move(HIP, 1, HINGE), move(KNEE, 1, HINGE, LEFT)],
        [(HINGE, 2)],
    ),
    (
        "a side each in one program stay two",
        [move(HIP, 1, HINGE, LEFT), move(HIP, 2, HINGE, TWICE)],
        [(HINGE, 1), (HINGE, 1)],
    ),
    (
        "the first of another program goes with the first",
        [move(HIP, 1, HINGE), move(HIP, 2, HINGE), move(KNEE, 1, HINGE, LEFT)],
        [(HINGE, 2), (HINGE, 1)],
    ),
]


@pytest.mark.parametrize(("said", "moves", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_each_move_stands_once_with_its_doses_apart(
    said: str, moves: list[GivenMove], expected: list[tuple[uuid.UUID, int]]
) -> None:
    assert [(each.newest.move_id, len(each.doses)) for each in merged(moves)] == expected


def test_doses_that_differ_name_the_programs_that_ask_them() -> None:
    [hinge] = merged([move(HIP, 1, HINGE), move(KNEE, 1, HINGE, LEFT)])
    assert [(each.dose, each.programs) for each in hinge.doses] == [
        (TWICE, ("Hip routine",)),
        (LEFT, ("Knee routine",)),
    ]
    [same] = merged([move(HIP, 1, HINGE), move(KNEE, 1, HINGE)])
    assert [each.programs for each in same.doses] == [("Hip routine", "Knee routine")]


def test_the_wording_is_that_of_the_program_given_last() -> None:
    [hinge] = merged([move(KNEE, 1, HINGE), move(HIP, 1, HINGE)])
    assert hinge.newest.program == "Knee routine"


def test_a_dose_that_two_programs_ask_takes_its_time_once() -> None:
    one, both = merged([move(HIP, 1, HINGE)]), merged([move(HIP, 1, HINGE), move(KNEE, 1, HINGE)])
    assert minutes_together(one) == minutes_together(both) == minutes_of(TWICE)
    apart = merged([move(HIP, 1, HINGE), move(KNEE, 1, HINGE, LEFT)])
    assert minutes_together(apart) == minutes_of(TWICE) + minutes_of(LEFT)
    assert load_together(apart) == DayLoad(minutes_of(TWICE) + minutes_of(LEFT), moves=1)


MOVES = st.lists(
    st.builds(
        move,
        st.sampled_from([HIP, KNEE]),
        st.integers(1, 4),
        st.sampled_from([HINGE, TURN, BEND]),
        st.sampled_from([TWICE, LEFT]),
    ),
    max_size=8,
    unique_by=lambda each: each.place,
)


@given(MOVES, st.randoms())
def test_the_order_in_which_programs_are_read_does_not_matter(moves: list[GivenMove], random: object) -> None:
    shuffled = list(moves)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert merged(shuffled) == merged(moves)


@given(MOVES)
def test_nothing_is_lost_and_one_program_is_itself(moves: list[GivenMove]) -> None:
    kept = [each for move in merged(moves) for each in move.given]
    assert sorted(each.place for each in kept) == sorted(each.place for each in moves)
    alone = sorted((each for each in moves if each.place.program_id == HIP), key=lambda each: each.place)
    assert [move.given for move in merged(alone)] == [(each,) for each in alone]


OUTCOMES = [
    ("nothing logged", {}, None),
    ("one program, all done", {HIP: [DONE, DONE]}, DONE),
    ("one program, half of it", {HIP: [DONE]}, PARTLY),
    ("both done", {HIP: [DONE, DONE], KNEE: [DONE]}, DONE),
    ("one of two", {HIP: [DONE, DONE], KNEE: [NOT_DONE]}, PARTLY),
    ("neither", {HIP: [NOT_DONE, NOT_DONE], KNEE: [NOT_DONE]}, NOT_DONE),
    ("one partly", {HIP: [DONE, PARTLY], KNEE: [DONE]}, PARTLY),
    ("both, and of one half", {HIP: [DONE], KNEE: [DONE]}, PARTLY),
    ("both, one whose moves nobody counts", {HIP: [DONE, DONE], uuid.UUID(int=3): [DONE]}, DONE),
    ("one whose moves nobody counts", {uuid.UUID(int=3): [DONE]}, DONE),
]


@pytest.mark.parametrize(("said", "logged", "outcome"), OUTCOMES, ids=[row[0] for row in OUTCOMES])
def test_a_day_is_done_when_all_that_was_logged_is(
    said: str, logged: dict[uuid.UUID, list[LogOutcome]], outcome: LogOutcome | None
) -> None:
    assert outcome_together(logged, {HIP: 2, KNEE: 1}) is outcome


@given(st.lists(st.sampled_from(LogOutcome), max_size=4), st.integers(1, 4))
def test_the_day_of_one_program_is_that_programs_day(logged: list[LogOutcome], moves: int) -> None:
    assert outcome_together({HIP: logged} if logged else {}, {HIP: moves}) is day_outcome(logged, moves)


def day(number: int) -> date:
    return TODAY + timedelta(days=number)


HIPS = PracticePlan(starts_on=day(-20), ends_on=day(-1), days_per_week=7)
KNEES = PracticePlan(starts_on=day(-5), pauses=(Span(day(-3), day(1)),), days_per_week=3)
LATER = PracticePlan(starts_on=day(4))
RESTS = [
    ("before both", (HIPS, KNEES), -21, DayMark.BEFORE_START),
    ("one has begun", (HIPS, KNEES), -20, None),
    ("one is paused, the other asks", (HIPS, KNEES), -3, None),
    ("one is over, the other paused", (HIPS, KNEES), 0, DayMark.PAUSED),
    ("it goes on", (HIPS, KNEES), 2, None),
    ("between two programs", (HIPS, LATER), 0, DayMark.BEFORE_START),
    ("the last of them is over", (HIPS, HIPS), 0, DayMark.AFTER_END),
]


@pytest.mark.parametrize(("said", "plans", "number", "rest"), RESTS, ids=[row[0] for row in RESTS])
def test_a_day_asks_for_practice_if_one_program_does(
    said: str, plans: tuple[PracticePlan, ...], number: int, rest: DayMark | None
) -> None:
    assert PlansSideBySide(plans).rest_on(day(number)) is rest
    assert PlansSideBySide(plans[::-1]).rest_on(day(number)) is rest


def test_the_pace_is_that_of_the_programs_that_ask_on_a_day() -> None:
    both = PlansSideBySide((HIPS, KNEES))
    assert [both.pace_on(day(number)) for number in (-10, -4, 2)] == [7, 7, 3]


PLANS = st.builds(
    lambda first, length, pause, pace: PracticePlan(
        starts_on=day(first),
        ends_on=None if length is None else day(first + length),
        pauses=() if pause is None else (Span(day(first + pause), day(first + pause + 3)),),
        days_per_week=pace,
    ),
    st.integers(-30, 5),
    st.none() | st.integers(0, 30),
    st.none() | st.integers(0, 10),
    st.integers(1, 7),
)
LOGS = st.dictionaries(st.integers(-30, 0).map(day), st.sampled_from(LogOutcome), max_size=10)


@given(PLANS, LOGS)
def test_the_plan_of_one_program_alone_is_that_plan(plan: PracticePlan, logs: dict[date, LogOutcome]) -> None:
    alone = PlansSideBySide((plan,))
    for number in range(-32, 8):
        assert day_mark(day(number), logs, alone, TODAY) is day_mark(day(number), logs, plan, TODAY)
    for window in (7, 30):
        assert adherence(logs, alone, TODAY, window) == adherence(logs, plan, TODAY, window)
    assert progress_sentence(logs, alone, TODAY) == progress_sentence(logs, plan, TODAY)
    assert (alone.starts_on, alone.ends_on, alone.last_day(TODAY)) == (
        plan.starts_on,
        plan.ends_on,
        plan.last_day(TODAY),
    )


@given(st.lists(PLANS, min_size=2, max_size=3), LOGS)
def test_the_order_of_plans_does_not_matter(plans: list[PracticePlan], logs: dict[date, LogOutcome]) -> None:
    here, there = PlansSideBySide(tuple(plans)), PlansSideBySide(tuple(reversed(plans)))
    assert adherence(logs, here, TODAY, 30) == adherence(logs, there, TODAY, 30)
    assert progress_sentence(logs, here, TODAY) == progress_sentence(logs, there, TODAY)


@pytest.mark.parametrize(
    ("plans", "sentence"),
    [
        ((LATER,), "Your program starts on Mon 30 Nov."),
        ((HIPS, LATER), "You practised on 0 of the last 7 days."),
        ((replace(HIPS, ends_on=day(-10)), LATER), "Your next program starts on Mon 30 Nov."),
        (
            (replace(HIPS, ends_on=day(-10)), replace(LATER, starts_on=date(2027, 1, 4))),
            "Your next program starts on Mon 4 Jan 2027.",
        ),
        ((replace(HIPS, ends_on=day(-10)), replace(LATER, starts_on=TODAY)), "Today is your first day."),
        ((replace(HIPS, ends_on=day(-10)),), "Nothing was asked of you lately."),
    ],
)
def test_the_sentence_of_progress_speaks_of_all_programs(
    plans: tuple[PracticePlan, ...], sentence: str
) -> None:
    assert progress_sentence({}, PlansSideBySide(plans), TODAY) == sentence


ACTIVE, ASSIGNED = ProgramStatus.ACTIVE, ProgramStatus.ASSIGNED
PAUSED, ENDED = ProgramStatus.PAUSED, ProgramStatus.ENDED


@pytest.mark.parametrize(
    ("stored", "number", "status", "why"),
    [
        (ACTIVE, 0, ACTIVE, "it runs"),
        (ACTIVE, 10, ACTIVE, "its last day"),
        (ACTIVE, 11, ENDED, "its last day is over, whether or not the worker has been round"),
        (ASSIGNED, -1, ASSIGNED, "before its first day"),
        (ASSIGNED, 0, ACTIVE, "its first day has come"),
        (ACTIVE, -1, ASSIGNED, "its first day was moved"),
        (ACTIVE, 2, PAUSED, "its pause has come"),
        (ACTIVE, 4, PAUSED, "the last day of its pause"),
        (PAUSED, 5, ACTIVE, "its pause is over"),
        (PAUSED, 1, ACTIVE, "its pause is still to come"),
        (ENDED, 0, ENDED, "somebody ended it"),
        (PAUSED, 11, ENDED, "a pause ends with the program"),
    ],
)
def test_what_a_program_is_on_a_day_follows_from_its_dates(
    stored: ProgramStatus, number: int, status: ProgramStatus, why: str
) -> None:
    dates = {"starts_on": day(0), "ends_on": day(10), "pause": Span(day(2), day(4))}
    assert status_on(day(number), stored, **dates) is status, why  # type: ignore[arg-type]


def test_one_that_somebody_paused_without_a_day_is_paused() -> None:
    assert status_on(TODAY, PAUSED, starts_on=day(-9), ends_on=None, pause=None) is PAUSED


@pytest.mark.parametrize(
    ("statuses", "all_of_them"),
    [
        ((), None),
        ((ACTIVE, PAUSED), ACTIVE),
        ((PAUSED, ASSIGNED), ASSIGNED),
        ((PAUSED, ENDED), PAUSED),
        ((ENDED,), ENDED),
    ],
)
def test_several_programs_run_if_one_does(
    statuses: tuple[ProgramStatus, ...], all_of_them: ProgramStatus | None
) -> None:
    assert together(statuses) is together(statuses[::-1]) is all_of_them
