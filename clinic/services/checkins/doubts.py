"""Mails that may have arrived, settled by somebody who asked: many at once, none of another practice's."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Row, Select, select, update

from clinic.domain.errors import RuleBroken
from clinic.domain.types import CheckinState, MailKind, OutboxState
from clinic.extensions import db
from clinic.models import Checkin, OutboxMessage
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine
from clinic.services.transaction import transaction

Settled = Sequence[Row[*tuple[Any, ...]]]


@dataclass(slots=True)
class DoubtsSettled:
    """What a press did: the mails it settled, and why others could not be."""

    mails: list[uuid.UUID] = field(default_factory=list)
    refused: list[str] = field(default_factory=list)


def arrived(actor: Actor, mails: Collection[uuid.UUID]) -> DoubtsSettled:
    """Those of these mails that are in doubt have arrived, as somebody says. Staff only.

    What was noted of each stays: it is what tells such a mail from one that the server itself took.
    """
    with transaction():
        access.staff_only(actor)
        settled = _turn(actor, mails, OutboxState.IN_DOUBT, OutboxState.SENT)
        why = {row.checkin_id: f"arrived, as {actor.name} says" for row in _of_checkins(settled)}
        _follow(actor, CheckinState.IN_DOUBT, CheckinState.SENT, why)
        _record(actor, "mail.arrived", settled)
    return DoubtsSettled([row.id for row in settled])


def doubt_again(actor: Actor, mails: Collection[uuid.UUID]) -> DoubtsSettled:
    """Take `arrived` back, of mails that nothing has come of since. Staff only."""
    with transaction():
        access.staff_only(actor)
        settled = _turn(actor, mails, OutboxState.SENT, OutboxState.IN_DOUBT)
        why = {row.checkin_id: f"taken back by {actor.name}: {row.reason}" for row in _of_checkins(settled)}
        _follow(actor, CheckinState.SENT, CheckinState.IN_DOUBT, why)
        _record(actor, "mail.doubted", settled)
    return DoubtsSettled([row.id for row in settled])


def send_again(actor: Actor, mails: Collection[uuid.UUID]) -> DoubtsSettled:
    """Send those of these mails again that are in doubt, each as by its own button."""
    done = DoubtsSettled()
    with transaction():
        access.staff_only(actor)
        for message in db.session.scalars(_among(actor, mails).with_for_update()):
            try:
                outbox.send_again(actor, message)
            except RuleBroken as problem:
                done.refused.append(problem.message)
            else:
                done.mails.append(message.id)
    return done


def _among(actor: Actor, mails: Collection[uuid.UUID]) -> Select[OutboxMessage]:
    return (
        select(OutboxMessage)
        .where(
            OutboxMessage.practice_id == actor.practice_id,
            OutboxMessage.id.in_(mails),
            OutboxMessage.state == OutboxState.IN_DOUBT,
        )
        .order_by(OutboxMessage.id)
    )


def _turn(actor: Actor, mails: Collection[uuid.UUID], before: OutboxState, after: OutboxState) -> Settled:
    names = ("id", "client_id", "checkin_id", "kind", "reason")
    return db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.practice_id == actor.practice_id,
            OutboxMessage.id.in_(mails),
            OutboxMessage.state == before,
            OutboxMessage.reason.is_not(None),  # of a mail the server took there is none
        )
        # whoever held it knows no better than the person
        .values(state=after, lease_token=None, lease_until=None)
        .returning(*(getattr(OutboxMessage, name) for name in names))
        .execution_options(synchronize_session="fetch")
    ).all()


def _of_checkins(settled: Settled) -> Settled:
    return [row for row in settled if row.kind is MailKind.CHECKIN]


def _follow(actor: Actor, before: CheckinState, after: CheckinState, why: Mapping[uuid.UUID, str]) -> None:
    """The ledger: when it went out and when to remind of it stand since it has been in doubt."""
    moved = db.session.scalars(
        update(Checkin)
        .where(Checkin.practice_id == actor.practice_id, Checkin.id.in_(list(why)), Checkin.state == before)
        .values(state=after)
        .returning(Checkin.id)
        .execution_options(synchronize_session="fetch")
    )
    at = now()
    histories.add([HistoryLine(actor.practice_id, each, after, at, why[each]) for each in moved])


def _record(actor: Actor, action: str, settled: Settled) -> None:
    for row in settled:
        audit.record(actor, action, client_id=row.client_id, subject_id=row.id, kind=row.kind)
