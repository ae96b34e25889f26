"""The thread of a client as each side reads it, and until where they have read it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.orm import joinedload, selectinload

from clinic.domain.errors import NotFound
from clinic.domain.messages import MessageFrom, is_shown_to_client
from clinic.extensions import db
from clinic.models import Message, MessageFile, Thread, ThreadRead
from clinic.models.base import given
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

PAGE = 50
_OF_CLIENT = (
    select(Message)
    .where(given(Message.practice_id), given(Message.client_id))
    .order_by(Message.sent_at.desc(), Message.id.desc())
    .limit(bindparam("most"))
    .options(
        joinedload(Message.author),
        joinedload(Message.prescription),
        selectinload(Message.files).joinedload(MessageFile.media),
    )
)
_OLDER = _OF_CLIENT.where(
    tuple_(Message.sent_at, Message.id)
    < tuple_(bindparam("at", type_=Message.sent_at.type), bindparam("key", type_=Message.id.type))
)
_EDGE = select(Message.sent_at, Message.id).where(
    given(Message.practice_id), given(Message.client_id), given(Message.id)
)


def of_client(
    actor: Actor, client_id: uuid.UUID, *, before: uuid.UUID | None = None, most: int = PAGE
) -> Sequence[Message]:
    """A client's newest messages, the newest first, or those before one; staff only. Two queries."""
    access.staff_only(actor)
    return _read(actor.practice_id, client_id, before, most)


def own(actor: Actor, *, before: uuid.UUID | None = None, most: int = PAGE) -> list[Message]:
    """The signed-in client's newest messages, the newest first, as far as they see them. Two queries."""
    if actor.client_id is None:
        raise NotFound
    at = now()
    return [
        each
        for each in _read(actor.practice_id, actor.client_id, before, most)
        if is_shown_to_client(each.sender, each.channel, each.sent_at, each.undone_at, at)
    ]


def of_move(actor: Actor, prescription_id: uuid.UUID) -> bool:
    """Whether the signed-in client has asked about this move already. One query."""
    asked = select(Message.id).where(
        Message.practice_id == actor.practice_id,
        Message.client_id == actor.client_id,
        Message.prescription_id == prescription_id,
    )
    return db.session.scalar(asked.limit(1)) is not None


def thread_of(actor: Actor, client_id: uuid.UUID) -> Thread | None:
    """The thread of a client; None where nobody has written yet. Staff only. One query."""
    access.staff_only(actor)
    query = select(Thread).where(Thread.practice_id == actor.practice_id, Thread.client_id == client_id)
    return db.session.scalars(query).one_or_none()


def mark_read(actor: Actor, client_id: uuid.UUID, until: uuid.UUID) -> None:
    """Somebody of the practice has read a thread up to this message; what was read stays read."""
    with transaction() as session:
        client = access.client_for(actor, client_id)
        at = _when(actor.practice_id, client.id, until)
        mine = ThreadRead.practice_id == actor.practice_id, ThreadRead.user_id == actor.user_id
        query = select(ThreadRead).where(*mine, ThreadRead.client_id == client.id).with_for_update()
        row = session.scalars(query).one_or_none()
        if row is None:
            about = {"practice_id": actor.practice_id, "user_id": actor.user_id, "client_id": client.id}
            session.add(ThreadRead(**about, read_until=at))
        elif row.read_until < at:
            row.read_until = at


def mark_own_read(actor: Actor, until: uuid.UUID) -> None:
    """The signed-in client has read their thread up to this message."""
    with transaction() as session:
        client = access.own_client(actor)
        at = _when(actor.practice_id, client.id, until)
        whose = Thread.practice_id == client.practice_id, Thread.client_id == client.id
        unread = Thread.client_read_until.is_(None) | (Thread.client_read_until < at)
        session.execute(update(Thread).where(*whose, unread).values(client_read_until=at))


def is_new_to_client(message: Message, read_until: datetime | None) -> bool:
    """Whether a message of the practice came after what its client had read."""
    return message.sender is MessageFrom.PRACTICE and (read_until is None or message.sent_at > read_until)


def _when(practice_id: uuid.UUID, client_id: uuid.UUID, message_id: uuid.UUID) -> datetime:
    whose = {"practice_id": practice_id, "client_id": client_id}
    edge = db.session.execute(_EDGE, {**whose, "id": message_id}).one_or_none()
    if edge is None:
        raise NotFound
    at: datetime = edge.sent_at
    return at


def _read(
    practice_id: uuid.UUID, client_id: uuid.UUID, before: uuid.UUID | None, most: int
) -> Sequence[Message]:
    whose = {"practice_id": practice_id, "client_id": client_id}
    edge = db.session.execute(_EDGE, {**whose, "id": before}).one_or_none() if before else None
    if edge is None:
        return db.session.scalars(_OF_CLIENT, {**whose, "most": most}).all()
    return db.session.scalars(_OLDER, {**whose, "most": most, "at": edge.sent_at, "key": edge.id}).all()
