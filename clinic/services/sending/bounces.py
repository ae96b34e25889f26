"""Mailboxes that do not exist, or that mail comes back from week after week.

A server says so at the door, or a report says it later. The first get no more mail; of the second the
practice hears.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update

from clinic.domain.attention import AttentionKind
from clinic.domain.bounces import MailEnd, returning_since
from clinic.domain.errors import RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.types import OutboxState, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, OutboxMessage
from clinic.services import access, audit, notices
from clinic.services.actors import Actor
from clinic.services.outbox import calling_back as checkins
from clinic.services.reasons.marks import touch
from clinic.services.transaction import transaction

LONGEST = 300
MOST_ENDS = 50


def note(practice_id: uuid.UUID, whose: ColumnElement[bool], address: str, words: str, at: datetime) -> None:
    """Mark a client's address as dead, within the caller's transaction, and stop what waits to go there.

    `whose` is a condition on Client. An address that was put right meanwhile is another one.
    """
    words = words[:LONGEST]
    marked = db.session.scalars(
        update(Client)
        .where(
            Client.practice_id == practice_id,
            whose,
            Client.email_key == address.casefold(),
            Client.bounced_at.is_(None),
        )
        .values(bounced_at=at, returning_since=None, bounce_reason=words)
        .returning(Client.id)
        .execution_options(synchronize_session=False)
    ).all()
    touch(practice_id, marked, AttentionKind.BOUNCED)
    for client_id in marked:
        audit.record_for(practice_id, audit.SYSTEM, "mail.bounced", client_id=client_id, reason=words)
        checkins.call_back(practice_id, client_id, SkipReason.BOUNCED)
        notices.tell(practice_id, NoticeKind.BOUNCED, client_id=client_id)


def note_returning(practice_id: uuid.UUID, whose: ColumnElement[bool], address: str, words: str) -> None:
    """Note that mail to a client goes on coming back, if it does, within the caller's transaction.

    `whose` is a condition on Client. Mail to them goes on: the mailbox may be emptied tomorrow.
    """
    client = db.session.execute(
        select(Client.id, Client.returning_since).where(
            Client.practice_id == practice_id,
            whose,
            Client.email_key == address.casefold(),
            Client.bounced_at.is_(None),
        )
    ).first()
    since = returning_since(_ends(practice_id, client.id, address)) if client else None
    if client is None or since is None or client.returning_since is not None:
        return
    db.session.execute(
        update(Client)
        .where(Client.id == client.id)
        .values(returning_since=since, bounce_reason=words[:LONGEST])
        .execution_options(synchronize_session=False)
    )
    touch(practice_id, [client.id], AttentionKind.BOUNCED)
    audit.record_for(practice_id, audit.SYSTEM, "mail.returning", client_id=client.id, reason=words[:LONGEST])
    notices.tell(practice_id, NoticeKind.RETURNING, client_id=client.id)


def _ends(practice_id: uuid.UUID, client_id: uuid.UUID, address: str) -> Iterator[MailEnd]:
    """How the mails to a client's address ended, the newest first."""
    mail = OutboxMessage
    ended = db.session.execute(
        select(mail.finished_at, mail.came_back)
        .where(
            mail.practice_id == practice_id,
            mail.client_id == client_id,
            func.lower(mail.to_address) == address.lower(),
            mail.state.in_((OutboxState.SENT, OutboxState.FAILED)),
            mail.finished_at.is_not(None),
        )
        .order_by(mail.finished_at.desc())
        .limit(MOST_ENDS)
    )
    return (MailEnd(at, cause) for at, cause in ended if at is not None)


def trust_again(actor: Actor, client_id: uuid.UUID) -> str:
    """Write to an address again, because somebody knows that it works; returns it. Staff only."""
    with transaction():
        client = access.client_for(actor, client_id)
        # past the version: an open edit form need not fail for it
        cleared = db.session.execute(
            update(Client)
            .where(
                Client.id == client.id,
                or_(Client.bounced_at.is_not(None), Client.returning_since.is_not(None)),
            )
            .values(bounced_at=None, returning_since=None, bounce_reason=None)
        )
        assert isinstance(cleared, CursorResult)
        if cleared.rowcount:
            touch(client.practice_id, [client.id], AttentionKind.BOUNCED)
            audit.record(actor, "mail.address_works", client_id=client.id)
    if client.email is None:
        raise RuleBroken(say("%(name)s has no email address.", name=client.name))
    return client.email
