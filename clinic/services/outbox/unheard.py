"""News for somebody of the practice that no mail has brought: on their pages until they say "seen"."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Exists, and_, bindparam, exists, or_, select, update

from clinic.domain.types import MailKind
from clinic.domain.unheard import PATIENCE, WAITS, is_unheard
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, WarningFlag
from clinic.models.base import one_of, points_at
from clinic.models.outbox import UNSEEN
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

MOST = 20  # more than anybody reads at once; the next ones come when these are seen


@dataclass(frozen=True, slots=True)
class UnheardNews:
    """One mail that did not go out: a warning sign with its client, or the news of one morning."""

    mail_id: uuid.UUID
    kind: MailKind
    reason: str
    since: datetime
    flag_id: uuid.UUID | None = None
    client: Client | None = None
    day: date | None = None


_OPEN = or_(OutboxMessage.flag_id.is_(None), WarningFlag.is_open)  # a sign that was dealt with is heard
_ALL = (
    select(OutboxMessage, Client)
    .outerjoin(WarningFlag, points_at(OutboxMessage.flag_id, WarningFlag))
    .outerjoin(Client, points_at(WarningFlag.client_id, Client))
    .where(
        OutboxMessage.practice_id == bindparam("practice_id"),
        OutboxMessage.user_id == bindparam("user_id"),
        UNSEEN,
        _OPEN,
    )
    .order_by(OutboxMessage.created_at)
    .limit(MOST)
)


def any_for(practice_id: Any, user_id: Any, late: BindParameter[datetime]) -> Exists:
    """Whether there are some, as a column of another statement: one look into a short index.

    `late` is the instant that `late_at` gives: a mail due since that waits is not late yet.
    """
    on_its_way = one_of(OutboxMessage.state, WAITS)
    waits = and_(on_its_way, OutboxMessage.due_at > late)
    return exists().where(
        OutboxMessage.practice_id == practice_id, OutboxMessage.user_id == user_id, UNSEEN, ~waits
    )


def late_at(at: datetime) -> datetime:
    """What was due by then and still waits is late at `at`."""
    return at - PATIENCE


def of(actor: Actor) -> list[UnheardNews]:
    """What somebody has not heard by mail, oldest first."""
    at = now()
    rows = db.session.execute(_ALL, {"practice_id": actor.practice_id, "user_id": actor.user_id}).all()
    return [_news(mail, client) for mail, client in rows if is_unheard(mail.state, mail.due_at, at)]


def see(actor: Actor, until: datetime) -> int:
    """Note that somebody has seen what stood on their page up to `until`; returns how much that was."""
    with transaction():
        shown = [each for each in of(actor) if each.since <= until]
        db.session.execute(
            update(OutboxMessage)
            .where(OutboxMessage.id.in_([each.mail_id for each in shown]), OutboxMessage.seen_at.is_(None))
            .values(seen_at=now())
            .execution_options(synchronize_session=False)
        )
        for each in shown:
            audit.record(actor, "news.seen", subject_id=each.flag_id or each.mail_id, kind=each.kind)
    return len(shown)


def _news(mail: OutboxMessage, client: Client | None) -> UnheardNews:
    return UnheardNews(
        mail.id,
        mail.kind,
        mail.reason or "",
        mail.created_at,
        mail.flag_id,
        client,
        mail.local_date,
    )
