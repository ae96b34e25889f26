"""Writing a note: begun, kept field by field, signed for good, amended, thrown away as a draft."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.notes import (
    DAY,
    LONGEST_PART,
    NoteEdit,
    NotePart,
    NoteShape,
    NoteSigned,
    NoteStatus,
    day_problem,
    merged,
    written,
)
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Assessment, Client, VisitNote, VisitNoteAmendment
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import transaction

SITTING = timedelta(minutes=15)  # somebody who goes on saving is noted in the audit trail once
LONGEST_AMENDMENT = 5000
LONGEST_REASON = 500
CHANGING = (
    *("status", "shape", "version", "saved_by", "saved_at", "assessment_id"),
    *(DAY, *(part.value for part in NotePart)),
)
WITH_PEOPLE = (
    joinedload(VisitNote.client),
    joinedload(VisitNote.author),
    joinedload(VisitNote.saver),
    joinedload(VisitNote.signer),
    joinedload(VisitNote.assessment),
)


@dataclass(frozen=True, slots=True)
class NoteKept:
    """What became of an attempt to save; `by` and `at` say who had saved before, where something collided."""

    changed: int
    collided: Mapping[str, NoteEdit]
    by: str = ""
    at: datetime | None = None


def texts_of(note: VisitNote) -> dict[str, str]:
    """What a note holds, by the name of its field; nothing is ""."""
    return {DAY: note.visited_on.isoformat()} | {part: getattr(note, part) or "" for part in NotePart}


def begin(
    actor: Actor, client_id: uuid.UUID, key: str, shape: NoteShape, assessment_id: uuid.UUID | None = None
) -> VisitNote:
    """Begin a draft about today's visit, or about the visit of an assessment.

    `key` names the form: pressed twice it is one draft, and one that is still empty is taken again.
    """
    with transaction() as session:
        _must_write(actor)
        client = access.client_for(actor, client_id)
        session.refresh(client, with_for_update=True)  # two presses at once are looked at one after the other
        taken = _assessment_of(actor, client, assessment_id)
        note_id = once.id_of(VisitNote, actor.practice_id, key, client.id, shape, assessment_id)
        if made := once.made_before(VisitNote, actor.practice_id, note_id) or _empty(actor, client, taken):
            if made.status is NoteStatus.DRAFT:
                made.shape = shape
            return made
        note = VisitNote(
            id=note_id,
            practice_id=actor.practice_id,
            client_id=client.id,
            assessment_id=taken.id if taken else None,
            visited_on=taken.taken_on if taken else _today(actor),
            shape=shape,
            created_by=actor.user_id,
            created_at=now(),
            saved_by=actor.user_id,
            saved_at=now(),
        )
        session.add(note)
        session.flush()
        _tell(actor, note, "begun")
    return note


def keep(
    actor: Actor, note_id: uuid.UUID, edits: Mapping[str, NoteEdit], shape: NoteShape | None = None
) -> NoteKept:
    """Keep what was changed in a draft, field by field.

    A field that somebody else changed meanwhile to something else is left as they put it and told of. Raises
    NoteSigned if it was signed meanwhile, RuleBroken for a day that cannot be or a text that is too long.
    """
    with transaction():
        note = draft_for(actor, note_id)
        found = merged(edits, texts_of(note))
        before = NoteKept(0, found.collided, note.saver.name, note.saved_at)
        _put(actor, note, found.taken)
        if shape is not None and shape is not note.shape:
            note.shape = shape
        if not found.taken:
            return before
        if note.saved_by != actor.user_id or now() - note.saved_at > SITTING:
            _tell(actor, note, "saved")
        note.saved_by, note.saved_at = actor.user_id, now()
    return NoteKept(len(found.taken), found.collided, before.by, before.at)


def sign(actor: Actor, note_id: uuid.UUID, version: int) -> VisitNote:
    """Sign a draft and lock it for good; Conflict if it is not the version that was read."""
    with transaction():
        note = draft_for(actor, note_id)
        if note.version != version:
            raise Conflict
        if not written(texts_of(note)):
            raise RuleBroken(say("Nothing is written yet. Write the note, then sign."))
        note.status, note.signed_by, note.signed_at = NoteStatus.SIGNED, actor.user_id, now()
        _tell(actor, note, "signed")
    return note


def amend(actor: Actor, note_id: uuid.UUID, key: str, text: str, reason: str) -> uuid.UUID:
    """Add to a signed note; what was signed stays as it was. `key` is the form's own: twice is once."""
    with transaction() as session:
        _must_write(actor)
        note = access.note_for(actor, note_id)
        if note.status is not NoteStatus.SIGNED:
            raise RuleBroken(say("This note is a draft: change it there."))
        told = (note.id, text, reason)
        amendment_id = once.id_of(VisitNoteAmendment, actor.practice_id, key, *told)
        made = VisitNoteAmendment(
            id=amendment_id,
            practice_id=note.practice_id,
            note_id=note.id,
            text=text,
            reason=reason,
            made_by=actor.user_id,
            made_at=now(),
        )
        _, is_new = once.add(made)
        if is_new:
            session.flush()
            _tell(actor, note, "amended")
    return amendment_id


