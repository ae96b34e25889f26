"""Appointments are made, moved and called off by hand; both sides read them, and calendars follow."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import bindparam, select
from sqlalchemy.orm import joinedload
from sqlalchemy.orm.exc import StaleDataError

from clinic.domain.access import is_staff
from clinic.domain.appointments import MOST_PLANNED, AppointmentState, begins, problems
from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.types import ClientStatus
from clinic.extensions import db
from clinic.models import Appointment, Client
from clinic.models.base import UtcDateTime, given
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.transaction import transaction

WITH_WHOM = joinedload(Appointment.with_whom)
ARCHIVED = "The record is archived. Restore it first."
_TO_COME = (
    select(Appointment)
    .where(
        given(Appointment.practice_id),
        given(Appointment.client_id),
        Appointment.starts_at > bindparam("at", type_=UtcDateTime()),
        Appointment.state == AppointmentState.PLANNED,
    )
    .order_by(Appointment.starts_at, Appointment.id)
    .limit(MOST_PLANNED)
    .options(WITH_WHOM)
)


@dataclass(frozen=True, slots=True)
class AppointmentDetails:
    """When, by the practice's clock, for how long, where and with whom."""

    day: date
    at_time: time
    minutes: int
    place: str
    with_id: uuid.UUID


def to_come(actor: Actor, client: Client) -> Sequence[Appointment]:
    """A client's appointments that are still to come, the next one first. One query."""
    if not actor.is_staff and actor.client_id != client.id:
        raise NotFound
    whose = {"practice_id": client.practice_id, "client_id": client.id, "at": now()}
    return db.session.scalars(_TO_COME, whose).all()


def called_off(client: Client, appointment_id: uuid.UUID) -> Appointment | None:
    """One of a client's that was called off and is still to come; None for any other. One query."""
    query = select(Appointment).where(
        Appointment.practice_id == client.practice_id,
        Appointment.client_id == client.id,
        Appointment.id == appointment_id,
        Appointment.state == AppointmentState.CANCELLED,
        Appointment.starts_at > now(),
    )
    return db.session.scalars(query.options(WITH_WHOM)).one_or_none()


def make(actor: Actor, client_id: uuid.UUID, details: AppointmentDetails, key: str) -> Appointment:
    """A new appointment; `key` is the form's own. Staff only."""
    client = access.client_for(actor, client_id)
    about = (client.id, details.day, details.at_time)
    row_id = once.id_of(Appointment, actor.practice_id, key, *about)
    with transaction():
        if client.status is ClientStatus.ARCHIVED:
            raise RuleBroken(ARCHIVED)
        if len(to_come(actor, client)) >= MOST_PLANNED:
            raise RuleBroken(f"{client.name} has {MOST_PLANNED} appointments to come already.")
        at = now()
        row = Appointment(
            id=row_id, practice_id=actor.practice_id, client_id=client.id, made_by=actor.user_id, made_at=at
        )
        _put(actor, row, details)
        row, is_new = once.add(row)
        if is_new:
            audit.record(actor, "appointment.made", client_id=client.id, subject_id=row.id, **_told(row))
    return row


def move(actor: Actor, appointment_id: uuid.UUID, details: AppointmentDetails, version: int) -> Appointment:
    """Another time, length, place or person; Conflict where somebody else changed it since. Staff only."""
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        if row.version != version:
            raise Conflict
        _refuse_over(row)
        before = _told(row)
        _put(actor, row, details)
        row.sequence += 1
        _flush()
        if changed := audit.changes(before, _told(row)):
            audit.record(
                actor, "appointment.moved", client_id=row.client_id, subject_id=row.id, changed=changed
            )
    return row


def call_off(actor: Actor, appointment_id: uuid.UUID) -> Appointment:
    """Call an appointment off; calendars take it out. A second press changes nothing. Staff only."""
    return _turn(actor, appointment_id, AppointmentState.CANCELLED, "appointment.called_off")


def bring_back(actor: Actor, appointment_id: uuid.UUID) -> Appointment:
    """Let one that was called off stand again. Staff only."""
    return _turn(actor, appointment_id, AppointmentState.PLANNED, "appointment.brought_back")


def _turn(actor: Actor, appointment_id: uuid.UUID, state: AppointmentState, action: str) -> Appointment:
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        if row.state is not state:
            _refuse_over(row)
            row.state, row.changed_at = state, now()
            row.sequence += 1
            _flush()
            audit.record(actor, action, client_id=row.client_id, subject_id=row.id, **_told(row))
    return row


def _refuse_over(row: Appointment) -> None:
    if row.starts_at <= now():
        raise RuleBroken("This appointment is over, so it stays as it was.")


def _put(actor: Actor, row: Appointment, details: AppointmentDetails) -> None:
    zone, at = access.practice_of(actor).time_zone, now()
    must_hold(problems(details.day, details.at_time, zone, details.minutes, at))
    colleague = access.user_for(actor, details.with_id)
    if not is_staff(colleague.role):
        raise NotFound
    if colleague.deactivated_at is not None and row.with_id != colleague.id:
        raise RuleBroken(f"The account of {colleague.name} is closed. Choose somebody else.", "with_id")
    row.starts_at = begins(details.day, details.at_time, zone)
    row.minutes, row.place = details.minutes, details.place
    row.with_id, row.changed_at = colleague.id, at


def _told(row: Appointment) -> dict[str, str]:
    """What the trail says of it: when, and nothing of where or why."""
    told: datetime = row.starts_at
    return {"at": told.isoformat(timespec="minutes"), "minutes": str(row.minutes)}


def _flush() -> None:
    try:
        db.session.flush()
    except StaleDataError:
        raise Conflict from None
