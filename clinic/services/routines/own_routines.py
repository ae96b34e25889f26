"""Routines a practice makes itself: new or as a copy, renamed, retired and brought back."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, RuleBroken, must_hold
from clinic.domain.routines import assign_problems, name_problems
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import Practice, Routine
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.routines import versions
from clinic.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class RoutineName:
    """What a routine is called, and what it is for."""

    name: str
    description: str = ""


def create(actor: Actor, form_key: str, said: RoutineName, copy_of: uuid.UUID | None = None) -> Routine:
    """A new routine with an empty draft, or with one like the last version of another routine.

    `form_key` comes with the form: its second press finds what the first made.
    """
    with transaction():
        must_change(actor)
        _one_name_at_a_time(actor)
        routine_id = once.id_of(Routine, actor.practice_id, form_key)
        if made := once.made_before(Routine, actor.practice_id, routine_id):
            return made
        pattern = access.routine_for(actor, copy_of).versions[-1] if copy_of else None
        routine = begin(actor, routine_id, said)
        version = versions.add_version(routine, 1)
        if pattern is not None:
            versions.copy_into(version, pattern)
    return routine


def begin(actor: Actor, routine_id: uuid.UUID, said: RoutineName) -> Routine:
    """A new routine without a version, within the caller's transaction; RuleBroken for a taken name."""
    _one_name_at_a_time(actor)
    must_hold(problems(actor, said.name))
    routine = Routine(
        id=routine_id,
        practice_id=actor.practice_id,
        key=f"own-{routine_id.hex}",
        name=said.name,
        description=said.description,
    )
    db.session.add(routine)
    db.session.flush()
    audit.record(actor, "routine.made", subject_id=routine.id, name=said.name)
    return routine


def rename(actor: Actor, routine_id: uuid.UUID, said: RoutineName, seen: RoutineName) -> None:
    """Call a routine something else; raises Conflict if it is not called what was seen any more."""
    with transaction():
        must_change(actor)
        _one_name_at_a_time(actor)
        routine = locked(actor, routine_id)
        held = name_of(routine)
        if held == said:
            return
        if held != seen:
            raise Conflict
        must_hold(problems(actor, said.name, routine_id))
        routine.name, routine.description = said.name, said.description
        audit.record(actor, "routine.renamed", subject_id=routine.id, name=said.name, before=held.name)


def retire(actor: Actor, routine_id: uuid.UUID) -> None:
    """Offer a routine no more; the clients who have it keep it. Twice is once."""
    with transaction():
        must_change(actor)
        routine = locked(actor, routine_id)
        if routine.retired_at is None:
            routine.retired_at = now()
            audit.record(actor, "routine.retired", subject_id=routine.id, name=routine.name)


def bring_back(actor: Actor, routine_id: uuid.UUID) -> None:
    """Offer a retired routine again; raises RuleBroken where another one has its name by now."""
    with transaction():
        must_change(actor)
        _one_name_at_a_time(actor)
        routine = locked(actor, routine_id)
        if routine.retired_at is not None:
            must_hold(problems(actor, routine.name, routine_id))
            routine.retired_at = None
            audit.record(actor, "routine.brought_back", subject_id=routine.id, name=routine.name)


def problems(actor: Actor, name: str, routine_id: uuid.UUID | None = None) -> Iterator[RuleBroken]:
    """What speaks against calling a routine so: a new one, or the one of this id."""
    query = select(Routine.name).where(
        Routine.practice_id == actor.practice_id,
        Routine.id != routine_id,
        Routine.is_listed,
        Routine.retired_at.is_(None),
    )
    return name_problems(name, db.session.scalars(query))


def name_of(routine: Routine) -> RoutineName:
    """What a routine is called now."""
    return RoutineName(routine.name, routine.description)


def must_change(actor: Actor) -> None:
    """Raise Forbidden for whoever makes and changes no routines."""
    if not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden("A practitioner or the owner publishes and changes routines.")


def must_be_offered(routine: Routine) -> None:
    """Raise RuleBroken for a routine that is retired."""
    must_hold(assign_problems(RoutineStatus.PUBLISHED, routine.retired_at))


def locked(actor: Actor, routine_id: uuid.UUID) -> Routine:
    """A routine of the practice as it stands now, held for whoever changes it."""
    routine = access.routine_for(actor, routine_id)
    db.session.refresh(routine, with_for_update=True)
    return routine


def _one_name_at_a_time(actor: Actor) -> None:
    db.session.get_one(Practice, actor.practice_id, with_for_update={"key_share": True})
