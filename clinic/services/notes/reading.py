"""Notes of a client as they are read: the newest visit first, each with what was added to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from clinic.extensions import db
from clinic.models import VisitNote, VisitNoteAmendment
from clinic.models.base import among, given
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.notes.writing import WITH_PEOPLE

PAGE = 20


@dataclass(frozen=True, slots=True)
class NotePage:
    """Some notes with their amendments and, if there are older ones, the note the next page starts after."""

    notes: Sequence[VisitNote]
    added: Mapping[uuid.UUID, Sequence[VisitNoteAmendment]]
    before: uuid.UUID | None


_ORDER = (VisitNote.visited_on, VisitNote.created_at, VisitNote.id)
_MINE = (given(VisitNote.practice_id), given(VisitNote.client_id))
_EDGE = select(*_ORDER).where(*_MINE, given(VisitNote.id))
_NEWEST = (
    select(VisitNote)
    .where(*_MINE)
    .options(*WITH_PEOPLE)
    .order_by(*(each.desc() for each in _ORDER))
    .limit(PAGE + 1)
)
_ADDED = (
    select(VisitNoteAmendment)
    .where(given(VisitNoteAmendment.practice_id), among(VisitNoteAmendment.note_id, "notes"))
    .options(joinedload(VisitNoteAmendment.maker))
    .order_by(VisitNoteAmendment.made_at, VisitNoteAmendment.id)
)


def page(actor: Actor, client_id: uuid.UUID, before: uuid.UUID | None = None) -> NotePage:
    """A client's notes, the newest visit first, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "client_id": client_id}
    edge = db.session.execute(_EDGE, {**whose, "id": before}).first() if before else None
    query = _NEWEST.where(tuple_(*_ORDER) < tuple_(*edge)) if edge else _NEWEST
    found = db.session.scalars(query, whose).all()
    notes = found[:PAGE]
    more = notes[-1].id if len(found) > PAGE else None
    return NotePage(notes, amendments(actor, [note.id for note in notes]), more)


def whole(actor: Actor, note_id: uuid.UUID) -> VisitNote:
    """A note with its client and its people: one query."""
    return access.note_for(actor, note_id, *WITH_PEOPLE)


def amendments(
    actor: Actor, note_ids: Sequence[uuid.UUID]
) -> Mapping[uuid.UUID, Sequence[VisitNoteAmendment]]:
    """What was added to these notes, by note, in the order it was added. One query."""
    added: dict[uuid.UUID, list[VisitNoteAmendment]] = {}
    if not note_ids:
        return added
    for each in db.session.scalars(_ADDED, {"practice_id": actor.practice_id, "notes": note_ids}):
        added.setdefault(each.note_id, []).append(each)
    return added
