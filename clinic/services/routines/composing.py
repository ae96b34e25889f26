"""A routine made of chosen moves: for one program alone, or as a draft for the library."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from clinic.domain.doses import Dose
from clinic.domain.errors import RuleBroken, must_hold
from clinic.domain.phases import Phase, phase_problems
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import Routine, RoutineVersion
from clinic.models.routine import PhaseColumns
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.routines import own_routines, versions
from clinic.services.routines.own_routines import RoutineName


@dataclass(frozen=True, slots=True, kw_only=True)
class ChosenMove:
    """A move with its dose, the wording it is given in, and the phases in which it is asked."""

    exercise_id: uuid.UUID
    dose: Dose
    content: Mapping[str, Any]
    from_phase: int = 1
    until_phase: int | None = None


def compose(
    actor: Actor,
    routine_id: uuid.UUID,
    name: str,
    moves: Sequence[ChosenMove],
    phases: Sequence[PhaseColumns] = (),
) -> RoutineVersion:
    """A routine that is not listed, with one published version, within the caller's transaction.

    Its wording was signed before: that of a routine when it was published, that of a single move on its own.
    """
    routine = Routine(
        id=routine_id,
        practice_id=actor.practice_id,
        key=f"own-{routine_id.hex}",
        name=name,
        is_listed=False,
    )
    db.session.add(routine)
    db.session.flush()
    version = _filled(routine, moves, phases)
    for item, move in zip(version.items, moves, strict=True):
        item.content = dict(move.content)
    version.status, version.published_at = RoutineStatus.PUBLISHED, now()
    version.published_by = actor.user_id
    db.session.flush()
    return version


def save_as(
    actor: Actor,
    routine_id: uuid.UUID,
    name: str,
    moves: Sequence[ChosenMove],
    phases: Sequence[PhaseColumns] = (),
) -> None:
    """Keep chosen moves as a draft of a new routine, within the caller's transaction."""
    own_routines.must_change(actor)
    must_hold(name_problems(actor, name))
    _filled(own_routines.begin(actor, routine_id, RoutineName(name)), moves, phases)


def name_problems(actor: Actor, name: str) -> Iterator[RuleBroken]:
    """What speaks against keeping moves under this name."""
    for problem in own_routines.problems(actor, name):
        yield RuleBroken(problem.message, "save_as")


def _filled(routine: Routine, moves: Sequence[ChosenMove], phases: Sequence[PhaseColumns]) -> RoutineVersion:
    must_hold(phase_problems([Phase(each.name, each.weeks, each.criterion) for each in phases], moves))
    version = versions.add_version(routine, 1)
    for position, move in enumerate(moves, 1):
        span = move.from_phase, move.until_phase
        versions.add_item(version, position, move.exercise_id, move.dose, span)
    versions.add_phases(version, phases)
    return version
