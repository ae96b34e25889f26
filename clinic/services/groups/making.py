"""A group is made, renamed and led; clients are put in it and taken out by hand."""

from __future__ import annotations

import uuid

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import Conflict, RuleBroken, must_hold
from clinic.domain.staffing import here_problems
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, ClientGroup
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clients import identity, memberships
from clinic.services.clock import now
from clinic.services.groups import filling
from clinic.services.transaction import transaction

NAME_TAKEN = say("There is a group of this name already.")


def make(actor: Actor, name: str, leader_id: uuid.UUID, key: str) -> ClientGroup:
    """A new group; `key` is the form's own. Raises RuleBroken where the name is taken. Staff only."""
    access.staff_only(actor)
    group_id = once.id_of(ClientGroup, actor.practice_id, key, name)
    if made := once.made_before(ClientGroup, actor.practice_id, group_id):
        return made
    with transaction():
        _must_be_free(actor, name, group_id)
        group = ClientGroup(id=group_id, practice_id=actor.practice_id, name=name, created_at=now())
        group.leader_id = _leader(actor, leader_id)
        try:
            group, is_new = once.add(group)
        except IntegrityError:
            raise RuleBroken(NAME_TAKEN, "name") from None
        if is_new:
            audit.record(actor, "group.made", subject_id=group.id, name=name)
    return group


def correct(actor: Actor, group_id: uuid.UUID, name: str, leader_id: uuid.UUID, version: int) -> ClientGroup:
    """Give a group another name or leader; raises Conflict where somebody else did since. Staff only."""
    with transaction():
        group = access.group_for(actor, group_id)
        if group.version != version:
            raise Conflict
        _must_be_free(actor, name, group.id)
        before = {"name": group.name, "leader": str(group.leader_id or "")}
        group.leader_id = _leader(actor, leader_id)
        old, group.name = group.name, name
        _flush()
        changed = audit.changes(before, {"name": group.name, "leader": str(group.leader_id)})
        if changed:
            audit.record(actor, "group.corrected", subject_id=group.id, changed=changed)
        if old != name:
            _rename_in_records(group, old)
    return group


def put_in(actor: Actor, group_id: uuid.UUID, client_id: uuid.UUID) -> bool:
    """Put a client in a group; False where they stand in it already. Staff only."""
    with transaction():
        group, client = access.group_for(actor, group_id), access.client_for(actor, client_id)
        return filling.join(actor, group, client)[1]


def take_out(actor: Actor, group_id: uuid.UUID, client_id: uuid.UUID) -> bool:
    """Take a client out of a group; False where they do not stand in it. Staff only."""
    with transaction():
        group, client = access.group_for(actor, group_id), access.client_for(actor, client_id)
        return memberships.leave(actor, group, client)


def _must_be_free(actor: Actor, name: str, group_id: uuid.UUID) -> None:
    taken = memberships.named(actor.practice_id, name)
    if taken is not None and taken.id != group_id:
        raise RuleBroken(NAME_TAKEN, "name")


def _leader(actor: Actor, leader_id: uuid.UUID) -> uuid.UUID:
    leader = access.colleague_for(actor, leader_id)
    must_hold(here_problems(leader.name, "leader", is_open=leader.is_open))
    return leader.id


def _rename_in_records(group: ClientGroup, old: str) -> None:
    """The name that stands in the records of those who came to it last follows, and so they are found."""
    theirs = Client.practice_id == group.practice_id, Client.group_name == old
    for client in db.session.scalars(select(Client).where(*theirs)):
        client.group_name = group.name
        identity.be_found(client)


def _flush() -> None:
    try:
        db.session.flush()
    except IntegrityError:
        raise RuleBroken(NAME_TAKEN, "name") from None
