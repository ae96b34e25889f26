"""Mail that people write to the address ours comes back to, as it arrives: into a thread, held, or refused.

A reply may name a warning sign, so none is swallowed: it is read by the practice, or the mail server tells
its sender that nobody reads it. Its words stay here: the mail that calls somebody to them has but a link.
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email.utils import parseaddr

from flask import current_app
from sqlalchemy import func, select

from clinic.domain.mail_replies import (
    A_DAY,
    CALLED_AGAIN_AFTER,
    FILES_LEFT_OUT,
    LATELY,
    ReplyFacts,
    ReplyRuling,
    rule_on,
    with_word,
)
from clinic.domain.messages import MessageChannel
from clinic.domain.notices import NoticeKind
from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.mail.addresses import LONGEST as LONGEST_ADDRESS
from clinic.mail.reports import BounceReport
from clinic.models import Client, MailReply, Message, Practice
from clinic.services import audit, notices
from clinic.services.clock import now
from clinic.services.messages import writing
from clinic.services.outbox import promises as outbox
from clinic.services.sending import reply_files
from clinic.services.sending.account import mail_from
from clinic.services.sending.replies import count_unread, waits_to_be_read
from clinic.services.sending.reply_files import NO_FILES, worded
from clinic.services.sending.results import ClaimedMail, whose
from clinic.services.transaction import transaction
from config import Settings

LONGEST_TEXT = 20_000  # characters
LONGEST_SUBJECT = 300
_IDS = uuid.UUID("5f0b1f5e-6a0c-4c0f-9d3c-2d0f3c1f7b11")  # namespace: one mail handed in twice is one


@dataclass(frozen=True, slots=True)
class _Reader:
    """A practice that a mail is for, and the client whom it seems to be from."""

    practice_id: uuid.UUID
    client: Client | None


def take(report: BounceReport, raw: bytes, find: Callable[[], ClaimedMail | None]) -> ReplyRuling | None:
    """Take a mail for each practice that it is for; `find` tells which mail of ours it answers.

    It is for the practice whose mail it answers, for whoever has a client with its sender's address, or, if
    it is an answer to anybody, for the only practice there is. None: for nobody.
    """
    digest = hashlib.sha256(raw).hexdigest()
    with transaction():
        about = find()
        found = [
            (reader, _sort(reader, report, digest, is_answer=about is not None))
            for reader in _readers(report, about)
        ]
    for reader, ruling in found:
        if ruling is ReplyRuling.THREAD and reader.client is not None:
            _put_into_thread(reader.client, _id_of(reader, digest), report, raw)
    return found[0][1] if found else None


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


def _sort(reader: _Reader, report: BounceReport, digest: str, *, is_answer: bool) -> ReplyRuling:
    """Where a mail goes, within the caller's transaction; one that is held is kept here."""
    reply_id = _id_of(reader, digest)
    if db.session.get(MailReply, reply_id) is not None:
        return ReplyRuling.HELD
    if reader.client is not None and writing.came_before(reader.client, reply_id.hex):
        return ReplyRuling.THREAD
    ruling = rule_on(_facts(reader, report, is_answer=is_answer))
    if ruling is ReplyRuling.HELD:
        _hold(reader, reply_id, report, is_answer=is_answer)
    return ruling


def _facts(reader: _Reader, report: BounceReport, *, is_answer: bool) -> ReplyFacts:
    client = reader.client
    return ReplyFacts(
        sender=report.sender,
        is_from_us=_is_from_us(report.sender),
        answers_us=is_answer,
        client_key=client.email_key if client else None,
        is_archived=client is not None and not client.is_active,
        in_thread_today=_in_thread_today(client) if client else 0,
        held_lately=_held_lately(reader.practice_id, report.sender),
    )


def _is_from_us(sender: str) -> bool:
    settings: Settings = current_app.config["SETTINGS"]
    _, ours = parseaddr(mail_from())
    before, mark, behind = (settings.bounce_address or "").casefold().partition("*")
    comes_back = sender.startswith(before) and sender.endswith(behind) if mark else sender == before
    return sender == ours.casefold() or (bool(before) and comes_back)


def _in_thread_today(client: Client) -> int:
    lately = select(func.count()).where(
        Message.practice_id == client.practice_id,
        Message.client_id == client.id,
        Message.channel == MessageChannel.MAIL,
        Message.sent_at > now() - A_DAY,
    )
    return db.session.scalar(lately) or 0


def _held_lately(practice_id: uuid.UUID, sender: str) -> int:
    lately = select(func.count()).where(
        MailReply.practice_id == practice_id,
        MailReply.from_address == sender[:LONGEST_ADDRESS],
        MailReply.received_at > now() - LATELY,
    )
    return db.session.scalar(lately) or 0


def _hold(reader: _Reader, reply_id: uuid.UUID, report: BounceReport, *, is_answer: bool) -> None:
    client_id = reader.client.id if reader.client else None
    calls = client_id is not None and not _called_lately(reader.practice_id)
    db.session.add(
        MailReply(
            id=reply_id,
            practice_id=reader.practice_id,
            client_id=client_id,
            from_address=report.sender[:LONGEST_ADDRESS],
            subject=report.subject[:LONGEST_SUBJECT],
            text=with_word(
                _storable(report.body), FILES_LEFT_OUT if report.carries_files else "", LONGEST_TEXT
            ),
            is_answer=is_answer,
            called=calls,
            received_at=now(),
        )
    )
    db.session.flush()
    count_unread(reader.practice_id)
    notices.tell(reader.practice_id, NoticeKind.REPLIED, client_id=client_id, key=reply_id.hex)
    if client_id is not None:
        about = {"client_id": client_id, "subject_id": reply_id}
        audit.record_for(reader.practice_id, audit.SYSTEM, "mail.replied", **about)
    if calls:
        outbox.call_somebody(reader.practice_id, MailKind.REPLY, f"reply:{reply_id.hex}")


def _called_lately(practice_id: uuid.UUID) -> bool:
    """Whether somebody was called within the hour to one that still waits: they find this one beside it."""
    waiting = select(MailReply.id).where(
        *waits_to_be_read(practice_id), MailReply.called, MailReply.received_at > now() - CALLED_AGAIN_AFTER
    )
    return db.session.scalar(waiting.limit(1)) is not None


def _id_of(reader: _Reader, digest: str) -> uuid.UUID:
    return uuid.uuid5(_IDS, f"{reader.practice_id.hex}:{digest}")


def _put_into_thread(client: Client, reply_id: uuid.UUID, report: BounceReport, raw: bytes) -> None:
    """A reply and its files, once: files come first, so that whoever reads of them sees them."""
    practice_id, client_id = client.practice_id, client.id
    if writing.came_before(client, reply_id.hex):
        return
    files = reply_files.let_in(practice_id, client_id, raw) if report.carries_files else NO_FILES
    with transaction():
        client = db.session.get_one(Client, client_id)
        writing.came_by_mail(client, reply_id.hex, worded(_storable(report.body), now(), files))
        outbox.call_somebody(practice_id, MailKind.REPLY, f"reply:{reply_id.hex}")


def _storable(text: str) -> str:
    return text.replace("\x00", "").strip()
