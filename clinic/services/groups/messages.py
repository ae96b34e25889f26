"""A message to all of a group: written once, on each member's page, with a mail that says it is there."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.mail_standing import MailSort, mail_standing_of, why_not_mailed
from clinic.domain.types import MailKind, OutboxState, SkipReason
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, ClientGroup, GroupMember, GroupMessage, OutboxMessage, User, has_open_flag
from clinic.models.base import among, given, points_at
from clinic.services import access, audit, once, rows
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import one_at_a_time, transaction

PAUSE = timedelta(minutes=10)  # in which it can be taken back
LONGEST = 4000
MOST_LISTED = 20
ONE_A_DAY = say("There was a message to this group today. Write the next one tomorrow.")
GONE_OUT = say("It has gone out to some already, so it stays. Write another one tomorrow.")
NOT_THEIRS = "Whoever leads the group writes to it, or a practitioner or the owner."
TAKEN_BACK = "The message was taken back."
_ON_ITS_WAY = (OutboxState.READY, OutboxState.CANCELLED)


class MemberToTell(NamedTuple):
    """A member, and what keeps a mail back; whoever has no account reads no page either."""

    client: Client
    has_account: bool
    against: SkipReason | None

    @property
    def is_mailed(self) -> bool:
        return self.has_account and self.against is None


class MailToMember(NamedTuple):
    """What became of the mail to one member."""

    client: Client
    state: OutboxState
    reason: str | None


@dataclass(frozen=True, slots=True)
class MessageWithCounts:
    """A message with who wrote it, and how many mails stand where."""

    message: GroupMessage
    by: str
    counts: Mapping[OutboxState, int]

    @property
    def may_be_taken_back(self) -> bool:
        """Whether it has gone out to nobody, and was not taken back."""
        return self.message.taken_back_at is None and not set(self.counts) - set(_ON_ITS_WAY)


_MEMBERS = (
    select(Client, has_open_flag(Client.practice_id, Client.id).label("is_flagged"))
    .join(GroupMember, points_at(GroupMember.client_id, Client))
    .where(given(GroupMember.practice_id), given(GroupMember.group_id), GroupMember.left_at.is_(None))
    .order_by(Client.sort_key, Client.id)
)
_LISTED = (
    select(GroupMessage, User.name)
    .join(User, points_at(GroupMessage.written_by, User))
    .where(given(GroupMessage.practice_id), given(GroupMessage.group_id))
    .order_by(GroupMessage.written_at.desc(), GroupMessage.id)
    .limit(MOST_LISTED)
)
_COUNTS = (
    select(OutboxMessage.group_message_id, OutboxMessage.state, func.count().label("number"))
    .where(given(OutboxMessage.practice_id), among(OutboxMessage.group_message_id, "messages"))
    .group_by(OutboxMessage.group_message_id, OutboxMessage.state)
)
_MAILS = (
    select(Client, OutboxMessage.state, OutboxMessage.reason)
    .join(OutboxMessage, points_at(OutboxMessage.client_id, Client))
    .where(given(OutboxMessage.practice_id), given(OutboxMessage.group_message_id))
    .order_by(Client.sort_key, Client.id)
)


def to_tell(actor: Actor, group: ClientGroup) -> list[MemberToTell]:
    """Who would be told of a message now, and who would not; staff only. One query."""
    access.staff_only(actor)
    numbers_set = access.practice_of(actor).numbers_set
    found = db.session.execute(_MEMBERS, {"practice_id": actor.practice_id, "group_id": group.id})
    return [_to_tell(row.Client, numbers_set=numbers_set, is_flagged=row.is_flagged) for row in found]


def write(actor: Actor, group_id: uuid.UUID, text: str, key: str) -> GroupMessage:
    """Write to all of a group: each is mailed once they are awake, but for those whom something keeps back.

    Raises Forbidden for who neither leads it nor may, and RuleBroken for a second one on a day.
    """
    group = access.group_for(actor, group_id)
    if not may_write(actor, group):
        raise Forbidden(NOT_THEIRS)
    message_id = once.id_of(GroupMessage, actor.practice_id, key, group.id)
    with transaction():
        one_at_a_time(ClientGroup, group.id)
        if made := once.made_before(GroupMessage, actor.practice_id, message_id):
            return made
        if _written_today(actor, group):
            raise RuleBroken(ONE_A_DAY, "text")
        message = GroupMessage(id=message_id, practice_id=actor.practice_id, group_id=group.id, text=text)
        message.written_by, message.written_at = actor.user_id, now()
        db.session.add(message)
        db.session.flush()
        told = [each.client for each in to_tell(actor, group) if each.is_mailed]
        for client in told:
            _promise(message, client)
        audit.record(actor, "group.message_written", subject_id=group.id, group=group.name, clients=len(told))
    return message


def take_back(actor: Actor, group_id: uuid.UUID, message_id: uuid.UUID) -> GroupMessage:
    """Take a message back that has gone out to nobody; pressed twice it is once. Raises RuleBroken."""
    with transaction():
        message = message_of(actor, group_id, message_id)
        group = access.group_for(actor, group_id)
        if not may_write(actor, group):
            raise Forbidden(NOT_THEIRS)
        one_at_a_time(GroupMessage, message.id)
        db.session.refresh(message)
        if message.taken_back_at is None:
            if set(_counts(actor, [message.id]).get(message.id, {})) - set(_ON_ITS_WAY):
                raise RuleBroken(GONE_OUT)
            message.taken_back_at = now()
            outbox.cancel(message.practice_id, OutboxMessage.group_message_id == message.id, TAKEN_BACK)
            audit.record(actor, "group.message_taken_back", subject_id=group.id, group=group.name)
    return message


def may_write(actor: Actor, group: ClientGroup) -> bool:
    """Whether somebody leads a group, or may write to any."""
    return actor.user_id == group.leader_id or actor.may(Permission.WRITE_TO_GROUPS)


def message_of(actor: Actor, group_id: uuid.UUID, message_id: uuid.UUID) -> GroupMessage:
    """A message to this group; staff only."""
    message = access.group_message_for(actor, message_id)
    if message.group_id != group_id:
        raise NotFound
    return message


def listed(actor: Actor, group: ClientGroup) -> list[MessageWithCounts]:
    """The latest messages to a group; staff only. Two queries."""
    access.staff_only(actor)
    found = db.session.execute(_LISTED, {"practice_id": actor.practice_id, "group_id": group.id}).all()
    counts = _counts(actor, [row.GroupMessage.id for row in found])
    return [
        MessageWithCounts(row.GroupMessage, row.name, counts.get(row.GroupMessage.id, {})) for row in found
    ]


def mails(actor: Actor, message: GroupMessage) -> list[MailToMember]:
    """What became of the mail to each who was to be told; staff only. One query."""
    access.staff_only(actor)
    asked = {"practice_id": actor.practice_id, "group_message_id": message.id}
    return [MailToMember(*row) for row in db.session.execute(_MAILS, asked)]


def _to_tell(client: Client, *, numbers_set: bool, is_flagged: bool) -> MemberToTell:
    standing = mail_standing_of(client, numbers_set=numbers_set, warning_open=is_flagged)
    return MemberToTell(client, client.user_id is not None, why_not_mailed(standing, MailSort.MESSAGE))


def _promise(message: GroupMessage, client: Client) -> None:
    outbox.promise(
        message.practice_id,
        MailKind.GROUP_MESSAGE,
        f"{MailKind.GROUP_MESSAGE}:{message.id.hex}:{client.id.hex}",
        client_id=client.id,
        group_message_id=message.id,
        due_at=message.written_at + PAUSE,
    )


def _written_today(actor: Actor, group: ClientGroup) -> bool:
    query = select(GroupMessage.id).where(
        GroupMessage.practice_id == actor.practice_id,
        GroupMessage.group_id == group.id,
        GroupMessage.taken_back_at.is_(None),
        GroupMessage.written_at >= _midnight(actor),
    )
    return db.session.scalar(query.limit(1)) is not None


def _midnight(actor: Actor) -> datetime:
    zone = access.practice_of(actor).time_zone
    return datetime.combine(today_in(zone), time(0), ZoneInfo(zone))


def _counts(actor: Actor, messages: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[OutboxState, int]]:
    found: dict[uuid.UUID, dict[OutboxState, int]] = {}
    for row in rows.read(_COUNTS, {"practice_id": actor.practice_id, "messages": list(messages)}):
        found.setdefault(row.group_message_id, {})[row.state] = row.number
    return found
