"""Routines: the life of a version, which one is offered, and what a routine may be called."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.types import RoutineStatus
from clinic.domain.words import say

LONGEST_NAME = 120
LONGEST_DESCRIPTION = 400


class VersionState(StrEnum):
    """Where a version of a routine stands: each follows from what is stored."""

    DRAFT = "draft"
    SIGNED_OFF = "signed_off"  # every text of it has a name, and it waits to be published
    PUBLISHED = "published"  # the newest one: what clients are given
    REPLACED = "replaced"  # by a newer one; who has it keeps it


def version_state(status: RoutineStatus, *, is_signed: bool, is_newest: bool) -> VersionState:
    """The state of a version; `is_signed`: all its texts have a name, `is_newest`: of those published."""
    if status is RoutineStatus.PUBLISHED:
        return VersionState.PUBLISHED if is_newest else VersionState.REPLACED
    return VersionState.SIGNED_OFF if is_signed else VersionState.DRAFT


def assign_problems(status: RoutineStatus, retired_at: datetime | None) -> Iterator[RuleBroken]:
    """What speaks against giving a version to a client: whoever has it already keeps it all the same."""
    if status is not RoutineStatus.PUBLISHED:
        yield RuleBroken(say("Publish this routine first."))
    if retired_at is not None:
        yield RuleBroken(say("This routine is retired. Bring it back first."))


def name_problems(name: str, others: Iterable[str]) -> Iterator[RuleBroken]:
    """What speaks against a name, beside the names of the practice's other routines."""
    for other in others:
        if other.casefold() == name.casefold():
            yield RuleBroken(say("There is a routine called “%(other)s” already.", other=other), "name")
            return
