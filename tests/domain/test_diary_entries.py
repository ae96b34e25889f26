"""What a day comes to by two words of a client that knew nothing of each other."""

from __future__ import annotations

import uuid

import pytest

from clinic.domain.diary_entries import LONGEST_NOTE, DiaryEntry, beside, seen_as
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer

DONE, PARTLY, NOT_DONE = LogOutcome.DONE, LogOutcome.PARTLY, LogOutcome.NOT_DONE
HURTS, NO_TIME = LogObstacle.HURTS, LogObstacle.NO_TIME
ONE, TWO = uuid.UUID(int=1), uuid.UUID(int=2)


def test_the_first_word_of_a_day_is_taken_as_it_is() -> None:
    assert beside(None, DiaryEntry(NOT_DONE)) == DiaryEntry(NOT_DONE)


def test_a_word_that_says_less_takes_nothing_away() -> None:
    said = DiaryEntry(PARTLY, 8, MistakeAnswer.YES, "It was sharp", HURTS, frozenset({ONE}))
    assert beside(said, DiaryEntry(NOT_DONE)) == said


@pytest.mark.parametrize(
    ("hurting", "in_one"),
    [(frozenset(), True), (frozenset({ONE}), True), (frozenset({TWO}), False), (frozenset({ONE, TWO}), True)],
)
def test_a_pain_is_in_the_moves_that_are_named_or_in_all(hurting: frozenset[uuid.UUID], in_one: bool) -> None:
    assert DiaryEntry(PARTLY, 8, hurting=hurting).hurts_in(ONE) is in_one


@pytest.mark.parametrize(("before", "later", "highest"), [(8, 2, 8), (2, 8, 8), (None, 0, 0), (3, None, 3)])
def test_the_highest_pain_is_the_highest_of_both(before: int | None, later: int | None, highest: int) -> None:
    assert beside(DiaryEntry(DONE, before), DiaryEntry(DONE, later)).pain == highest


def test_what_hurt_too_much_is_heard_beside_a_day_that_is_done() -> None:
    told = beside(DiaryEntry(PARTLY, obstacle=HURTS), DiaryEntry(DONE))
    assert (told.outcome, told.obstacle) == (PARTLY, HURTS)
    told = beside(DiaryEntry(PARTLY, 7, obstacle=HURTS), DiaryEntry(DONE))
    assert (told.outcome, told.pain) == (DONE, 7), "the pain says it by itself"


@pytest.mark.parametrize(
    ("before", "later", "stays"), [(HURTS, NO_TIME, HURTS), (NO_TIME, HURTS, HURTS), (NO_TIME, None, NO_TIME)]
)
def test_what_hurts_goes_before_what_else_was_in_the_way(
    before: LogObstacle, later: LogObstacle | None, stays: LogObstacle
) -> None:
    assert beside(DiaryEntry(PARTLY, obstacle=before), DiaryEntry(PARTLY, obstacle=later)).obstacle is stays


def test_the_newer_answer_to_the_mistake_stands() -> None:
    told = beside(DiaryEntry(DONE, mistake=MistakeAnswer.YES), DiaryEntry(DONE, mistake=MistakeAnswer.NO))
    assert told.mistake is MistakeAnswer.NO


@pytest.mark.parametrize(
    ("before", "later", "both"),
    [
        ("One", "Two", "One\nTwo"),
        ("One\nTwo", "Two", "One\nTwo"),
        ("One", None, "One"),
        (None, "Two", "Two"),
        ("a" * LONGEST_NOTE, "b" * LONGEST_NOTE, "a" * LONGEST_NOTE + "\n" + "b" * LONGEST_NOTE),
    ],
)
def test_both_notes_stand(before: str | None, later: str | None, both: str) -> None:
    assert beside(DiaryEntry(DONE, note=before), DiaryEntry(DONE, note=later)).note == both


@pytest.mark.parametrize(
    ("before", "later", "moves"),
    [
        (
            DiaryEntry(DONE, 3, hurting=frozenset({ONE})),
            DiaryEntry(DONE, 4, hurting=frozenset({TWO})),
            {ONE, TWO},
        ),
        (DiaryEntry(DONE, 3, hurting=frozenset({ONE})), DiaryEntry(DONE), {ONE}),
        (DiaryEntry(DONE, 3), DiaryEntry(DONE, 4, hurting=frozenset({TWO})), set()),
        (DiaryEntry(DONE), DiaryEntry(DONE, 4, hurting=frozenset({TWO})), {TWO}),
    ],
)
def test_each_move_that_hurt_is_named_and_none_where_all_of_them_did(
    before: DiaryEntry, later: DiaryEntry, moves: set[uuid.UUID]
) -> None:
    assert beside(before, later).hurting == moves


def test_what_a_form_had_seen_changes_with_each_word() -> None:
    days = [None, DiaryEntry(DONE), DiaryEntry(PARTLY), DiaryEntry(DONE, 1), DiaryEntry(DONE, note="x")]
    days += [DiaryEntry(DONE, 1, hurting=frozenset({each})) for each in (ONE, TWO)]
    assert len({seen_as(each) for each in days}) == len(days)
    assert seen_as(DiaryEntry(DONE, 1)) == seen_as(DiaryEntry(DONE, 1, note=None))
    assert len(seen_as(DiaryEntry(DONE))) == 16


def test_a_note_has_room_for_a_thousand_signs() -> None:
    assert LONGEST_NOTE == 1000
