"""Routines: drafts in the practice's words, published under a practitioner's name and then frozen."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload, selectinload

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose
from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import FEWEST_CUES, MOST_CUES
from clinic.domain.routine_plans import plan_problems
from clinic.domain.types import RoutineStatus
from clinic.extensions import db
from clinic.models import (
    ExerciseMistake,
    Practice,
    Routine,
    RoutineItem,
    RoutineVersion,
)
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.routines import drafting, own_moves, own_routines, shelf, signoffs, versions
from clinic.services.routines.own_moves import MistakeMeaning
from clinic.services.routines.signoffs import Wording
from clinic.services.routines.wording import content_of, wordings_of
from clinic.services.transaction import transaction

WITH_VERSIONS = selectinload(Routine.versions)
WITH_PUBLISHERS = joinedload(Routine.versions).joinedload(RoutineVersion.publisher)


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveEdit:
    """What can be changed about one move of a draft."""

    cues: tuple[str, ...]
    dose: Dose
    video: VideoContent | None = None
    mistake: MistakeMeaning | None = None


@dataclass(frozen=True, slots=True)
class RoutineEdit:
    """What can be changed about a draft: moves by their item's id, and the note that clients read.

    `accepted` are the scopes of the texts that are taken as the practice's own as they stand here.
    """

    moves: Mapping[uuid.UUID, MoveEdit]
    change_note: str = ""
    accepted: Collection[str] = ()


def begin_with_catalogue(practice: Practice) -> None:
    """Put the catalogue's routines on a new practice's shelf as drafts, within the caller's transaction."""
    catalogue = load_catalogue()
    exercises = {key: shelf.begin_exercise(practice.id, move) for key, move in catalogue.exercises.items()}
    for shipped in catalogue.routines.values():
        routine = Routine(
            practice_id=practice.id, key=shipped.id, name=shipped.name, description=shipped.summary
        )
        db.session.add(routine)
        db.session.flush()
        version = versions.add_version(routine, 1)
        for position, key in enumerate(shipped.exercises, 1):
            versions.add_item(version, position, exercises[key].id, catalogue.exercises[key].default_dose)


def listed(actor: Actor) -> list[Routine]:
    """The practice's routines with their versions, by name; those of single moves for one client aside."""
    query = (
        select(Routine)
        .where(Routine.practice_id == actor.practice_id, Routine.is_listed)
        .order_by(Routine.name, Routine.id)
        .options(WITH_VERSIONS)
    )
    return list(db.session.scalars(query))


def draft_of(actor: Actor, routine: Routine, *, lock: bool = False) -> RoutineVersion | None:
    """The routine's draft with everything its page shows, if it has one; locked for whoever changes it."""
    query = (
        select(RoutineVersion)
        .where(
            RoutineVersion.practice_id == actor.practice_id,
            RoutineVersion.routine_id == routine.id,
            RoutineVersion.status == RoutineStatus.DRAFT,
        )
        .options(*versions.WHOLE)
    )
    if lock:  # what the page read before it waited for the lock is out of date
        query = query.with_for_update(of=RoutineVersion).execution_options(populate_existing=True)
    return db.session.scalars(query).unique().one_or_none()


def whole_version(actor: Actor, version_id: uuid.UUID) -> RoutineVersion:
    """One version with everything its page shows."""
    return access.routine_version_for(actor, version_id, *versions.WHOLE)


def begin_draft(actor: Actor, routine_id: uuid.UUID) -> RoutineVersion:
    """A new draft with the doses of the last version; the draft there is, if there is one."""
    with transaction():
        routine = access.routine_for(actor, routine_id)
        own_routines.must_change(actor)
        db.session.refresh(routine, with_for_update=True)  # of two presses the second finds the first's draft
        own_routines.must_be_offered(routine)
        last = routine.versions[-1]
        if last.status is RoutineStatus.DRAFT:
            return last
        version = versions.add_version(routine, last.number + 1)
        versions.copy_into(version, last)
        audit.record(actor, "routine.draft_begun", subject_id=routine.id, version=version.number)
    return version


def digest_of(version: RoutineVersion, practice: Practice) -> str:
    """What a draft's page held when it was opened: its texts, videos and the mistake's place in the video."""
    held = [str(asdict(content_of(item.exercise))) for item in version.items]
    held.append(str(drafting.plan_of(version).to_json()))
    marks = signoffs.Wording("held", version.change_note, (signoffs.WordingPart("held", tuple(held)),))
    return signoffs.digest_of_all([*wordings_of(version, practice), marks])


def save_draft(actor: Actor, routine_id: uuid.UUID, edit: RoutineEdit, seen: str) -> list[str]:
    """Keep the changes of a draft, and put the actor's name under the texts they took as their own.

    Returns the scopes that were signed now; raises Conflict if it is not the draft that was seen.
    """
    with transaction():
        practice = access.practice_of(actor)
        version = _open(actor, routine_id, seen)
        must_hold(problems(version, practice, edit, publishing=False))
        _apply(version, edit)
        taken = [each for each in wordings_of(version, practice) if each.scope in edit.accepted]
        signed = signoffs.sign(actor, taken)
        audit.record(
            actor, "routine.draft_saved", subject_id=routine_id, version=version.number, signed=signed
        )
    return signed


def publish(actor: Actor, routine_id: uuid.UUID, edit: RoutineEdit, seen: str) -> None:
    """Publish a draft under the actor's name and freeze it; raises Conflict if it was changed since seen."""
    with transaction():
        practice = access.practice_of(actor)
        version = _open(actor, routine_id, seen)
        found = list(problems(version, practice, edit, publishing=True))
        _apply(version, edit)
        _confirm_mistakes(actor, version)
        wordings = wordings_of(version, practice)
        must_hold([*found, *tick_problems(wordings, actor.practice_id, edit.accepted)])
        signed = signoffs.sign(actor, wordings)
        _freeze(actor, version)
        audit.record(actor, "routine.published", subject_id=routine_id, version=version.number, signed=signed)


