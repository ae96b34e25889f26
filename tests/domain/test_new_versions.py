"""A newer version of a routine: what is different from what a client has, and whose dose stays."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from clinic.domain.doses import Dose
from clinic.domain.new_versions import (
    LONGEST_NOTE,
    VersionMove,
    WholeVersion,
    carried_dose,
    changes_in_words,
    paired,
    waits_because,
)
from clinic.domain.phases import Phase
from clinic.domain.types import DoseSide, ProgramStatus

TODAY = date(2026, 11, 26)
DOSE = Dose(side=DoseSide.BOTH, sets=2, reps=8)
MORE = replace(DOSE, sets=3)
LESS = replace(DOSE, reps=5)


def move(name: str, dose: Dose = DOSE, **words: Any) -> VersionMove:
    content = {"name": name, "tempo_words": ["down", "up"], "cues": ["Slowly"], **words}
    return VersionMove(uuid.uuid5(uuid.NAMESPACE_OID, name), dose, content)


TURN, HINGE, LEAN = move("The turn"), move("The hinge"), move("The lean")
HAD = WholeVersion([TURN, HINGE])


@pytest.mark.parametrize(
    "now, lines",
    [
        (HAD, ["Nothing is different in the moves, their amounts or their words."]),
        (WholeVersion([TURN, HINGE, LEAN]), [f"New: The lean, {LEAN.amount}."]),
        (WholeVersion([TURN]), ["No longer: The hinge."]),
        (WholeVersion([HINGE, TURN]), ["The moves come in another order."]),
        (WholeVersion([replace(TURN, dose=MORE), HINGE]), ["The turn: 3 rounds instead of 2."]),
        (
            WholeVersion([move("The turn", cues=["Slower"], video={"id": "x"}), HINGE]),
            ["The turn is said in other words: what to think of and the video."],
        ),
        (
            WholeVersion([replace(TURN, content={**TURN.content, "name": "Hip turn"}), HINGE]),
            ["The turn is called Hip turn now."],
        ),
        (
            WholeVersion([TURN, replace(HINGE, from_phase=2)], [Phase("Turns", 2), Phase("Both")]),
            ["It goes in parts: Weeks 1–2 The turn; From week 3 The turn and The hinge."],
        ),
        (
            WholeVersion([TURN, replace(HINGE, from_phase=2)], [Phase("Turns", None, "ok"), Phase("Both")]),
            ["It goes in parts: From the first day The turn, until: ok; After that The turn and The hinge."],
        ),
    ],
)
def test_what_is_different_is_told_from_what_a_client_has(now: WholeVersion, lines: list[str]) -> None:
    assert changes_in_words(HAD, now) == lines


def test_how_much_of_a_move_is_told_in_its_own_words() -> None:
    slow = replace(DOSE, tempo="3-1-2-0")
    assert "(3 seconds out, 1 pause, 2 home)" in move("The reach", slow, tempo_words=["out", "home"]).amount


def test_parts_that_are_no_more_are_told() -> None:
    had = WholeVersion([TURN, replace(HINGE, from_phase=2)], [Phase("Turns", 2), Phase("Both")])
    assert changes_in_words(had, HAD) == ["All moves from the first day on: it has no parts any more."]


def test_a_wording_of_an_older_release_is_no_difference_where_nothing_was_added() -> None:
    old = move("The turn")
    new = replace(old, content={**old.content, "easier": [], "harder": (), "cues": ("Slowly",)})
    assert paired([old], [new]) == [(old, new)]
    assert changes_in_words(WholeVersion([old]), WholeVersion([new]))[0].startswith("Nothing is different")


def test_what_is_there_twice_goes_with_its_own() -> None:
    left, right = (replace(TURN, dose=replace(DOSE, side=side)) for side in (DoseSide.LEFT, DoseSide.RIGHT))
    assert paired([left, right], [left, right, left]) == [(left, left), (right, right), (None, left)]


@pytest.mark.parametrize(
    "own, before, keeps, dose",
    [
        (DOSE, DOSE, True, MORE),  # never corrected: the new version's
        (LESS, DOSE, True, LESS),
        (LESS, DOSE, False, MORE),
        (LESS, None, True, LESS),  # nobody knows what was usual: it is theirs
    ],
)
def test_a_corrected_dose_stays_unless_the_practitioner_says_otherwise(
    own: Dose, before: Dose | None, keeps: bool, dose: Dose
) -> None:
    assert carried_dose(own, before, MORE, keeps=keeps) == dose


@pytest.mark.parametrize(
    "status, ends_on, warning, words",
    [
        (ProgramStatus.ACTIVE, None, False, None),
        (ProgramStatus.ACTIVE, date(2026, 11, 27), False, None),
        (ProgramStatus.ACTIVE, TODAY, False, "the program ends today"),
        (ProgramStatus.ACTIVE, None, True, "waits: a warning sign is open"),
        (ProgramStatus.PAUSED, None, False, "waits: the program is paused"),
        (ProgramStatus.ASSIGNED, None, False, "waits: the program has not begun"),
        (ProgramStatus.ENDED, None, False, "the program has ended"),
    ],
)
def test_an_offer_waits_for_a_program_that_runs_and_for_a_clear_day(
    status: ProgramStatus, ends_on: date | None, warning: bool, words: str | None
) -> None:
    assert waits_because(status, ends_on=ends_on, today=TODAY, warning_open=warning) == words


def test_an_offer_waits_for_no_warning_sign_that_nobody_speaks_of_and_its_note_is_short() -> None:
    assert waits_because(ProgramStatus.ACTIVE, ends_on=None, today=TODAY) is None
    assert LONGEST_NOTE == 500
