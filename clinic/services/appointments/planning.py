"""Appointments are made, moved, called off, held or missed; both sides read them, and calendars follow."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import joinedload

from clinic.domain.appointments import (
    LONGEST,
    MOST_PLANNED,
    STANDS,
    AppointmentState,
    begins,
    clash,
    ends,
    outcome_problems,
    problems,
)
from clinic.domain.dates import time_in_words
from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.rooms import room
from clinic.domain.scheduling import load_zone
from clinic.domain.staffing import here_problems
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Appointment, Client, Practice, User
from clinic.models.base import UtcDateTime, given, one_of
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.appointments import closing, telling
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time, transaction
from config import Settings

WITH_WHOM = joinedload(Appointment.with_whom)
ARCHIVED = say("The record is archived. Restore it first.")
LATELY = timedelta(days=60)
MOST_LATELY = 20
_AT = bindparam("at", type_=UtcDateTime())
_THEIRS = select(Appointment).where(given(Appointment.practice_id), given(Appointment.client_id))


def _ahead(state: AppointmentState, most: int) -> Select[Any]:
    which = Appointment.starts_at > _AT, Appointment.state == state
    return (
        _THEIRS.where(*which).order_by(Appointment.starts_at, Appointment.id).limit(most).options(WITH_WHOM)
    )


_TO_COME = _ahead(AppointmentState.PLANNED, MOST_PLANNED)
_CALLED_OFF = _ahead(AppointmentState.CANCELLED, MOST_LATELY)
_LATELY = (
    _THEIRS.where(
        Appointment.starts_at <= _AT,
        Appointment.starts_at > bindparam("since", type_=UtcDateTime()),
        one_of(Appointment.state, sorted(STANDS)),
    )
    .order_by(Appointment.starts_at.desc(), Appointment.id)
    .limit(MOST_LATELY)
    .options(WITH_WHOM)
)


@dataclass(frozen=True, slots=True)
class AppointmentDetails:
    """When, by the practice's clock, for how long, where and with whom; by video where there is a link."""

    day: date
    at_time: time
    minutes: int
    place: str
    with_id: uuid.UUID
    link: str | None = None


def to_come(actor: Actor, client: Client) -> Sequence[Appointment]:
    """A client's appointments that are still to come, the next one first. One query."""
    if not actor.is_staff and actor.client_id != client.id:
        raise NotFound
    whose = {"practice_id": client.practice_id, "client_id": client.id, "at": now()}
    return db.session.scalars(_TO_COME, whose).all()


def lately(actor: Actor, client: Client) -> Sequence[Appointment]:
    """A client's appointments whose time has come, the newest first; staff only. One query."""
    access.staff_only(actor)
    at = now()
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return db.session.scalars(_LATELY, {**whose, "at": at, "since": at - LATELY}).all()


def not_to_come(client: Client) -> Sequence[Appointment]:
    """A client's appointments that were called off and would be to come. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id, "at": now()}
    return db.session.scalars(_CALLED_OFF, whose).all()


def make(actor: Actor, client_id: uuid.UUID, details: AppointmentDetails, key: str) -> Appointment:
    """A new appointment; `key` is the form's own. Staff only."""
    client = access.client_for(actor, client_id)
    about = (client.id, details.day, details.at_time)
    row_id = once.id_of(Appointment, actor.practice_id, key, *about)
    with transaction():
        if not client.is_active:
            raise RuleBroken(ARCHIVED)
        if len(to_come(actor, client)) >= MOST_PLANNED:
            raise RuleBroken(
                say(
                    "%(name)s has %(most)s appointments to come already.",
                    name=client.name,
                    most=MOST_PLANNED,
                )
            )
        at = now()
        row = Appointment(
            id=row_id, practice_id=actor.practice_id, client_id=client.id, made_by=actor.user_id, made_at=at
        )
        _put(actor, row, details)
        row, is_new = once.add(row)
        if is_new:
            audit.record(actor, "appointment.made", client_id=client.id, subject_id=row.id, **_told(row))
            telling.tell(actor, row)
    return row


def move(actor: Actor, appointment_id: uuid.UUID, details: AppointmentDetails, version: int) -> Appointment:
    """Another time, length, place or person; Conflict where somebody else changed it since. Staff only."""
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        if row.version != version:
            raise Conflict
        _refuse_over(row)
        before, was_with = _told(row), row.with_id
        _put(actor, row, details)
        row.sequence += 1
        db.session.flush()
        if changed := audit.changes(before, _told(row)):
            audit.record(
                actor, "appointment.moved", client_id=row.client_id, subject_id=row.id, changed=changed
            )
        closing.close_move(row)
        telling.tell(actor, row, no_longer_with=was_with)
    return row


def call_off(actor: Actor, appointment_id: uuid.UUID, because: str | None = None) -> Appointment:
    """Call an appointment off; calendars take it out. A second press changes nothing.

    A client calls off their own; `because` is for both sides to read.
    """
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        if row.state is not AppointmentState.CANCELLED:
            _refuse_over(row)
            row.because, row.slot_at = because, None
            _turn(actor, row, AppointmentState.CANCELLED, "appointment.called_off")
    return row


