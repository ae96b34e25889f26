"""What the owner reads about erasures: who asked, who is in grace, due or erased, and what is kept."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import exists, func, select

from clinic.domain.erasure import ErasureState, heard_before, is_retained_long_enough
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import db
from clinic.models import (
    Appointment,
    Assessment,
    CheckinAnswer,
    Client,
    Erasure,
    KeptRecord,
    MailReply,
    PracticeLog,
    QuestionnaireResponse,
    VisitNote,
)
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import today_in
from clinic.services.erasure.asking import NEEDS

SHOWN = 50  # of each list
# What shows that somebody was heard of or seen, and when.
CONTACTS = (
    *(CheckinAnswer.answered_at, PracticeLog.logged_at, QuestionnaireResponse.answered_at),
    *(MailReply.received_at, Appointment.starts_at, Assessment.created_at, VisitNote.created_at),
)


@dataclass(frozen=True, slots=True)
class WaitingErasure:
    """Somebody who asked, or is to be erased."""

    erasure: Erasure
    client: Client


@dataclass(frozen=True, slots=True)
class DueClient:
    """Somebody who has not been heard of for as long as records are kept."""

    client: Client
    last_contact: date


@dataclass(frozen=True, slots=True)
class KeptByLaw:
    """An erased client whose signed records are locked away."""

    erasure: Erasure
    until: date


@dataclass(frozen=True, slots=True)
class ErasurePage:
    """All lists; at most `SHOWN` of each."""

    asked: Sequence[WaitingErasure]
    in_grace: Sequence[WaitingErasure]
    due: Sequence[DueClient]
    done: Sequence[Erasure]
    kept: Sequence[KeptByLaw]


def page(actor: Actor) -> ErasurePage:
    """What the owner has to know and to decide. Five queries."""
    _owner_only(actor)
    return ErasurePage(
        asked=_waiting(actor, ErasureState.ASKED),
        in_grace=_waiting(actor, ErasureState.GRACE, ErasureState.UNDER_WAY),
        due=due(actor),
        done=db.session.scalars(
            select(Erasure)
            .where(Erasure.practice_id == actor.practice_id, Erasure.state == ErasureState.DONE)
            .order_by(Erasure.erased_at.desc(), Erasure.id)
            .limit(SHOWN)
        ).all(),
        kept=_kept(actor),
    )


def due(actor: Actor) -> list[DueClient]:
    """Clients who have not been heard of for the practice's years; none where it has not said how many."""
    _owner_only(actor)
    practice = access.practice_of(actor)
    if practice.retention_years is None:
        return []
    today = today_in(practice.time_zone)
    edge = datetime.combine(heard_before(today, practice.retention_years), time(), UTC)
    last = [
        select(func.max(at))
        .where(at.parent.entity.client_id == Client.id)
        .correlate(Client)
        .scalar_subquery()
        for at in CONTACTS
    ]
    query = select(Client, *last).where(
        Client.practice_id == actor.practice_id, Client.erase_on.is_(None), Client.created_at < edge
    )
    for at in CONTACTS:
        kind = at.parent.entity
        query = query.where(~exists().where(kind.client_id == Client.id, at >= edge))
    found = []
    for client, *instants in db.session.execute(query.order_by(Client.created_at, Client.id).limit(SHOWN)):
        contact = max((client.created_at, *filter(None, instants))).date()
        if is_retained_long_enough(contact, practice.retention_years, today):
            found.append(DueClient(client, contact))
    return found


def receipt(actor: Actor, erasure_id: uuid.UUID) -> tuple[Erasure, date | None]:
    """One erasure that is done, and until when something is kept; the owner's alone."""
    access.staff_only(actor)
    erasure = db.session.scalars(
        select(Erasure).where(
            Erasure.practice_id == actor.practice_id,
            Erasure.id == erasure_id,
            Erasure.state == ErasureState.DONE,
        )
    ).one_or_none()
    if erasure is None:
        raise NotFound
    _owner_only(actor)
    kept = select(KeptRecord.until).where(
        KeptRecord.practice_id == actor.practice_id, KeptRecord.erasure_id == erasure_id
    )
    return erasure, db.session.scalar(kept)


def _waiting(actor: Actor, *states: ErasureState) -> list[WaitingErasure]:
    query = (
        select(Erasure, Client)
        .join(Client, (Client.practice_id == Erasure.practice_id) & (Client.id == Erasure.client_id))
        .where(Erasure.practice_id == actor.practice_id, Erasure.state.in_(states))
        .order_by(Erasure.erase_on, Erasure.asked_at, Erasure.id)
        .limit(SHOWN)
    )
    return [WaitingErasure(*row) for row in db.session.execute(query)]


def _kept(actor: Actor) -> list[KeptByLaw]:
    query = (
        select(Erasure, KeptRecord.until)
        .join(
            KeptRecord,
            (KeptRecord.practice_id == Erasure.practice_id) & (KeptRecord.erasure_id == Erasure.id),
        )
        .where(Erasure.practice_id == actor.practice_id)
        .order_by(KeptRecord.until, Erasure.id)
        .limit(SHOWN)
    )
    return [KeptByLaw(*row) for row in db.session.execute(query)]


def _owner_only(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(NEEDS):
        raise Forbidden("The owner reads about erasures.")
