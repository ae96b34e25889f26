"""The life of a version, which one may be given, and what a routine may be called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from clinic.domain.routines import (
    LONGEST_DESCRIPTION,
    LONGEST_NAME,
    VersionState,
    assign_problems,
    name_problems,
    version_state,
)
from clinic.domain.types import RoutineStatus

DRAFT, PUBLISHED = RoutineStatus.DRAFT, RoutineStatus.PUBLISHED
THEN = datetime(2026, 11, 28, tzinfo=UTC)


@pytest.mark.parametrize(
    "status, is_signed, is_newest, state",
    [
        (DRAFT, False, True, VersionState.DRAFT),
        (DRAFT, True, True, VersionState.SIGNED_OFF),
        (PUBLISHED, True, True, VersionState.PUBLISHED),
        (PUBLISHED, False, True, VersionState.PUBLISHED),
        (PUBLISHED, True, False, VersionState.REPLACED),
        (PUBLISHED, False, False, VersionState.REPLACED),
    ],
)
def test_a_version_goes_from_draft_to_replaced(
    status: RoutineStatus, is_signed: bool, is_newest: bool, state: VersionState
) -> None:
    assert version_state(status, is_signed=is_signed, is_newest=is_newest) is state


@pytest.mark.parametrize(
    "status, retired_at, words",
    [
        (PUBLISHED, None, []),
        (DRAFT, None, ["Publish this routine first."]),
        (PUBLISHED, THEN, ["This routine is retired. Bring it back first."]),
        (DRAFT, THEN, ["Publish this routine first.", "This routine is retired. Bring it back first."]),
    ],
)
def test_what_is_published_and_not_retired_may_be_given(
    status: RoutineStatus, retired_at: datetime | None, words: list[str]
) -> None:
    assert [str(problem) for problem in assign_problems(status, retired_at)] == words


@pytest.mark.parametrize(
    "name, words",
    [
        ("Neck routine", []),
        ("hip ROUTINE", ["There is a routine called “Hip routine” already."]),
        ("Knee", ["There is a routine called “Knee” already."]),
    ],
)
def test_two_routines_do_not_share_a_name(name: str, words: list[str]) -> None:
    found = list(name_problems(name, ["Hip routine", "Knee"]))
    assert [str(problem) for problem in found] == words
    assert {problem.field for problem in found} <= {"name"}


def test_a_name_is_a_line_and_a_description_a_paragraph() -> None:
    assert (LONGEST_NAME, LONGEST_DESCRIPTION) == (120, 400)
