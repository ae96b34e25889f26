"""Who of the practice is responsible for a client, and handing one over."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.staffing import may_be_responsible
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, User
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.transaction import one_at_a_time

NOT_HERE = say("Choose a practitioner or an owner who works here.")


def takers(actor: Actor, but: uuid.UUID | None = None) -> Sequence[User]:
    """Who may be responsible for clients, the one who gives aside, by when they came; staff only."""
    access.staff_only(actor)
    query = (
        select(User)
        .where(User.practice_id == actor.practice_id, User.is_open)
        .order_by(User.created_at, User.id)
    )
    found = db.session.scalars(query if but is None else query.where(User.id != but))
    return [user for user in found if may_be_responsible(user.role, is_open=True)]


def taker(actor: Actor, user_id: uuid.UUID | None) -> User | None:
    """Who is to take over, held so that their account stays open; None for nobody yet. Raises RuleBroken."""
    if user_id is None:
        return None
    user = access.user_for(actor, user_id)
    one_at_a_time(User, user.id)
    db.session.refresh(user)
    if not may_be_responsible(user.role, is_open=user.is_open):
        raise RuleBroken(NOT_HERE, "taker")
    return user


def problem(practice_id: uuid.UUID, user_id: uuid.UUID) -> str | None:
    """Why somebody cannot be responsible for a client; None where they can."""
    user = db.session.scalar(select(User).where(User.practice_id == practice_id, User.id == user_id))
    may_be = user is not None and may_be_responsible(user.role, is_open=user.is_open)
    return None if may_be else NOT_HERE


def name_of(practice_id: uuid.UUID, user_id: uuid.UUID | None) -> str | None:
    """The name of who is responsible, whether they are still here or not; None for nobody."""
    if user_id is None:
        return None
    user = db.session.get(User, user_id)
    return user.name if user is not None and user.practice_id == practice_id else None


def give(actor: Actor, client: Client, to: uuid.UUID | None) -> None:
    """Make somebody responsible for a client, or nobody, within the caller's transaction."""
    if client.responsible_id == to:
        return
    names = [name_of(client.practice_id, each) for each in (client.responsible_id, to)]
    client.responsible_id = to
    audit.record(actor, "client.handed_over", client_id=client.id, changed={"responsible_id": names})
