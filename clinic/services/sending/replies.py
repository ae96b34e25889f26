"""Mail that people write to the address ours comes back to: kept, shown on every page and told at once.

A reply may name a warning sign, so none is swallowed: it is read by the practice, or the mail server tells
its sender that nobody reads it. Its words stay here: the mail that calls somebody to them has but a link.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update

from clinic.domain.errors import RuleBroken
from clinic.domain.mail_replies import fitting, with_word_of_files
from clinic.domain.messages import LONGEST_MESSAGE, MessageChannel
from clinic.domain.notices import NoticeKind
from clinic.domain.types import ClientStatus, MailKind
from clinic.extensions import db
from clinic.mail.reports import BounceReport
from clinic.mail.said_anew import said_anew
from clinic.models import Client, MailReply, Message, Practice
from clinic.models.base import points_at
from clinic.models.whose import is_own
from clinic.services import access, audit, notices
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.messages.writing import MailedWords
from clinic.services.outbox import promises as outbox
from clinic.services.sending.results import ClaimedMail, whose
from clinic.services.transaction import transaction

LONGEST_TEXT = 20_000  # characters
LONGEST_SUBJECT = 300
READ_SHOWN = 50
UNREAD_SHOWN = 200
MOST_A_DAY, A_DAY = 20, timedelta(days=1)  # of one client: more are two machines that answer each other
_IDS = uuid.UUID("5f0b1f5e-6a0c-4c0f-9d3c-2d0f3c1f7b11")  # namespace: one mail handed in twice is one


@dataclass(frozen=True, slots=True)
class _Reader:
    """A practice that a mail is for, and the client whom it seems to be from."""

    practice_id: uuid.UUID
    client: Client | None


@dataclass(frozen=True, slots=True)
class ReceivedReply:
    """A mail that somebody wrote, and the client whom it seems to be from."""

    reply: MailReply
    client: Client | None


def keep(report: BounceReport, raw: bytes, about: ClaimedMail | None) -> int:
    """Keep a mail for each practice that it is for, within the caller's transaction; returns how many.

    It is for the practice whose mail it answers, for whoever has a client with its sender's address, or, if
    it is an answer to anybody, for the only practice there is."""
    readers = list(_readers(report, about))
    for reader in readers:
        _keep(reader, report, hashlib.sha256(raw).hexdigest(), is_answer=about is not None)
    return len(readers)


def received(actor: Actor, *, mine: bool = False) -> Sequence[ReceivedReply]:
    """The mails nobody has read, newest first, then the last that somebody has. Staff only.

    `mine` are those of the actor's own clients, of nobody's, and of senders whom nobody knows.
    """
    access.staff_only(actor)
    unread = MailReply.read_at.is_(None)
    which = [or_(MailReply.client_id.is_(None), is_own())] if mine else []
    return [*_listed(actor, UNREAD_SHOWN, unread, *which), *_listed(actor, READ_SHOWN, ~unread, *which)]


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


def _readers(report: BounceReport, about: ClaimedMail | None) -> Iterator[_Reader]:
    if about is not None:
        theirs = select(Client).where(Client.practice_id == about.practice_id, whose(about))
        yield _Reader(about.practice_id, db.session.scalar(theirs))
        return
    clients = db.session.scalars(select(Client).where(Client.email_key == report.sender)).all()
    yield from (_Reader(client.practice_id, client) for client in clients)
    if clients or not report.is_answer:
        return
    practices = db.session.scalars(select(Practice.id).limit(2)).all()
    if len(practices) == 1:
        yield _Reader(practices[0], None)


def _keep(reader: _Reader, report: BounceReport, digest: str, *, is_answer: bool) -> None:
    reply_id = uuid.uuid5(_IDS, f"{reader.practice_id.hex}:{digest}")
    if db.session.get(MailReply, reply_id) is not None:
        return
    if reader.client is not None and writing.came_before(reader.client, reply_id.hex):
        return
    if is_answer and reader.client is not None and _may_come_in(reader.client, report):
        _put_into_thread(
            reader.client, reply_id, _told(said_anew(_storable(report.body)), report, LONGEST_MESSAGE)
        )
        return
    db.session.add(
        MailReply(
            id=reply_id,
            practice_id=reader.practice_id,
            client_id=reader.client.id if reader.client else None,
            from_address=report.sender[:254],
            subject=report.subject[:LONGEST_SUBJECT],
            text=_told(_storable(report.body), report, LONGEST_TEXT),
            is_answer=is_answer,
            received_at=now(),
        )
    )
    db.session.flush()
    count_unread(reader.practice_id)
    notices.tell(
        reader.practice_id,
        NoticeKind.REPLIED,
        client_id=reader.client.id if reader.client else None,
        key=reply_id.hex,
    )
    if reader.client is not None:
        about = {"client_id": reader.client.id, "subject_id": reply_id}
        audit.record_for(reader.practice_id, audit.SYSTEM, "mail.replied", **about)
        outbox.call_somebody(reader.practice_id, MailKind.REPLY, f"reply:{reply_id.hex}")


def take_in(actor: Actor, reply_id: uuid.UUID) -> Client:
    """Put a mail that was held into the messages of its client; the second who does changes nothing.

    Raises RuleBroken where nobody knows whose it is, or the client is archived. Staff only.
    """
    with transaction():
        reply = access.reply_for(actor, reply_id)
        client = access.client_for(actor, reply.client_id) if reply.client_id else None
        if client is None:
            raise RuleBroken("Nobody knows whose mail this is.")
        if client.status is ClientStatus.ARCHIVED:
            raise RuleBroken("This client is archived. Restore the record first, or read the mail here.")
        _message_of(client, reply.id, reply.text, reply.received_at)
        mark_read(actor, reply.id)
    return client


def _may_come_in(client: Client, report: BounceReport) -> bool:
    """Whether a reply comes into the thread unseen: from the client's own address, and not by the hundred."""
    if client.status is ClientStatus.ARCHIVED or report.sender != client.email_key:
        return False
    lately = select(func.count()).where(
        Message.practice_id == client.practice_id,
        Message.client_id == client.id,
        Message.channel == MessageChannel.MAIL,
        Message.sent_at > now() - A_DAY,
    )
    return (db.session.scalar(lately) or 0) < MOST_A_DAY


def _put_into_thread(client: Client, reply_id: uuid.UUID, text: str) -> None:
    _message_of(client, reply_id, text, now())
    outbox.call_somebody(client.practice_id, MailKind.REPLY, f"reply:{reply_id.hex}")


def _message_of(client: Client, reply_id: uuid.UUID, text: str, at: datetime) -> None:
    said = fitting(said_anew(text), LONGEST_MESSAGE)
    writing.came_by_mail(client, reply_id.hex, MailedWords(said or "Nothing was written.", at))


def _told(text: str, report: BounceReport, longest: int) -> str:
    """What a mail says, no longer than that, and that files came with it where some did."""
    if not report.carries_files:
        return fitting(text, longest)
    return with_word_of_files(fitting(text, longest - len(with_word_of_files("")) - 2))


def count_unread(practice_id: uuid.UUID) -> None:
    """Write down how many are unread, within the caller's transaction: every page shows it."""
    unread = (
        select(func.count())
        .where(MailReply.practice_id == practice_id, MailReply.read_at.is_(None))
        .scalar_subquery()
    )
    db.session.execute(
        update(Practice)
        .where(Practice.id == practice_id)
        .values(unread_replies=unread)
        .execution_options(synchronize_session="fetch")
    )


def _storable(text: str) -> str:
    return text.replace("\x00", "").strip()
