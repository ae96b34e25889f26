"""What a client sees of the groups they stand in: the course, its welcome, and the messages to all."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select

from clinic.domain.courses import CourseState
from clinic.domain.errors import NotFound
from clinic.extensions import db
from clinic.models import ClientGroup, Course, GroupMember, GroupMessage, User
from clinic.models.base import among, given, points_at
from clinic.services import rows
from clinic.services.actors import Actor

MOST_MESSAGES = 50  # of all groups together


class MessageToGroup(NamedTuple):
    """A message as a member reads it."""

    group_id: uuid.UUID
    text: str
    by: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class OwnGroup:
    """A group that a client stands in; `course` is shown once it is open."""

    group: ClientGroup
    course: Course | None
    leader: str | None
    member: GroupMember
    messages: Sequence[MessageToGroup]


_GROUPS = (
    select(GroupMember, ClientGroup, Course, User.name.label("leader"))
    .join(ClientGroup, points_at(GroupMember.group_id, ClientGroup))
    .outerjoin(
        Course,
        and_(
            Course.practice_id == ClientGroup.practice_id,
            Course.group_id == ClientGroup.id,
            Course.state != CourseState.DRAFT,
        ),
    )
    .outerjoin(User, points_at(ClientGroup.leader_id, User))
    .where(given(GroupMember.practice_id), given(GroupMember.client_id), GroupMember.left_at.is_(None))
    .order_by(GroupMember.joined_at.desc(), GroupMember.id)
)
_MESSAGES = (
    select(GroupMessage.group_id, GroupMessage.text, User.name, GroupMessage.written_at)
    .join(User, points_at(GroupMessage.written_by, User))
    .where(
        given(GroupMessage.practice_id),
        among(GroupMessage.group_id, "groups"),
        GroupMessage.taken_back_at.is_(None),
    )
    .order_by(GroupMessage.written_at.desc(), GroupMessage.id)
    .limit(MOST_MESSAGES)
)


def groups(actor: Actor) -> list[OwnGroup]:
    """The groups that the signed-in client stands in, the newest first. Two queries."""
    if actor.client_id is None:
        raise NotFound
    whose = {"practice_id": actor.practice_id, "client_id": actor.client_id}
    found = db.session.execute(_GROUPS, whose).all()
    messages = _messages(actor, [row.ClientGroup.id for row in found])
    return [
        OwnGroup(
            row.ClientGroup, row.Course, row.leader, row.GroupMember, messages.get(row.ClientGroup.id, ())
        )
        for row in found
    ]


def _messages(actor: Actor, of_groups: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, Sequence[MessageToGroup]]:
    asked = {"practice_id": actor.practice_id, "groups": list(of_groups)}
    found: dict[uuid.UUID, list[MessageToGroup]] = {}
    for row in rows.read(_MESSAGES, asked):
        found.setdefault(row.group_id, []).append(MessageToGroup(*row))
    return found
