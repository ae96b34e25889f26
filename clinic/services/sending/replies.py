"""Mail that was held: shown on every page until somebody has read it, put into messages, or thrown away."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update

from clinic.domain.errors import RuleBroken
from clinic.domain.mail_replies import THROWN_AWAY_KEPT
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, MailReply, Practice
from clinic.models.base import points_at
from clinic.models.whose import is_own
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.sending.reply_files import worded
from clinic.services.transaction import transaction

READ_SHOWN = 50
UNREAD_SHOWN = 200
THROWN_AWAY_SHOWN = 20


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """A mail that somebody wrote, and the client whom it seems to be from."""

    reply: MailReply
    client: Client | None


def received(actor: Actor, *, mine: bool = False) -> Sequence[ReceivedReply]:
    """The mails nobody has read, newest first, then the last that somebody has. Staff only.

    `mine` are those of the actor's own clients, of nobody's, and of senders whom nobody knows.
    """
    access.staff_only(actor)
    unread, here = MailReply.read_at.is_(None), MailReply.thrown_away_at.is_(None)
    which = [here, *([or_(MailReply.client_id.is_(None), is_own())] if mine else [])]
    return [*_listed(actor, UNREAD_SHOWN, unread, *which), *_listed(actor, READ_SHOWN, ~unread, *which)]


def thrown_away(actor: Actor) -> Sequence[ReceivedReply]:
    """What somebody threw away so lately that it can be brought back, newest first. Staff only."""
    access.staff_only(actor)
    return _listed(actor, THROWN_AWAY_SHOWN, MailReply.thrown_away_at > now() - THROWN_AWAY_KEPT)


def mark_read(actor: Actor, reply_id: uuid.UUID) -> None:
    """Somebody of the practice has read a mail; the second who says so changes nothing. Staff only."""
    with transaction():
        reply = access.reply_for(actor, reply_id)
        at = now()
        read = db.session.execute(
            update(MailReply)
            .where(MailReply.id == reply.id, MailReply.read_at.is_(None))
            .values(read_at=at, read_by=actor.user_id)
        )
        assert isinstance(read, CursorResult)
        if read.rowcount:
            count_unread(reply.practice_id)
            audit.record(actor, "mail.reply_read", client_id=reply.client_id, subject_id=reply.id)


def throw_away(actor: Actor, reply_id: uuid.UUID) -> None:
    """A mail that nobody needs counts no more, and goes for good after a day; twice is once. Staff only."""
    with transaction():
        reply = access.reply_for(actor, reply_id)
        if reply.thrown_away_at is None:
            reply.thrown_away_at = now()
            _noted(actor, reply, "mail.reply_thrown_away")


def bring_back(actor: Actor, reply_id: uuid.UUID) -> None:
    """It is needed after all, and waits to be read again if nobody had read it. Staff only."""
    with transaction():
        reply = access.reply_for(actor, reply_id)
        if reply.thrown_away_at is not None:
            reply.thrown_away_at = None
            _noted(actor, reply, "mail.reply_brought_back")


def take_in(actor: Actor, reply_id: uuid.UUID) -> Client:
    """Put a mail that was held into the messages of its client; the second who does changes nothing.

    Raises RuleBroken where nobody knows whose it is, or the client is archived. Staff only.
    """
    with transaction():
        reply = access.reply_for(actor, reply_id)
        client = access.client_for(actor, reply.client_id) if reply.client_id else None
        if client is None:
            raise RuleBroken(say("Nobody knows whose mail this is."))
        if reply.thrown_away_at is not None:
            raise RuleBroken(say("This mail was thrown away. Bring it back first."))
        if not client.is_active:
            raise RuleBroken(say("This client is archived. Restore the record first, or read the mail here."))
        writing.came_by_mail(client, reply.id.hex, worded(reply.text, reply.received_at))
        mark_read(actor, reply.id)
    return client


def waits_to_be_read(practice_id: uuid.UUID) -> tuple[ColumnElement[bool], ...]:
    """Mail of a practice that nobody has read or thrown away."""
    nobody = MailReply.read_at.is_(None), MailReply.thrown_away_at.is_(None)
    return MailReply.practice_id == practice_id, *nobody


def count_unread(practice_id: uuid.UUID) -> None:
    """Write down how many are unread, within the caller's transaction: every page shows it."""
    unread = select(func.count()).where(*waits_to_be_read(practice_id)).scalar_subquery()
    db.session.execute(
        update(Practice)
        .where(Practice.id == practice_id)
        .values(unread_replies=unread)
        .execution_options(synchronize_session="fetch")
    )


def _noted(actor: Actor, reply: MailReply, action: str) -> None:
    db.session.flush()
    count_unread(reply.practice_id)
    audit.record(actor, action, client_id=reply.client_id, subject_id=reply.id)


def _listed(actor: Actor, most: int, *which: ColumnElement[bool]) -> list[ReceivedReply]:
    query = (
        select(MailReply, Client)
        .outerjoin(Client, points_at(MailReply.client_id, Client))
        .where(MailReply.practice_id == actor.practice_id, *which)
        .order_by(MailReply.received_at.desc(), MailReply.id)
        .limit(most)
    )
    whose = {"practice_id": actor.practice_id, "whose": actor.user_id}
    return [ReceivedReply(*row) for row in db.session.execute(query, whose)]
