"""What can be assigned: routines, with somebody's favourites among them, and single moves of the library."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import and_, delete, func, select
from sqlalchemy.orm import aliased, contains_eager, selectinload

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose
from clinic.domain.errors import NotFound
from clinic.domain.types import DoseSide, RoutineStatus
from clinic.extensions import db
from clinic.models import Exercise, Practice, Routine, RoutineFavourite, RoutineItem, RoutineVersion
from clinic.models.base import among, given, points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.routines import library, signoffs
from clinic.services.routines.wording import content_of, dose_of, move_wording, shared_wordings
from clinic.services.transaction import transaction

USUAL_DOSE = Dose(side=DoseSide.BOTH, sets=2, reps=8)  # authored: of a move that no routine has had yet
_NEWER = aliased(RoutineVersion)
_NEWEST = (
    select(func.max(_NEWER.number))
    .where(
        _NEWER.practice_id == RoutineVersion.practice_id,
        _NEWER.routine_id == RoutineVersion.routine_id,
        _NEWER.status == RoutineStatus.PUBLISHED,
    )
    .scalar_subquery()
)
_IS_THEIRS = and_(points_at(RoutineFavourite.routine_id, Routine), given(RoutineFavourite.user_id))
_CHOICES = (
    select(RoutineVersion, RoutineFavourite.id.is_not(None).label("is_favourite"))
    .join(Routine, points_at(RoutineVersion.routine_id, Routine))
    .outerjoin(RoutineFavourite, _IS_THEIRS)
    .where(
        given(RoutineVersion.practice_id),
        RoutineVersion.status == RoutineStatus.PUBLISHED,
        RoutineVersion.number == _NEWEST,
        Routine.is_listed,
        Routine.retired_at.is_(None),
    )
    .order_by(Routine.name, Routine.id)
    .options(contains_eager(RoutineVersion.routine))
)
_MOVES = (
    select(Exercise)
    .where(given(Exercise.practice_id), among(Exercise.id, "ids"))
    .options(selectinload(Exercise.mistakes), selectinload(Exercise.media))
)
_DOSES = (
    select(RoutineItem)
    .join(RoutineVersion, points_at(RoutineItem.version_id, RoutineVersion))
    .where(
        given(RoutineItem.practice_id),
        among(RoutineItem.exercise_id, "ids"),
        RoutineVersion.status == RoutineStatus.PUBLISHED,
    )
    .order_by(RoutineVersion.published_at, RoutineItem.position.desc())
)


@dataclass(frozen=True, slots=True)
class RoutineChoice:
    """A routine that can be assigned, and whether it is one of the favourites of whoever asks."""

    version: RoutineVersion
    is_favourite: bool


@dataclass(frozen=True, slots=True)
class PickableMove:
    """A move of the library; `problem` says why it cannot be picked, and is empty where it can."""

    exercise: Exercise
    problem: str


def choices(actor: Actor) -> list[RoutineChoice]:
    """The newest published version of each routine that is not retired, by name; staff only. One query."""
    access.staff_only(actor)
    found = db.session.execute(_CHOICES, {"practice_id": actor.practice_id, "user_id": actor.user_id})
    return [RoutineChoice(row.RoutineVersion, row.is_favourite) for row in found]


def mark(actor: Actor, routine_id: uuid.UUID, *, is_favourite: bool) -> Routine:
    """Put a routine among the actor's own favourites, or take it out; twice is once."""
    with transaction():
        routine = access.routine_for(actor, routine_id)
        about = {"practice_id": actor.practice_id, "user_id": actor.user_id, "routine_id": routine.id}
        db.session.execute(delete(RoutineFavourite).filter_by(**about))
        if is_favourite:
            db.session.add(RoutineFavourite(**about))
        action = "routine.favoured" if is_favourite else "routine.unfavoured"
        audit.record(actor, action, subject_id=routine.id)
    return routine


def moves(actor: Actor, ids: Collection[uuid.UUID]) -> list[Exercise]:
    """Moves of the practice in the order asked for; NotFound where one is not its own. Three queries."""
    access.staff_only(actor)
    if not ids:
        return []
    query = db.session.scalars(_MOVES, {"practice_id": actor.practice_id, "ids": list(ids)})
    found = {row.id: row for row in query}
    if len(found) != len(set(ids)):
        raise NotFound
    return [found[each] for each in ids]


def usual_doses(actor: Actor, exercises: Sequence[Exercise]) -> Mapping[uuid.UUID, Dose]:
    """The dose of each move as a routine was last published with it, else the catalogue's or a usual one."""
    ids = [each.id for each in exercises]
    published = db.session.scalars(_DOSES, {"practice_id": actor.practice_id, "ids": ids}) if ids else ()
    shelf = load_catalogue().exercises
    usual = {each.id: shelf[each.key].default_dose for each in exercises if each.key in shelf}
    return dict.fromkeys(ids, USUAL_DOSE) | usual | {row.exercise_id: dose_of(row) for row in published}


def found_moves(actor: Actor, words: str, ticked: Collection[uuid.UUID] = ()) -> list[PickableMove]:
    """Moves whose name or tags have all the words, as many as fit a page, after those ticked; staff only."""
    access.staff_only(actor)
    chosen = moves(actor, list(dict.fromkeys(ticked)))
    others = [each for each in library.found(actor, words) if each not in chosen]
    return pickable(access.practice_of(actor), [*chosen, *others])


def pickable(practice: Practice, exercises: Sequence[Exercise]) -> list[PickableMove]:
    """Each move with what speaks against giving it to a client on its own."""
    signed = _signed(practice, exercises)
    return [PickableMove(each, _problem(each, signed)) for each in exercises]


def _problem(exercise: Exercise, signed: Collection[uuid.UUID]) -> str:
    if exercise.retired_at is not None:
        return "is retired"
    return "" if exercise.id in signed else "needs a sign-off first"


def _signed(practice: Practice, exercises: Sequence[Exercise]) -> set[uuid.UUID]:
    """The moves whose very words of now, and all that goes with any move, stand under somebody's name."""
    shared = shared_wordings(practice)
    words = {each.id: move_wording(each.key, content_of(each)) for each in exercises}
    names = signoffs.signatures(practice.id, [*shared, *words.values()])
    if any(wording.scope not in names for wording in shared):
        return set()
    return {key for key, wording in words.items() if wording.scope in names}
