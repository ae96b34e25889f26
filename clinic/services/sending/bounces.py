"""Mailboxes that do not exist, as a server says at the door or a report says later: they get no more mail."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, CursorResult, update

from clinic.domain.attention import AttentionKind
from clinic.domain.errors import RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.types import SkipReason
from clinic.extensions import db
from clinic.models import Client
from clinic.services import access, audit, notices
from clinic.services.actors import Actor
from clinic.services.outbox import calling_back as checkins
from clinic.services.reasons.marks import touch
from clinic.services.transaction import transaction

LONGEST = 300


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
        .values(bounced_at=at, bounce_reason=words)
        .returning(Client.id)
        .execution_options(synchronize_session=False)
    ).all()
    touch(practice_id, marked, AttentionKind.BOUNCED)
    for client_id in marked:
        audit.record_for(practice_id, audit.SYSTEM, "mail.bounced", client_id=client_id, reason=words)
        checkins.call_back(practice_id, client_id, SkipReason.BOUNCED)
        notices.tell(practice_id, NoticeKind.BOUNCED, client_id=client_id)


def trust_again(actor: Actor, client_id: uuid.UUID) -> str:
    """Write to an address again, because somebody knows that it works; returns it. Staff only."""
    with transaction():
        client = access.client_for(actor, client_id)
        # past the version: an open edit form need not fail for it
        cleared = db.session.execute(
            update(Client)
            .where(Client.id == client.id, Client.bounced_at.is_not(None))
            .values(bounced_at=None, bounce_reason=None)
        )
        assert isinstance(cleared, CursorResult)
        if cleared.rowcount:
            touch(client.practice_id, [client.id], AttentionKind.BOUNCED)
            audit.record(actor, "mail.address_works", client_id=client.id)
    if client.email is None:
        raise RuleBroken(f"{client.name} has no email address.")
    return client.email
