"""Word by mail that a message waits: without a word of it, one a day, within the client's waking hours."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from clinic.domain.messages import MessageFrom, is_shown_to_client, word_due
from clinic.domain.scheduling import DAY, waking_hours
from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.models import Client, Message, OutboxMessage, Practice, Thread
from clinic.models.base import given, points_at
from clinic.models.message import is_unread_by_client
from clinic.services import rows
from clinic.services.outbox import promises as outbox

_UNREAD = (
    select(Message.sender, Message.channel, Message.sent_at, Message.undone_at)
    .join(Thread, points_at(Message.thread_id, Thread))
    .where(
        given(Message.practice_id),
        given(Message.client_id),
        Message.sender == MessageFrom.PRACTICE,
        is_unread_by_client(),
    )
)
KEEPS = 3 * DAY  # longer it is no news
MOST_DAYS = 3  # looked at for one that has no such mail yet


def tell(client: Client, sent_at: datetime) -> None:
    """Promise word of a message of the practice, within the caller's transaction.

    Only whoever has an account gets one: there is nothing to open for anybody else. One that waits already
    tells of this message, too; where one went out today, the next is tomorrow's.
    """
    if client.user_id is None:
        return
    practice = db.session.get_one(Practice, client.practice_id)
    hours = waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)
    due = word_due(sent_at, hours, ZoneInfo(client.time_zone))
    for _ in range(MOST_DAYS):
        state = _state_on(client, due.date())
        if state is OutboxState.READY:
            return
        if state is None:
            _promise(client, due)
            return
        due = datetime.combine(due.date() + DAY, hours.opens, due.tzinfo)


def has_unread(practice_id: uuid.UUID, client_id: uuid.UUID, at: datetime) -> bool:
    """Whether a client is shown something in their thread that they have not read. One query."""
    whose = {"practice_id": practice_id, "client_id": client_id}
    return any(is_shown_to_client(*row, at) for row in rows.read(_UNREAD, whose))


def _promise(client: Client, due: datetime) -> None:
    outbox.promise(
        client.practice_id,
        MailKind.MESSAGE_WAITS,
        _key(client, due.date()),
        client_id=client.id,
        local_date=due.date(),
        due_at=due,
        not_after=due + KEEPS,
    )


def _state_on(client: Client, day: date) -> OutboxState | None:
    query = select(OutboxMessage.state).where(
        OutboxMessage.practice_id == client.practice_id, OutboxMessage.dedupe_key == _key(client, day)
    )
    return db.session.scalar(query)


def _key(client: Client, day: date) -> str:
    return f"message:{client.id.hex}:{day.isoformat()}"
