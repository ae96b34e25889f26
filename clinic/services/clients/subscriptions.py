"""Which sorts of mail a client has: stopped by whoever holds the link, begun again by the client alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from sqlalchemy import ColumnElement, CursorResult, and_, select, update
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.channels import kinds_in, link_may_begin_again
from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.skipping import skip_in_words
from clinic.domain.types import LinkProblemKind, MailChannel, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, Practice, PracticeReminder
from clinic.services import access, audit, links, notices
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import calling_back as checkins
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction

STOPPED_AT: Mapping[MailChannel, InstrumentedAttribute[datetime | None]] = MappingProxyType(
    {
        MailChannel.CHECKINS: Client.unsubscribed_at,
        MailChannel.MESSAGES: Client.messages_stopped_at,
        MailChannel.REMINDERS: PracticeReminder.stopped_at,  # of those who wished for any
    }
)
REPORTED = "reported as unwanted mail"


@dataclass(frozen=True, slots=True)
class Subscriber:
    """Whose link it is, of which practice, and about which mail."""

    client: Client
    practice: Practice
    channel: MailChannel

    @property
    def is_subscribed(self) -> bool:
        """Whether this mail goes out to them."""
        return is_subscribed(self.client, self.channel)

    @property
    def may_begin_again(self) -> bool:
        """Whether the link that stopped it may still take that back."""
        return any(link_may_begin_again(each, now()) for each in _stopped_at(self.client, self.channel))


def is_subscribed(client: Client, channel: MailChannel) -> bool:
    """Whether a client has this sort of mail."""
    return None in _stopped_at(client, channel)


def subscriber(secret: str) -> Subscriber:
    """Whom an unsubscribe link is about; raises LinkProblem for an altered one or somebody who is gone."""
    client_id, channel = links.read_unsubscribe(secret)
    query = (
        select(Client, Practice)
        .join(Practice, Practice.id == Client.practice_id)
        .where(Client.id == client_id)
    )
    with across_practices("whose link this is") as across:
        row = db.session.execute(query).one_or_none()
        if row is None:
            raise LinkProblem(LinkProblemKind.UNKNOWN)
        across.found(row.Practice.id)
    return Subscriber(row.Client, row.Practice, channel)


def stop_by_link(secret: str) -> None:
    """Stop a sort of mail through a mailed link; a second time changes nothing."""
    _by_link(secret, stopped=True)


def begin_again_by_link(secret: str) -> None:
    """Have it again through the same link, for a day: whoever stopped it may think better of it.

    After that whoever found an old mail could; RuleBroken says how the client does it.
    """
    _by_link(secret, stopped=False)


def stop(actor: Actor, channel: MailChannel) -> None:
    """Stop a sort of mail in one's own account."""
    _in_account(actor, channel, stopped=True)


def begin_again(actor: Actor, channel: MailChannel) -> None:
    """Have it again; the client's own act, in their own account."""
    _in_account(actor, channel, stopped=False)


def stop_after_complaint(client: Client) -> None:
    """Stop all that can be stopped, within the caller's transaction: they called our mail unwanted."""
    for channel in MailChannel:
        if _put(client, channel, stopped=True):
            audit.record_for(
                client.practice_id,
                audit.SYSTEM,
                "mail.unsubscribed",
                client_id=client.id,
                kind=channel.value,
                reason=REPORTED,
            )


def _by_link(secret: str, *, stopped: bool) -> None:
    with transaction():
        found = subscriber(secret)
        client = found.client
        if not stopped and not found.may_begin_again:
            raise RuleBroken(say("Please begin this mail again in your account, or ask your practice."))
        if _put(client, found.channel, stopped=stopped):
            audit.record_for(
                client.practice_id,
                client.name,
                _action(stopped=stopped),
                client_id=client.id,
                kind=found.channel.value,
            )


def _in_account(actor: Actor, channel: MailChannel, *, stopped: bool) -> None:
    with transaction():
        client = access.own_client(actor)
        if _put(client, channel, stopped=stopped):
            audit.record(actor, _action(stopped=stopped), client_id=client.id, kind=channel.value)


def _action(*, stopped: bool) -> str:
    return "mail.unsubscribed" if stopped else "mail.resubscribed"


def _put(client: Client, channel: MailChannel, *, stopped: bool) -> bool:
    """Whether it was otherwise before. Past the version: a practitioner's open form need not fail for it."""
    column = STOPPED_AT[channel]
    changed = db.session.execute(
        (update(Client) if column.class_ is Client else update(PracticeReminder))
        .where(*_whose(client, column), column.is_(None) if stopped else column.is_not(None))
        .values({column: now() if stopped else None})
    )
    assert isinstance(changed, CursorResult)
    if stopped and changed.rowcount:
        _call_back(client, channel)
    return bool(changed.rowcount)


def _stopped_at(client: Client, channel: MailChannel) -> Sequence[datetime | None]:
    """Since when it is stopped; nothing where nobody ever wished for it. No query for what a client has."""
    column = STOPPED_AT[channel]
    if column.class_ is Client:
        return [getattr(client, column.key)]
    return db.session.scalars(select(column).where(*_whose(client, column))).all()


def _whose(client: Client, column: InstrumentedAttribute[datetime | None]) -> tuple[ColumnElement[bool], ...]:
    holder = column.class_
    key = holder.id if holder is Client else holder.client_id
    return holder.practice_id == client.practice_id, key == client.id


def _call_back(client: Client, channel: MailChannel) -> None:
    """What waits does not go out any more, and the practice hears of it."""
    if channel is MailChannel.CHECKINS:
        checkins.call_back(client.practice_id, client.id, SkipReason.UNSUBSCRIBED)
        notices.tell(client.practice_id, NoticeKind.UNSUBSCRIBED, client_id=client.id)
    theirs = and_(OutboxMessage.client_id == client.id, OutboxMessage.kind.in_(kinds_in(channel)))
    outbox.cancel(client.practice_id, theirs, skip_in_words(SkipReason.UNSUBSCRIBED))
