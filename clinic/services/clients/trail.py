"""The audit trail for those who may read it: the owner all of it, clinicians who looked at a client."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Select, or_, select

from clinic.domain.access import Permission
from clinic.domain.audit_words import ACTIONS_OF, NOT_DONE, REFUSED, AuditKind
from clinic.domain.errors import Forbidden
from clinic.domain.scheduling import load_zone
from clinic.domain.search import search_words
from clinic.extensions import db
from clinic.models import AuditEvent, Client
from clinic.models.base import points_at
from clinic.services import access
from clinic.services.actors import Actor

PAGE = 50
SEES_WHO_LOOKED = Permission.SEE_WHO_LOOKED


@dataclass(frozen=True, slots=True)
class TrailWanted:
    """What of the trail is asked for; days are those of the practice, both of them counted in."""

    who: uuid.UUID | None = None
    kind: AuditKind | None = None
    client: str = ""  # a part of a name
    first: date | None = None
    last: date | None = None
    before: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class TrailLine:
    """One entry, with the client it is about, if one is."""

    id: uuid.UUID
    happened_at: datetime
    action: str
    actor_name: str
    details: Mapping[str, Any]
    client: Client | None


@dataclass(frozen=True, slots=True)
class TrailPage:
    """Some entries, newest first, and the one that the next page starts after, if there are older ones."""

    lines: Sequence[TrailLine]
    before: uuid.UUID | None


def page(actor: Actor, wanted: TrailWanted) -> TrailPage:
    """The practice's trail; raises Forbidden for whoever may not read it."""
    if not actor.may(Permission.READ_TRAIL):
        raise Forbidden
    query = _entries(actor)
    if wanted.who is not None:
        query = query.where(AuditEvent.actor_id == wanted.who)
    if wanted.kind is AuditKind.DONE:
        query = query.where(AuditEvent.action.not_in(NOT_DONE))
    elif wanted.kind is not None:
        query = query.where(AuditEvent.action.in_(ACTIONS_OF[wanted.kind]))
    for word in search_words(wanted.client):
        query = query.where(Client.search_key.contains(word, autoescape=True))
    zone = load_zone(access.practice_of(actor).time_zone)
    if wanted.first is not None:
        query = query.where(AuditEvent.happened_at >= datetime.combine(wanted.first, time(), zone))
    if wanted.last is not None:
        end = datetime.combine(wanted.last + timedelta(days=1), time(), zone)
        query = query.where(AuditEvent.happened_at < end)
    return _page(actor, query, wanted.before)


def of_client(actor: Actor, client_id: uuid.UUID, before: uuid.UUID | None = None) -> TrailPage:
    """Who looked at a record, took it out, or was refused it here; raises Forbidden, or NotFound."""
    if not actor.may(SEES_WHO_LOOKED):
        raise Forbidden
    client = access.client_for(actor, client_id)
    about = or_(
        (AuditEvent.client_id == client.id) & AuditEvent.action.in_(NOT_DONE),
        (AuditEvent.subject_id == client.id) & (AuditEvent.action == REFUSED),
    )
    return _page(actor, _entries(actor).where(about), before)


def _entries(actor: Actor) -> Select[Any]:
    return (
        select(
            *(AuditEvent.id, AuditEvent.happened_at, AuditEvent.action, AuditEvent.actor_name),
            *(AuditEvent.details, Client),
        )
        .outerjoin(Client, points_at(AuditEvent.client_id, Client))
        .where(AuditEvent.practice_id == actor.practice_id)
        .order_by(AuditEvent.happened_at.desc(), AuditEvent.id.desc())
        .limit(PAGE + 1)
    )


def _page(actor: Actor, query: Select[Any], before: uuid.UUID | None) -> TrailPage:
    edge = select(AuditEvent.happened_at, AuditEvent.id).where(
        AuditEvent.practice_id == actor.practice_id, AuditEvent.id == before
    )
    at = db.session.execute(edge).one_or_none() if before else None
    if at is not None:
        query = query.where(
            or_(
                AuditEvent.happened_at < at.happened_at,
                (AuditEvent.happened_at == at.happened_at) & (AuditEvent.id < at.id),
            )
        )
    found = [TrailLine(*row) for row in db.session.execute(query)]
    return TrailPage(found[:PAGE], found[PAGE - 1].id if len(found) > PAGE else None)
