"""Promised mails: a check-in whose time has come, and what it needs to exist."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta

from flask import Flask

from clinic.domain.types import CheckinKind, CheckinState, ProgramStatus, RoutineStatus
from clinic.extensions import db
from clinic.mail.memory import MemoryTransport
from clinic.models import Checkin, Client, OutboxMessage, Practice, Program, Routine, RoutineVersion, User
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.sending.account import Account
from clinic.services.transaction import transaction
from tests.factories.people import LONG_AGO, make_client, make_practice, make_user

AWAKE = {"waking_from": time.min, "waking_until": time.max}  # so that tests pass at night


@contextmanager
def kept_mail(app: Flask) -> Iterator[Account]:
    """A mail account whose server is a list; `account.transport.sent` holds what went out."""
    before = app.extensions["mail_account"]
    app.extensions["mail_account"] = account = Account(MemoryTransport(), real_server=True)
    try:
        yield account
    finally:
        app.extensions["mail_account"] = before


def make_version(practice: Practice) -> RoutineVersion:
    """A routine with nothing in it: mail does not look inside."""
    routine = Routine(practice_id=practice.id, key="hip", name="Hip routine")
    db.session.add(routine)
    db.session.flush()
    version = RoutineVersion(
        practice_id=practice.id, routine_id=routine.id, number=1, status=RoutineStatus.DRAFT
    )
    db.session.add(version)
    db.session.flush()
    return version


def make_program(
    client: Client, version: RoutineVersion, staff: User, status: ProgramStatus = ProgramStatus.ACTIVE
) -> Program:
    """A program under way."""
    program = Program(
        practice_id=client.practice_id,
        client_id=client.id,
        routine_version_id=version.id,
        name="Hip routine",
        status=status,
        starts_on=date(2026, 1, 5),
        assigned_by=staff.id,
        assigned_at=LONG_AGO,
    )
    db.session.add(program)
    db.session.flush()
    return program


def promise_checkin(client: Client, program: Program, *, due_at: datetime | None = None) -> OutboxMessage:
    """A check-in that waits, and its promised mail; the caller's transaction."""
    due = due_at or now() - timedelta(minutes=1)
    checkin = Checkin(
        id=uuid.uuid4(),
        practice_id=client.practice_id,
        client_id=client.id,
        program_id=program.id,
        kind=CheckinKind.WEEKLY,
        local_date=due.date(),
        due_at=due,
        state=CheckinState.WAITING,
    )
    db.session.add(checkin)
    db.session.flush()
    message = outbox.promise(
        client.practice_id,
        "checkin",
        f"checkin:{checkin.id.hex}",
        client_id=client.id,
        checkin_id=checkin.id,
        local_date=checkin.local_date,
        day_key=f"{client.id.hex}:{checkin.local_date}",
        due_at=due,
    )
    assert message is not None
    return message


def promise_checkins(number: int, *, due_at: datetime | None = None) -> list[uuid.UUID]:
    """A practice with that many clients, each with a check-in to be mailed now; ids of the mails."""
    with transaction():
        practice = make_practice()
        staff = make_user(practice)
        version = make_version(practice)
        mails = []
        for position in range(number):
            client = make_client(practice, f"Client {position:05}", **AWAKE)
            mails.append(promise_checkin(client, make_program(client, version, staff), due_at=due_at).id)
    db.session.expire_all()
    return mails
