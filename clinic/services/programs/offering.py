"""What the page that assigns holds: the moves of a routine, single ones beside them, and how much that is."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.doses import Dose
from clinic.domain.load import DayLoad, minutes_per_day
from clinic.domain.phases import busiest, is_phased
from clinic.domain.side_by_side import GivenMove, MovePlace, load_together, merged
from clinic.extensions import db
from clinic.models import Exercise, Program, RoutineItem, RoutineVersion
from clinic.models.base import among, given
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.programs.own import given_move
from clinic.services.routines import choosing, loads
from clinic.services.routines.wording import content_of, dose_of

_TO_COME = MovePlace(datetime.max.replace(tzinfo=UTC), uuid.UUID(int=0), 0)  # after all that was given
_ITEMS = (
    select(RoutineItem)
    .where(given(RoutineItem.practice_id), given(RoutineItem.version_id))
    .order_by(RoutineItem.position)
    .options(joinedload(RoutineItem.exercise))
)
_ITEMS_NAMED = select(RoutineItem.id, RoutineItem.exercise_id).where(
    given(RoutineItem.practice_id), among(RoutineItem.id, "ids")
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferedMove:
    """A move as the page shows it. `of` is the routine's item, or the move itself where it stands alone.

    `problem` says why it cannot be given, and is empty where it can.
    """

    of: uuid.UUID
    exercise_id: uuid.UUID
    content: Mapping[str, Any]
    dose: Dose
    from_phase: int = 1
    until_phase: int | None = None
    problem: str = ""

    @property
    def is_single(self) -> bool:
        """Whether it comes from the library rather than from the routine."""
        return self.of == self.exercise_id


@dataclass(frozen=True, slots=True)
class Offer:
    """A routine with its moves and single ones beside them; without a routine these alone."""

    version: RoutineVersion | None
    moves: Sequence[OfferedMove]

    @property
    def weeks(self) -> int | None:
        """How long its phases last, where each says so; None without phases. One query, or none."""
        if self.version is None or not is_phased(self.moves):
            return None
        each = [phase.weeks for phase in self.version.phases]
        return sum(filter(None, each)) if all(each) else None


def of_routine(actor: Actor, version: RoutineVersion) -> list[OfferedMove]:
    """The moves of a published version, as it froze them; staff only. One query."""
    access.staff_only(actor)
    which = {"practice_id": actor.practice_id, "version_id": version.id}
    return [
        OfferedMove(
            of=item.id,
            exercise_id=item.exercise_id,
            content=item.content or {},
            dose=dose_of(item),
            from_phase=item.from_phase,
            until_phase=item.until_phase,
            problem="is retired" if item.exercise.retired_at else "",
        )
        for item in db.session.scalars(_ITEMS, which)
    ]


def single(actor: Actor, ids: Sequence[uuid.UUID]) -> list[OfferedMove]:
    """Single moves of the library, each with its usual dose; NotFound for one of another practice."""
    exercises = choosing.moves(actor, ids)
    doses = choosing.usual_doses(actor, exercises)
    found = choosing.pickable(access.practice_of(actor), exercises) if exercises else []
    return [_single(each.exercise, doses[each.exercise.id], each.problem) for each in found]


def moves_behind(actor: Actor, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, uuid.UUID]:
    """Which move each of some items of routines is, in whatever version; what is no item is not in it."""
    access.staff_only(actor)
    found = db.session.execute(_ITEMS_NAMED, {"practice_id": actor.practice_id, "ids": list(ids)})
    return {row.id: row.exercise_id for row in found}


def load(running: Sequence[Program], moves: Sequence[tuple[OfferedMove, Dose]]) -> DayLoad:
    """What a day asks once these moves are given besides the programs that run, each move once.

    Of phases the one that asks most counts.
    """
    held = (
        given_move(program, row)
        for program in running
        for row in busiest(program.prescriptions, loads.minutes)
    )
    doses = {move.of: dose for move, dose in moves}
    full = busiest([move for move, _ in moves], lambda some: minutes_per_day(doses[move.of] for move in some))
    to_come = (GivenMove(move.of, move.exercise_id, "", _TO_COME, doses[move.of]) for move in full)
    return load_together(merged([*held, *to_come]))


def _single(exercise: Exercise, dose: Dose, problem: str) -> OfferedMove:
    content = content_of(exercise).to_json()
    return OfferedMove(of=exercise.id, exercise_id=exercise.id, content=content, dose=dose, problem=problem)
