"""A published hip routine and programs made of it, through the same services the pages use."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, time, timedelta
from typing import Any

from sqlalchemy import delete, select

from clinic.catalogue import load_catalogue
from clinic.domain.doses import Dose
from clinic.domain.phases import Phase
from clinic.domain.types import DoseSide, MailKind, RoutineStatus
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Client,
    Exercise,
    ExerciseMistake,
    OutboxMessage,
    Practice,
    Program,
    Routine,
    RoutineItem,
    RoutinePhase,
    RoutineVersion,
    SignOff,
    User,
)
from clinic.services import audit
from clinic.services.accounts import signing_in as accounts
from clinic.services.actors import Actor
from clinic.services.checkins.rhythms import WeeklyCheckin
from clinic.services.clock import now, today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs.assigning import Assignment
from clinic.services.routines import publishing as routines
from clinic.services.routines.own_moves import MistakeMeaning
from clinic.services.routines.publishing import MoveEdit, RoutineEdit
from clinic.services.routines.wording import dose_of, shared_wordings
from clinic.services.transaction import transaction
from tests.factories.again import Rows, has_rows, rows_of, write_again

PUBLISHED = "routine.published"
OF_A_ROUTINE = Exercise, ExerciseMistake, Routine, RoutineVersion, RoutineItem, SignOff


@dataclass(frozen=True)
class _Published:
    """What was written when a routine was published: its rows, and what the trail says of it."""

    version_id: uuid.UUID
    routine_id: uuid.UUID
    by: Actor
    rows: Rows
    said: dict[str, Any]

    def again(self, actor: Actor) -> uuid.UUID:
        """The same in another practice, under the actor's name; returns the version's id."""
        theirs = {self.by.practice_id: actor.practice_id, self.by.user_id: actor.user_id}
        with transaction():
            ids = write_again(self.rows, theirs)
            audit.record(actor, PUBLISHED, subject_id=ids[self.routine_id], **self.said)
        return ids[self.version_id]


_published: dict[object, _Published] = {}


def publish_routine(practice: Practice, owner: User) -> RoutineVersion:
    """The hip routine, published by the owner, with tucking under as the named mistake.

    The first time by services; what they wrote is written again for whoever has no moves yet and signs the
    same texts.
    """
    actor = accounts.actor_of(owner)
    signs = (actor.role, practice.numbers_set, shared_wordings(practice))
    if has_rows(practice.id, Exercise, Routine, SignOff):
        return _publish(practice, actor)
    if before := _published.get(signs):
        return routines.whole_version(actor, before.again(actor))
    version = _publish(practice, actor)
    _published[signs] = _as_published(actor, version)
    return version


def _publish(practice: Practice, actor: Actor) -> RoutineVersion:
    with transaction():
        routines.begin_with_catalogue(practice)
    routine = routines.listed(actor)[0]
    draft = routines.draft_of(actor, routine)
    assert draft is not None
    fault = load_catalogue().faults["tuck"]
    mistake = MistakeMeaning(
        fault_keys=("tuck",), see=fault.see, fix=fault.fix, self_test="Stand side-on to a mirror."
    )
    moves = {
        item.id: MoveEdit(
            cues=tuple(item.exercise.cues),
            dose=dose_of(item),
            mistake=mistake if any(each.is_named for each in item.exercise.mistakes) else None,
        )
        for item in draft.items
    }
    edit = RoutineEdit(moves, accepted=routines.scopes_of(draft, practice))
    routines.publish(actor, routine.id, edit, routines.digest_of(draft, practice))
    return routines.whole_version(actor, draft.id)


def _as_published(actor: Actor, version: RoutineVersion) -> _Published:
    trail = (AuditEvent.practice_id == actor.practice_id, AuditEvent.action == PUBLISHED)
    said = db.session.scalars(select(AuditEvent.details).where(*trail)).one()
    rows = rows_of(actor.practice_id, *OF_A_ROUTINE)
    return _Published(version.id, version.routine_id, actor, rows, said)


def assign_program(
    practitioner: User,
    client: Client,
    version: RoutineVersion,
    *,
    starts_on: date | None = None,
    weeks: int | None = 12,
    checkin: bool = True,
    alongside: bool = False,
) -> Program:
    """The routine assigned to a client, from 20 days ago unless told otherwise, with check-ins."""
    actor = accounts.actor_of(practitioner)
    first = starts_on or today_in(client.time_zone) - timedelta(days=20)
    wish = Assignment(
        key=uuid.uuid4().hex,
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=first,
        weeks=weeks,
        checkin=WeeklyCheckin(first.weekday(), time(9)) if checkin else None,
        alongside=alongside,
    )
    program = programs.assign(actor, client.id, wish)
    with transaction():  # assigned weeks ago: the mail that told of it is long gone
        told = OutboxMessage.kind == MailKind.PROGRAM_CHANGED
        db.session.execute(delete(OutboxMessage).where(told, OutboxMessage.client_id == client.id))
    db.session.expire_all()
    return program


def publish_beside(version: RoutineVersion) -> RoutineVersion:
    """A second routine of the practice: the last move of the first one, on the left, and one of its own."""
    last = version.items[-1]
    practice_id = version.practice_id
    with transaction() as session:
        routine = Routine(practice_id=practice_id, key=f"knee-{uuid.uuid4().hex}", name="Knee routine")
        move = _own_move(last.exercise)
        session.add_all([routine, move])
        session.flush()
        beside = RoutineVersion(
            practice_id=practice_id,
            routine_id=routine.id,
            number=1,
            status=RoutineStatus.PUBLISHED,
            published_at=version.published_at,
            published_by=version.published_by,
        )
        session.add(beside)
        session.flush()
        content = {**(last.content or {}), "name": move.name, "mistakes": []}
        dose = {name: getattr(dose_of(last), name) for name in Dose.__slots__}
        for position, (exercise, words, changes) in enumerate(
            [(last.exercise, last.content, {"side": DoseSide.LEFT, "sets": 3}), (move, content, {})], 1
        ):
            row = {"version_id": beside.id, "exercise_id": exercise.id, "position": position}
            session.add(RoutineItem(practice_id=practice_id, content=words, **row, **(dose | changes)))
    return session.get_one(RoutineVersion, beside.id)


def publish_next(before: RoutineVersion) -> RoutineVersion:
    """The next version: the first move has a round more, the second one is not in it any more."""
    item = before.items[0]
    with transaction() as session:
        version = RoutineVersion(
            practice_id=before.practice_id,
            routine_id=before.routine_id,
            number=before.number + 1,
            status=RoutineStatus.PUBLISHED,
            published_at=now(),
            published_by=before.published_by,
        )
        session.add(version)
        session.flush()
        about = {"version_id": version.id, "exercise_id": item.exercise_id, "position": 1}
        dose = dose_of(item)
        more = replace(dose, sets=dose.sets + 1)
        amounts = {name: getattr(more, name) for name in more.__slots__}
        session.add(RoutineItem(practice_id=before.practice_id, content=item.content, **about, **amounts))
    db.session.expire_all()
    return session.get_one(RoutineVersion, version.id)


def in_phases(
    version: RoutineVersion, phases: Sequence[Phase], spans: Sequence[tuple[int, int | None]]
) -> RoutineVersion:
    """The version with phases, and its moves asked in those from the first to the last of their spans."""
    with transaction() as session:
        for position, phase in enumerate(phases, 1):
            told = {"name": phase.name, "weeks": phase.weeks, "criterion": phase.criterion}
            row = RoutinePhase(
                practice_id=version.practice_id, version_id=version.id, position=position, **told
            )
            session.add(row)
        for item, (item.from_phase, item.until_phase) in zip(version.items, spans, strict=True):
            session.add(item)
    db.session.expire_all()
    return version


def _own_move(like: Exercise) -> Exercise:
    texts = (
        "purpose",
        "setup",
        "steps",
        "cues",
        "range_words",
        "feet_words",
        "knees_words",
        "stop_if",
        "figure",
    )
    copied = {name: getattr(like, name) for name in texts}
    return Exercise(practice_id=like.practice_id, key=f"knee-{uuid.uuid4().hex}", name="Knee bend", **copied)
