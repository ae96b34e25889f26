"""Letters, scans and reports of a client: written down beside their file, shared, removed, put back."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.access import Permission
from clinic.domain.documents import DocumentKind, problems
from clinic.domain.errors import Forbidden, NotFound, RuleBroken, must_hold
from clinic.domain.media import MediaKind, can_be_put_back, check_here
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Document
from clinic.services import access, audit, once, removal
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import one_at_a_time, transaction

WITH_FILE = joinedload(Document.media)
WITH_ALL = WITH_FILE, joinedload(Document.adder)
GONE = say("It was removed more than a day ago, and is gone.")


@dataclass(frozen=True, slots=True)
class DocumentWords:
    """What is written down of a document."""

    title: str
    kind: DocumentKind
    dated_on: date | None = None
    from_whom: str = ""
    note: str = ""
    shared: bool = False


def of_client(actor: Actor, client_id: uuid.UUID) -> Sequence[Document]:
    """A client's documents, the latest first, and those that can still be put back; staff only. One query."""
    access.staff_only(actor)
    query = (
        select(Document)
        .where(
            Document.practice_id == actor.practice_id,
            Document.client_id == client_id,
            removal.there_or_lately(Document.removed_at, now()),
        )
        .order_by(Document.added_at.desc(), Document.id)
        .options(*WITH_ALL)
    )
    return db.session.scalars(query).all()


def shared_with(actor: Actor) -> Sequence[Document]:
    """What the practice shares with the signed-in client, the latest first. One query."""
    if actor.client_id is None:
        raise NotFound
    query = (
        select(Document)
        .where(
            Document.practice_id == actor.practice_id,
            Document.client_id == actor.client_id,
            Document.removed_at.is_(None),
            Document.shared_at.is_not(None),
        )
        .order_by(Document.shared_at.desc(), Document.id)
        .options(WITH_FILE)
    )
    return db.session.scalars(query).all()


def add(actor: Actor, client_id: uuid.UUID, media_id: uuid.UUID, words: DocumentWords, key: str) -> Document:
    """Keep a file that is here as a document of its client; pressed twice it is once."""
    document_id = once.id_of(Document, actor.practice_id, key, client_id, words.title)
    with transaction():
        client = access.client_for(actor, client_id)
        _must_keep(actor)
        if made := once.made_before(Document, actor.practice_id, document_id):
            return made
        _must_hold(actor, words)
        media = access.media_for(actor, media_id)
        if media.client_id != client.id or media.kind is not MediaKind.DOCUMENT:
            raise NotFound
        check_here(media.state, media.said)
        if db.session.scalar(select(Document.id).where(Document.media_id == media.id)):
            raise RuleBroken(say("This file is on the record already."), "file")
        row = Document(
            id=document_id,
            practice_id=actor.practice_id,
            client_id=client.id,
            media_id=media.id,
            added_by=actor.user_id,
            added_at=now(),
        )
        _write(row, words)
        row, is_new = once.add(row)
        if is_new:
            audit.record(
                actor, "document.added", client_id=client.id, subject_id=row.id, sort=words.kind.value
            )
            if row.shared_at:
                audit.record(actor, "document.shared", client_id=client.id, subject_id=row.id)
    return row


def correct(actor: Actor, document_id: uuid.UUID, words: DocumentWords) -> Document:
    """Write down anew what a document is, and whether its client sees it."""
    with transaction():
        row = _held(actor, document_id)
        if row.removed_at is not None:
            raise NotFound
        _must_hold(actor, words)
        was_shared = row.shared_at is not None
        before = _told(row)
        _write(row, words)
        if changed := sorted(name for name, value in _told(row).items() if before[name] != value):
            audit.record(
                actor, "document.corrected", client_id=row.client_id, subject_id=row.id, fields=changed
            )
        if was_shared != words.shared:
            action = "document.shared" if words.shared else "document.withheld"
            audit.record(actor, action, client_id=row.client_id, subject_id=row.id)
    return row


def remove(actor: Actor, document_id: uuid.UUID) -> Document:
    """Take a document off the record; for a day it can be put back."""
    with transaction():
        row = _held(actor, document_id)
        if removal.remove(row, now()):
            audit.record(actor, "document.removed", client_id=row.client_id, subject_id=row.id)
    return row


def put_back(actor: Actor, document_id: uuid.UUID) -> Document:
    """Put a document on the record again that was removed within the last day. Raises RuleBroken later."""
    with transaction():
        row = _held(actor, document_id)
        if row.removed_at is not None and not can_be_put_back(row.removed_at, now()):
            raise RuleBroken(GONE)
        if removal.bring_back(row):
            audit.record(actor, "document.put_back", client_id=row.client_id, subject_id=row.id)
    return row


def _held(actor: Actor, document_id: uuid.UUID) -> Document:
    access.staff_only(actor)
    row = access.document_for(actor, document_id)
    _must_keep(actor)
    one_at_a_time(Document, row.id)
    db.session.refresh(row)
    return row


def _must_keep(actor: Actor) -> None:
    if not actor.may(Permission.KEEP_DOCUMENTS):
        raise Forbidden("You may not keep documents.")


def _must_hold(actor: Actor, words: DocumentWords) -> None:
    today = today_in(access.practice_of(actor).time_zone)
    must_hold(problems(words.title, words.dated_on, today))


def _write(row: Document, words: DocumentWords) -> None:
    row.title, row.kind, row.dated_on = words.title, words.kind, words.dated_on
    row.from_whom, row.note = words.from_whom, words.note
    if words.shared != (row.shared_at is not None):
        row.shared_at = now() if words.shared else None


def _told(row: Document) -> dict[str, object]:
    return {name: getattr(row, name) for name in ("title", "kind", "dated_on", "from_whom", "note")}