def discard(actor: Actor, note_id: uuid.UUID, version: int) -> uuid.UUID:
    """Throw a draft away; returns its client. Conflict if it changed since it was read."""
    with transaction() as session:
        note = draft_for(actor, note_id)
        if note.version != version:
            raise Conflict
        _tell(actor, note, "discarded")
        session.delete(note)
    return note.client_id


def draft_for(actor: Actor, note_id: uuid.UUID) -> VisitNote:
    """The only way to a note that may still be changed; locked until the transaction ends."""
    _must_write(actor)
    note = access.note_for(actor, note_id)
    try:
        db.session.refresh(note, CHANGING, with_for_update=True)  # its people are joined, and never locked
        db.session.expire(note, ["saver"])
    except InvalidRequestError:  # discarded between the two looks at it
        raise NotFound from None
    if note.status is NoteStatus.SIGNED:
        raise NoteSigned("This note is signed. Amendments are added, not edited.")
    return note


def _must_write(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(Permission.WRITE_NOTES):
        raise Forbidden("A practitioner or the owner writes notes.")


def _put(actor: Actor, note: VisitNote, taken: Mapping[str, str]) -> None:
    for name, text in taken.items():
        if name == DAY:
            note.visited_on = _day(actor, text)
        elif len(text) > LONGEST_PART:
            raise RuleBroken(say("Use %(longest)s characters or fewer.", longest=LONGEST_PART), name)
        else:
            setattr(note, NotePart(name), text or None)


def _day(actor: Actor, text: str) -> date:
    day = date.fromisoformat(text)
    if said := day_problem(day, _today(actor)):
        raise RuleBroken(said, DAY)
    return day


def _today(actor: Actor) -> date:
    return today_in(access.practice_of(actor).time_zone)


def _assessment_of(actor: Actor, client: Client, assessment_id: uuid.UUID | None) -> Assessment | None:
    if assessment_id is None:
        return None
    taken = access.assessment_for(actor, assessment_id)
    if taken.client_id != client.id:
        raise NotFound
    return taken


def _empty(actor: Actor, client: Client, taken: Assessment | None) -> VisitNote | None:
    """A draft of theirs about this client in which nothing is written yet."""
    query = select(VisitNote).where(
        VisitNote.practice_id == client.practice_id,
        VisitNote.client_id == client.id,
        VisitNote.created_by == actor.user_id,
        VisitNote.status == NoteStatus.DRAFT,
        VisitNote.assessment_id == (taken.id if taken else None),
        *(getattr(VisitNote, part).is_(None) for part in NotePart),
    )
    return db.session.scalars(query.limit(1)).first()


def _tell(actor: Actor, note: VisitNote, verb: str) -> None:
    """In the trail: that it was done, and about which day; never a word of the note."""
    day = note.visited_on.isoformat()
    audit.record(actor, f"note.{verb}", client_id=note.client_id, subject_id=note.id, day=day)