def problems(
    version: RoutineVersion, practice: Practice, edit: RoutineEdit, *, publishing: bool
) -> Iterator[RuleBroken]:
    """All that speaks against keeping a draft so or, with more to it, against publishing it; doses aside."""
    if publishing and not practice.numbers_set:
        yield RuleBroken("Set the emergency and urgent numbers of the practice first.")
    if publishing and version.number > 1 and not edit.change_note:
        yield RuleBroken("Say in a sentence what is new; clients read it.", "change_note")
    if publishing:
        yield from _plan_problems(version)
    for item in version.items:
        named, move = item.exercise.named_mistake, edit.moves.get(item.id)
        said = move.mistake if move else None
        if move is not None and said is not None:
            yield from _mistake_problems(said, move.video)
        if publishing and named is not None and move is not None and not _is_said(named, said):
            yield _unsaid(item, asked_mistake(version))


def tick_problems(
    wordings: Sequence[Wording], practice_id: uuid.UUID, accepted: Collection[str]
) -> Iterator[RuleBroken]:
    """For publishing: each text without a name that was not ticked, at its own tick."""
    signed = signoffs.signatures(practice_id, wordings)
    for wording in wordings:
        if wording.scope not in signed and wording.scope not in accepted:
            yield RuleBroken(
                f"{wording.title}: tick that you have read it and take it as your own.", wording.scope
            )


def scopes_of(version: RoutineVersion, practice: Practice) -> frozenset[str]:
    """All texts of a draft, by their scope."""
    return frozenset(each.scope for each in wordings_of(version, practice))


def asked_mistake(version: RoutineVersion) -> RoutineItem | None:
    """The move whose named mistake the publishing page asks about; others say theirs on their own page."""
    return next((item for item in version.items if own_moves.asks_for_meaning(item.exercise)), None)


def _unsaid(item: RoutineItem, asked: RoutineItem | None) -> RuleBroken:
    named = item.exercise.named_mistake
    assert named is not None
    if item is asked:
        return RuleBroken(f"Say what the {named.name} is: pick at least one, or write it yourself.", "faults")
    return RuleBroken(f"Say what the {named.name} is, in the library, where {item.exercise.name} is changed.")


def _plan_problems(version: RoutineVersion) -> Iterator[RuleBroken]:
    if not version.items:
        yield RuleBroken("A routine has at least one move: add one first.")
    yield from (problem.within("") for problem in plan_problems(drafting.plan_of(version)))
    for item in version.items:
        if item.exercise.retired_at is not None:
            yield RuleBroken(f"{item.exercise.name} is retired. Take it out, or bring it back first.")


def _is_said(row: ExerciseMistake, said: MistakeMeaning | None) -> bool:
    """Whether somebody has said what the mistake looks like."""
    return bool(row.see) if said is None else bool(said.see or said.fault_keys)


def _mistake_problems(said: MistakeMeaning, video: VideoContent | None) -> Iterator[RuleBroken]:
    if unknown := set(said.fault_keys) - set(load_catalogue().named_mistake.candidates):
        yield RuleBroken(f"Unknown fault: {', '.join(sorted(unknown))}.", "faults")
    if bool(said.see) != bool(said.fix):
        yield RuleBroken("In your own words, say both what it looks like and the fix.", "own_fix")
    if said.video_second is not None and video is None:
        yield RuleBroken("A time in the video needs the video's link.", "video_time")


def _open(actor: Actor, routine_id: uuid.UUID, seen: str) -> RoutineVersion:
    routine = access.routine_for(actor, routine_id)
    version = draft_of(actor, routine, lock=True)
    own_routines.must_change(actor)
    own_routines.must_be_offered(routine)
    if version is None:  # published a moment ago
        raise Conflict
    if digest_of(version, access.practice_of(actor)) != seen:
        raise Conflict
    return version


def _apply(version: RoutineVersion, edit: RoutineEdit) -> None:
    if {item.id for item in version.items} != set(edit.moves):
        raise NotFound
    version.change_note = edit.change_note
    for item in version.items:
        _apply_move(item, edit.moves[item.id])


def _apply_move(item: RoutineItem, edit: MoveEdit) -> None:
    if not FEWEST_CUES <= len(edit.cues) <= MOST_CUES:
        raise RuleBroken(f"A move has {FEWEST_CUES} to {MOST_CUES} cues, one on each line.")
    versions.set_dose(item, edit.dose)
    exercise, named = item.exercise, item.exercise.named_mistake
    before = own_moves.words_of(exercise)
    exercise.cues = list(edit.cues)
    own_moves.set_video(exercise, edit.video)
    if named is not None and edit.mistake is not None:
        own_moves.set_meaning(named, edit.mistake)
    if own_moves.words_of(exercise) != before:
        exercise.version += 1  # whoever has its own page open is told


def _confirm_mistakes(actor: Actor, version: RoutineVersion) -> None:
    for row in (row for item in version.items for row in item.exercise.mistakes if row.is_named):
        row.confirmed_by = actor.user_id
        row.confirmed_at = now()


def _freeze(actor: Actor, version: RoutineVersion) -> None:
    for item in version.items:
        item.content = content_of(item.exercise).to_json()
    version.status = RoutineStatus.PUBLISHED
    version.published_at = now()
    version.published_by = actor.user_id
