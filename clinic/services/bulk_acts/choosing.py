"""Who is meant: those that were ticked, or all that a filter of the list finds. Nothing is done yet."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from sqlalchemy import select

from clinic.domain.bulk_acts import MOST_CLIENTS, BulkActKind, LineState
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import BulkAct, BulkActLine, Client
from clinic.services import access, audit, bulk, once
from clinic.services.actors import Actor
from clinic.services.clients import listing
from clinic.services.clients.listing import ClientFilter
from clinic.services.clock import now
from clinic.services.transaction import transaction

NOBODY = say("Tick at least one client.")
TOO_MANY = say(
    "At most %(most)s clients at once. Narrow the list down, and do it in several steps.",
    most=MOST_CLIENTS,
)

_client = bulk.table_of(Client)


def choose(actor: Actor, kind: BulkActKind, key: str, clients: Sequence[uuid.UUID]) -> BulkAct:
    """An act for these clients, to be looked at before it is begun; `key` is the form's own. Staff only.

    An id that is no client of the practice refuses all of it: NotFound, which the trail keeps.
    """
    access.staff_only(actor)
    wanted = list(dict.fromkeys(clients))
    if len(wanted) <= MOST_CLIENTS and len(found := _known(actor, wanted)) < len(wanted):
        with transaction():
            audit.record(
                actor, "bulk_act.refused", act=kind, asked=len(wanted), foreign=len(wanted) - len(found)
            )
        raise NotFound
    return _keep(actor, kind, key, wanted)


def choose_found(actor: Actor, kind: BulkActKind, key: str, wanted: ClientFilter) -> BulkAct:
    """The same for all clients that a filter finds now, whatever page of the list is shown. Staff only."""
    access.staff_only(actor)
    return _keep(actor, kind, key, listing.ids(actor, wanted, MOST_CLIENTS + 1))


def _known(actor: Actor, ids: Sequence[uuid.UUID]) -> set[uuid.UUID]:
    query = select(Client.id).where(Client.practice_id == actor.practice_id, bulk.among(_client.c.id, ids))
    return set(db.session.scalars(query))


def _keep(actor: Actor, kind: BulkActKind, key: str, clients: Sequence[uuid.UUID]) -> BulkAct:
    if not clients:
        raise RuleBroken(NOBODY, "client")
    if len(clients) > MOST_CLIENTS:
        raise RuleBroken(TOO_MANY, "client")
    act = BulkAct(
        id=once.id_of(BulkAct, actor.practice_id, key, kind.value, sorted(each.hex for each in clients)),
        practice_id=actor.practice_id,
        kind=kind,
        chosen_by=actor.user_id,
        chosen_at=now(),
    )
    with transaction():
        act, is_new = once.add(act)
        if is_new:
            db.session.flush()
            bulk.add(BulkActLine, [_line(act, each, place) for place, each in enumerate(clients)])
    return act


def _line(act: BulkAct, client_id: uuid.UUID, place: int) -> dict[str, object]:
    return {
        "id": uuid.uuid4(),
        "practice_id": act.practice_id,
        "act_id": act.id,
        "client_id": client_id,
        "position": place,
        "state": LineState.WAITING,
    }