def bring_back(actor: Actor, appointment_id: uuid.UUID) -> Appointment:
    """Let one that was called off stand again, where nobody has its time by now. Staff only."""
    access.staff_only(actor)
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        if row.state is AppointmentState.CANCELLED:
            _refuse_over(row)
            take_time(row, access.practice_of(actor))
            row.because = None
            _turn(actor, row, AppointmentState.PLANNED, "appointment.brought_back")
    return row


def settle(
    actor: Actor, appointment_id: uuid.UUID, outcome: AppointmentState, because: str | None
) -> Appointment:
    """Say whether an appointment was held or missed, once its time has come; said anew, it is put right.

    Staff only.
    """
    access.staff_only(actor)
    with transaction():
        row = access.appointment_for(actor, appointment_id)
        must_hold(outcome_problems(row.state, outcome, row.starts_at, now()))
        if (row.state, row.because) != (outcome, because):
            row.state, row.because = outcome, because
            db.session.flush()
            action = f"appointment.{outcome.value}"
            audit.record(actor, action, client_id=row.client_id, subject_id=row.id, **_told(row))
    return row


def take_time(row: Appointment, practice: Practice) -> None:
    """Take the time of an appointment within the caller's transaction; RuleBroken where somebody has it.

    Whoever it is with is held until then: of two who want the same minute the second sees the first.
    """
    one_at_a_time(User, row.with_id)
    if other := clashing(row.practice_id, row.with_id, row.starts_at, row.minutes, row.id):
        zone = load_zone(practice.time_zone)
        begun, over = (
            time_in_words(at.astimezone(zone).time())
            for at in (other.starts_at, ends(other.starts_at, other.minutes))
        )
        raise RuleBroken(
            say(
                "%(name)s has another appointment then, from %(begun)s to %(over)s.",
                name=other.with_whom.name,
                begun=begun,
                over=over,
            ),
            "at_time",
        )
    row.slot_at = row.starts_at


def clashing(
    practice_id: uuid.UUID, with_id: uuid.UUID, starts_at: datetime, minutes: int, row_id: uuid.UUID | None
) -> Appointment | None:
    """Somebody's appointment that needs a minute of this time, other than `row_id`; None if it is free."""
    near = standing_near(practice_id, [with_id], starts_at, ends(starts_at, minutes))
    for each in db.session.scalars(near.options(WITH_WHOM)):
        if each.id != row_id and clash(starts_at, minutes, each.starts_at, each.minutes):
            return each
    return None


def standing_near(
    practice_id: uuid.UUID, people: Collection[uuid.UUID], first: datetime, last: datetime
) -> Select[Appointment]:
    """The appointments of some colleagues that may need a minute from `first` to `last`; `clash` decides."""
    return select(Appointment).where(
        Appointment.practice_id == practice_id,
        Appointment.with_id.in_(people),
        Appointment.starts_at > first - timedelta(minutes=LONGEST),
        Appointment.starts_at < last,
        Appointment.state.in_(STANDS),
    )


def checked_room(link: str | None) -> str | None:
    """The address of a video room as it is kept; RuleBroken where it is none."""
    settings: Settings = current_app.config["SETTINGS"]
    return room(link, settings.video_hosts) if link else None


def _turn(actor: Actor, row: Appointment, state: AppointmentState, action: str) -> None:
    row.state, row.changed_at = state, now()
    row.sequence += 1
    db.session.flush()
    audit.record(actor, action, client_id=row.client_id, subject_id=row.id, **_told(row))
    telling.tell(actor, row)


def _refuse_over(row: Appointment) -> None:
    if row.starts_at <= now():
        raise RuleBroken(say("This appointment is over, so it stays as it was."))
    if row.state not in (AppointmentState.PLANNED, AppointmentState.CANCELLED):
        raise RuleBroken(say("What became of this appointment is noted, so it stays as it was."))


def _put(actor: Actor, row: Appointment, details: AppointmentDetails) -> None:
    practice, at = access.practice_of(actor), now()
    zone = practice.time_zone
    must_hold(problems(details.day, details.at_time, zone, details.minutes, at))
    colleague = access.colleague_for(actor, details.with_id)
    if row.with_id != colleague.id:
        must_hold(here_problems(colleague.name, "with_id", is_open=colleague.is_open))
    row.minutes, row.place, row.link = details.minutes, details.place, checked_room(details.link)
    row.starts_at, row.with_id, row.changed_at = (
        begins(details.day, details.at_time, zone),
        colleague.id,
        at,
    )
    if row.state is not AppointmentState.CANCELLED:
        take_time(row, practice)


def _told(row: Appointment) -> dict[str, str]:
    """What the trail says of it: when, and nothing of where or why."""
    told: datetime = row.starts_at
    return {"at": told.isoformat(timespec="minutes"), "minutes": str(row.minutes)}
