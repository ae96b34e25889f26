"""Mailboxes that do not exist, as the server says at the door: no more mail, and the practice is told."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import ColumnElement, update

from clinic.domain.types import SkipReason
from clinic.extensions import db
from clinic.mail.transport import Outcome
from clinic.models import Client
from clinic.services import audit, checkins

LONGEST = 300


def note(
    practice_id: uuid.UUID, whose: ColumnElement[bool], address: str, outcome: Outcome, at: datetime
) -> None:
    """Mark a client's address as dead, within the caller's transaction, and stop what waits to go there.

    `whose` is a condition on Client. An address that was put right meanwhile is another one.
    """
    words = f"{outcome.code or ''} {outcome.reply}".strip()[:LONGEST]
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
    for client_id in marked:
        audit.record_for(practice_id, audit.SYSTEM, "mail.bounced", client_id=client_id, reason=words)
        checkins.call_back(practice_id, client_id, SkipReason.BOUNCED)
