"""Deciding who works here: one owner at a time, and only who is one still."""

from __future__ import annotations

import uuid

from sqlalchemy import select

from clinic.domain.access import Permission
from clinic.domain.errors import Forbidden, RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Practice, User
from clinic.models.base import given
from clinic.models.person import who_may
from clinic.services import access
from clinic.services.actors import Actor

NO_OWNER = "Only an owner decides who works here."
NO_LONGER = say("You are no longer an owner here, so nothing was changed.")
_OWNERS = select(User.id).where(
    given(User.practice_id),
    who_may(Permission.MANAGE_PEOPLE),
)


def decide(actor: Actor) -> set[uuid.UUID]:
    """The owners of now, held until the caller's transaction ends: two who decide wait for each other.

    Raises Forbidden for whoever is none, RuleBroken for whoever is none any more since the other one decided.
    """
    if not actor.may(Permission.MANAGE_PEOPLE):
        raise Forbidden(NO_OWNER)
    hold = select(Practice.id).where(Practice.id == actor.practice_id)
    db.session.execute(hold.with_for_update(key_share=True))
    owners = set(db.session.scalars(_OWNERS, {"practice_id": actor.practice_id}))
    if actor.user_id not in owners:
        raise RuleBroken(NO_LONGER)
    return owners


def person(actor: Actor, user_id: uuid.UUID) -> User:
    """Somebody who works or worked here, as they stand now; within `decide`. NotFound for clients."""
    user = access.colleague_for(actor, user_id)
    db.session.refresh(user)
    return user
