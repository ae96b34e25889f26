"""Who stands in which group: joined and left, one row for each client of a group.

The name of the group that a client came to last stands in their record, too: lists show it, a search finds
it, and the last release reads nothing else.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, ClientGroup, GroupMember
from clinic.models.base import among, given, points_at
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clients import identity
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time

_NAMED = select(ClientGroup).where(given(ClientGroup.practice_id), given(ClientGroup.name))
_NAMES = (
    select(ClientGroup).where(given(ClientGroup.practice_id)).order_by(ClientGroup.created_at, ClientGroup.id)
)
_MEMBER = select(GroupMember).where(
    given(GroupMember.practice_id), given(GroupMember.group_id), given(GroupMember.client_id)
)
_OF_CLIENT = (
    select(ClientGroup)
    .join(GroupMember, points_at(GroupMember.group_id, ClientGroup))
    .where(given(GroupMember.practice_id), given(GroupMember.client_id), GroupMember.left_at.is_(None))
    .order_by(GroupMember.joined_at.desc(), GroupMember.id)
)
_AMONG = select(GroupMember.client_id).where(
    given(GroupMember.practice_id),
    given(GroupMember.group_id),
    among(GroupMember.client_id, "clients"),
    GroupMember.left_at.is_(None),
)


def named(practice_id: uuid.UUID, name: str) -> ClientGroup | None:
    """The group of this name, in small letters or large; None where there is none. Two queries at most."""
    exact = db.session.scalars(_NAMED, {"practice_id": practice_id, "name": name}).one_or_none()
    if exact is not None:
        return exact
    others = db.session.scalars(_NAMES, {"practice_id": practice_id})
    return next((each for each in others if is_same(each.name, name)), None)


def is_same(name: str | None, other: str | None) -> bool:
    """Whether two names are of one group: nobody means another one by a capital letter."""
    return (name or "").casefold() == (other or "").casefold()


def named_or_new(actor: Actor, name: str) -> ClientGroup:
    """The group of this name, made where there is none, within the caller's transaction."""
    if found := named(actor.practice_id, name):
        return found
    group = ClientGroup(id=uuid.uuid4(), practice_id=actor.practice_id, name=name, created_at=now())
    try:
        with db.session.begin_nested():
            db.session.add(group)
    except IntegrityError:
        if found := named(actor.practice_id, name):  # by somebody else in the same moment
            return found
        raise
    audit.record(actor, "group.made", subject_id=group.id, name=name)
    return group


def join(actor: Actor, group: ClientGroup, client: Client) -> tuple[GroupMember, bool]:
    """Let a client stand in a group, within the caller's transaction; False where they do already."""
    if not client.is_active:
        raise RuleBroken(say("%(name)s is archived. Restore the record first.", name=client.name))
    one_at_a_time(Client, client.id)
    member = row_of(group, client)
    if member is not None and member.left_at is None:
        return member, False
    if member is None:
        whose = {"practice_id": group.practice_id, "group_id": group.id, "client_id": client.id}
        member = GroupMember(id=uuid.uuid4(), **whose)
        db.session.add(member)
    member.joined_at, member.left_at, member.problem = now(), None, None
    _be_named(client)
    audit.record(actor, "group.joined", client_id=client.id, subject_id=group.id, group=group.name)
    return member, True


def leave(actor: Actor, group: ClientGroup, client: Client) -> bool:
    """Take a client out of a group, within the caller's transaction; False where they stand in it no more."""
    one_at_a_time(Client, client.id)
    member = row_of(group, client)
    if member is None or member.left_at is not None:
        return False
    member.left_at = now()
    _be_named(client)
    audit.record(actor, "group.left", client_id=client.id, subject_id=group.id, group=group.name)
    return True


def follow_record(actor: Actor, client: Client, name: str | None) -> None:
    """Do what a record says: leave the group that it named, and stand in the one that it names now."""
    if is_same(client.group_name, name):
        return
    if client.group_name and (before := named(actor.practice_id, client.group_name)):
        leave(actor, before, client)
    if name:
        join(actor, named_or_new(actor, name), client)


def of_client(client: Client) -> Sequence[ClientGroup]:
    """The groups a client stands in, the one they came to last first. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return db.session.scalars(_OF_CLIENT, whose).all()


def among_members(practice_id: uuid.UUID, name: str, clients: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    """Those of these clients who stand in the group of this name. Three queries at most."""
    group = named(practice_id, name)
    if group is None:
        return set()
    asked = {"practice_id": practice_id, "group_id": group.id, "clients": list(clients)}
    return set(db.session.scalars(_AMONG, asked))


def row_of(group: ClientGroup, client: Client) -> GroupMember | None:
    """That a client stands in a group, or stood there. One query."""
    asked = {"practice_id": group.practice_id, "group_id": group.id, "client_id": client.id}
    return db.session.scalars(_MEMBER, asked).one_or_none()


def _be_named(client: Client) -> None:
    db.session.flush()
    last = next(iter(of_client(client)), None)
    client.group_name = last.name if last else None
    identity.be_found(client)
