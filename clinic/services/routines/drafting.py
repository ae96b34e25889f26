"""The editor of a draft: its moves in order with doses, its phases and the preset of its check-ins."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator

from sqlalchemy import delete, func, select
from sqlalchemy.orm import aliased, joinedload

from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.phases import Phase
from clinic.domain.routine_plans import PlannedMove, RoutinePlan, plan_problems
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import Exercise, RoutineItem, RoutinePhase, RoutineVersion
from clinic.models.base import given
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.routines import own_routines, versions
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction

_SIBLING = aliased(RoutineVersion)
_NEWEST = (
    select(RoutineVersion)
    .where(
        given(RoutineVersion.practice_id),
        given(RoutineVersion.routine_id),
        RoutineVersion.number
        == select(func.max(_SIBLING.number))
        .where(
            _SIBLING.practice_id == RoutineVersion.practice_id,
            _SIBLING.routine_id == RoutineVersion.routine_id,
        )
        .scalar_subquery(),
    )
    .options(joinedload(RoutineVersion.routine), *versions.WHOLE)
)
_APART = 1000  # where moves wait while they change places: no two may stand at one


def newest_version(actor: Actor, routine_id: uuid.UUID) -> RoutineVersion:
    """The draft of a routine, or the version that the next one begins from, with all that stands in it.

    One query; staff only.
    """
    access.staff_only(actor)
    which = {"practice_id": actor.practice_id, "routine_id": routine_id}
    version = db.session.scalars(_NEWEST, which).unique().one_or_none()
    if version is None:
        raise NotFound
    return version


def plan_of(version: RoutineVersion) -> RoutinePlan:
    """What a version holds besides its words."""
    return RoutinePlan(
        tuple(_planned(item) for item in version.items),
        tuple(Phase(row.name, row.weeks, row.criterion) for row in version.phases),
        version.checkin_preset,
    )


def save_plan(actor: Actor, routine_id: uuid.UUID, plan: RoutinePlan, seen: RoutinePlan) -> bool:
    """Keep a plan in the routine's draft, begun here if there is none; False if nothing is different.

    Raises Conflict if the newest version is not what was seen, and RuleBroken for all that is wrong with it.
    """
    with transaction():
        routine = own_routines.locked(actor, routine_id)
        own_routines.must_change(actor)
        own_routines.must_be_offered(routine)
        newest = newest_version(actor, routine_id)
        held = plan_of(newest)
        if held == plan:
            return False
        if held != seen:
            raise Conflict
        must_hold(problems(actor, plan, seen))
        version = newest
        if newest.status is not RoutineStatus.DRAFT:
            version = versions.add_version(routine, newest.number + 1)
        _write(version, plan)
        audit.record(
            actor,
            "routine.arranged",
            subject_id=routine_id,
            version=version.number,
            moves=len(plan.moves),
            phases=len(plan.phases),
        )
    return True


def problems(actor: Actor, plan: RoutinePlan, held: RoutinePlan) -> Iterator[RuleBroken]:
    """What is wrong with a plan, doses aside; a retired move of `held` may stay. NotFound: foreign ones."""
    yield from plan_problems(plan)
    for move in moves_named(actor, plan.order).values():
        if move.retired_at is not None and move.id not in held.order:
            yield RuleBroken(f"{move.name} is retired. Bring it back first, or take another one.", "moves")


def moves_named(actor: Actor, ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, Exercise]:
    """Moves of the practice by id; NotFound where one is not its own. One query; staff only."""
    access.staff_only(actor)
    wanted = set(ids)
    query = select(Exercise).where(Exercise.practice_id == actor.practice_id, Exercise.id.in_(wanted))
    found = {move.id: move for move in db.session.scalars(query)} if wanted else {}
    if found.keys() != wanted:
        raise NotFound
    return found


def _planned(item: RoutineItem) -> PlannedMove:
    return PlannedMove(
        exercise_id=item.exercise_id,
        dose=dose_of(item),
        from_phase=item.from_phase,
        until_phase=item.until_phase,
    )


def _write(version: RoutineVersion, plan: RoutinePlan) -> None:
    held = {item.exercise_id: item for item in version.items}
    for exercise_id in held.keys() - set(plan.order):
        db.session.delete(held.pop(exercise_id))
    for item in held.values():
        item.position += _APART
    db.session.execute(
        delete(RoutinePhase).where(
            RoutinePhase.practice_id == version.practice_id, RoutinePhase.version_id == version.id
        )
    )
    db.session.flush()
    for position, move in enumerate(plan.moves, 1):
        _write_move(version, position, move, held.get(move.exercise_id))
    for position, phase in enumerate(plan.phases, 1):
        told = {"name": phase.name, "weeks": phase.weeks, "criterion": phase.criterion}
        db.session.add(
            RoutinePhase(practice_id=version.practice_id, version_id=version.id, position=position, **told)
        )
    version.checkin_preset = None if plan.checkin is None else dict(plan.checkin)
    db.session.flush()
    db.session.expire(version, ["items", "phases"])


def _write_move(version: RoutineVersion, position: int, move: PlannedMove, item: RoutineItem | None) -> None:
    span = move.from_phase, move.until_phase
    if item is None:
        versions.add_item(version, position, move.exercise_id, move.dose, span)
        return
    item.position, (item.from_phase, item.until_phase) = position, span
    versions.set_dose(item, move.dose)
