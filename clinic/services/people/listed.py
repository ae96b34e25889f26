"""Who works here and who did, as the page about people shows them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Select, func, select

from clinic.domain.access import STAFF
from clinic.extensions import db
from clinic.models import Client, User
from clinic.models.base import given, one_of
from clinic.services import access
from clinic.services.actors import Actor


class Colleague(NamedTuple):
    """Somebody who works or worked here, and how many active clients are theirs."""

    user: User
    clients: int


_CLIENTS = (
    select(func.count())
    .where(
        Client.practice_id == User.practice_id,
        Client.responsible_id == User.id,
        Client.is_active,
    )
    .scalar_subquery()
)
_PEOPLE: Select[Any] = (
    select(User, _CLIENTS)
    .where(given(User.practice_id), one_of(User.role, STAFF))
    .order_by(~User.is_open, User.created_at, User.id)
)


def everybody(actor: Actor) -> Sequence[Colleague]:
    """Those who work here, then those whose account is closed; staff only. One query."""
    access.staff_only(actor)
    found = db.session.execute(_PEOPLE, {"practice_id": actor.practice_id})
    return [Colleague(*row) for row in found]
