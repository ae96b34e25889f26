"""Notes of a client as they are read: the newest visit first, each with what was added to it."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select, tuple_
from sqlalchemy.orm import joinedload

from clinic.extensions import db
from clinic.models import VisitNote, VisitNoteAmendment
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


def page(actor: Actor, client_id: uuid.UUID, before: uuid.UUID | None = None) -> NotePage:
    """A client's notes, the newest visit first, older than `before` if that is one of them; staff only."""
    access.staff_only(actor)
    mine = (VisitNote.practice_id == actor.practice_id, VisitNote.client_id == client_id)
    order = (VisitNote.visited_on, VisitNote.created_at, VisitNote.id)
    query = select(VisitNote).where(*mine).options(*WITH_PEOPLE)
    edge = db.session.execute(select(*order).where(*mine, VisitNote.id == before)).first() if before else None
    if edge:
        query = query.where(tuple_(*order) < tuple_(*edge))
    query = query.order_by(*(each.desc() for each in order)).limit(PAGE + 1)
    found = db.session.scalars(query).all()
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
    query = (
        select(VisitNoteAmendment)
        .where(VisitNoteAmendment.practice_id == actor.practice_id, VisitNoteAmendment.note_id.in_(note_ids))
        .options(joinedload(VisitNoteAmendment.maker))
        .order_by(VisitNoteAmendment.made_at, VisitNoteAmendment.id)
    )
    for each in db.session.scalars(query):
        added.setdefault(each.note_id, []).append(each)
    return added
