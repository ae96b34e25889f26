"""Whether a client has check-in mail: stopped by whoever holds the link, begun again by the client alone."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import CursorResult, select, update

from clinic.domain.errors import LinkProblem
from clinic.domain.types import LinkProblemKind, SkipReason
from clinic.extensions import db
from clinic.models import Client, Practice
from clinic.services import access, audit, checkins, links
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose link it is, and of which practice."""

    client: Client
    practice: Practice

    @property
    def is_subscribed(self) -> bool:
        """Whether check-in mail goes out to them."""
        return self.client.unsubscribed_at is None


def subscriber(secret: str) -> Subscriber:
    """Whom an unsubscribe link is about; raises LinkProblem for an altered one or somebody who is gone."""
    query = (
        select(Client, Practice)
        .join(Practice, Practice.id == Client.practice_id)
        .where(Client.id == links.read_unsubscribe(secret))
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise LinkProblem(LinkProblemKind.UNKNOWN)
    return Subscriber(row.Client, row.Practice)


def stop_by_link(secret: str) -> None:
    """Stop check-in mail through a mailed link; a second time changes nothing."""
    with transaction():
        client = subscriber(secret).client
        if _put(client.practice_id, client.id, stopped=True):
            audit.record_for(client.practice_id, client.name, "mail.unsubscribed", client_id=client.id)


def stop(actor: Actor) -> None:
    """Stop check-in mail in one's own account."""
    with transaction():
        client = access.own_client(actor)
        if _put(client.practice_id, client.id, stopped=True):
            audit.record(actor, "mail.unsubscribed", client_id=client.id)


def begin_again(actor: Actor) -> None:
    """Have check-in mail again; the client's own act, in their own account."""
    with transaction():
        client = access.own_client(actor)
        if _put(client.practice_id, client.id, stopped=False):
            audit.record(actor, "mail.resubscribed", client_id=client.id)


def _put(practice_id: uuid.UUID, client_id: uuid.UUID, *, stopped: bool) -> bool:
    """Whether it was otherwise before. Past the version: a practitioner's open form need not fail for it."""
    changed = db.session.execute(
        update(Client)
        .where(
            Client.practice_id == practice_id,
            Client.id == client_id,
            Client.unsubscribed_at.is_(None) if stopped else Client.unsubscribed_at.is_not(None),
        )
        .values(unsubscribed_at=now() if stopped else None)
    )
    assert isinstance(changed, CursorResult)
    if stopped and changed.rowcount:
        checkins.call_back(practice_id, client_id, SkipReason.UNSUBSCRIBED)
    return bool(changed.rowcount)
