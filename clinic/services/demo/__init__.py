"""A believable practice to try things in: made-up people with months of practice behind them.

Refused in production and where a mail server is set; every address ends in .example, nothing is overdue.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time, timedelta
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import insert, select

from clinic.domain.errors import RuleBroken
from clinic.domain.types import Role
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import Assessment, AuditEvent, Base, ClientGroup, Practice, User
from clinic.services import audit, mail_setup, practices
from clinic.services.accounts import passwords
from clinic.services.accounts import signing_in as accounts
from clinic.services.appointments import closing
from clinic.services.clock import now
from clinic.services.demo import answers, batteries, progress
from clinic.services.demo import routines as demo_routines
from clinic.services.demo.clients import client_rows
from clinic.services.demo.people import Desk
from clinic.services.demo.record import COURSE
from clinic.services.programs import looking_over
from clinic.services.reasons import rebuilding
from clinic.services.transaction import transaction
from clinic.services.upkeep.arriving_signed import Signatures

PASSWORD = "harbour light on the water"  # noqa: S105 - printed at every start of the demo
OWNER = ("Olive Hart", "olive@harbour.example")
PRACTITIONER = ("Robin Vale", "robin@harbour.example")
CLIENTS = 40
SHORT_HISTORY_FROM = 200  # so many clients are for speed; their logs go back two weeks instead of months
CHUNK = 250  # clients written at a time
SQLITE_CACHE = 512 * 1024  # KiB; holds all of ten thousand clients


@dataclass(frozen=True, slots=True)
class Login:
    """Somebody the visitor of the demo may sign in as."""

    role: str
    email: str
    password: str


def seed_if_empty(clients: int = CLIENTS, seed: int = 1) -> list[Login]:
    """Make the demo practice in an empty installation; returns who can sign in, none if it is not a demo."""
    if practices.exists():
        return _logins() if db.session.scalar(select(Practice.is_demo).limit(1)) else []
    return seed_practice(clients, seed)


def seed_practice(clients: int = CLIENTS, seed: int = 1) -> list[Login]:
    """Make the demo practice; RuleBroken in production, beside a mail server or beside real records."""
    settings = current_app.config["SETTINGS"]
    if settings.production or mail_setup.current().leaves:
        raise RuleBroken("The demo is not made in production, nor where CLINIC_SMTP_URL is set.")
    if practices.exists():
        raise RuleBroken("This installation holds a practice already. The demo needs an empty one.")
    owner = _begin()
    version = demo_routines.publish_shipped(owner)
    demo_routines.publish_own(owner)
    batteries.make(accounts.actor_of(owner))
    practitioner_id = _add_practitioner(owner.practice_id)
    password_hash = passwords.hashed(PASSWORD)
    short = clients >= SHORT_HISTORY_FROM
    desk = Desk(
        practice_id=owner.practice_id,
        owner_id=owner.id,
        practitioner_id=practitioner_id,
        practitioner=PRACTITIONER[0],
        group_id=_add_group(owner.practice_id, practitioner_id),
        version=version,
        password_hash=password_hash,
        at=now(),
        days=14 if short else 84,
        short_history=short,
    )
    _write_clients(desk, clients, Random(seed))  # noqa: S311 - the same people each time, not a secret
    _read_so_far(desk)
    if not short:
        _answers_clients(desk)
    rebuilding.rebuild(desk.practice_id)
    if not short:
        looking_over.run(desk.at)  # as the worker does some times a day
    return _logins()


def _read_so_far(desk: Desk) -> None:
    """Somebody works here: what clients wrote until the day before yesterday has been read."""
    with transaction() as session:
        session.get_one(Practice, desk.practice_id).heard_from = desk.at - timedelta(days=2)


def _answers_clients(desk: Desk) -> None:
    practitioner = accounts.actor_of(db.session.get_one(User, desk.practitioner_id))
    answers.make(practitioner)
    answers.see_clients(practitioner)
    progress.make(practitioner)
    with transaction():
        closing.count_open(desk.practice_id)


def _begin() -> User:
    details = practices.PracticeDetails(
        name="Harbour Chiropractic",
        time_zone="Europe/London",
        phone="020 7946 0100",
        email="desk@harbour.example",
        emergency_number="999",
        urgent_number="111",
        waking_from=time(8),
        waking_until=time(20),
    )
    return practices.begin(details, OWNER[0], parse_address(OWNER[1]), PASSWORD, is_demo=True)


def _add_practitioner(practice_id: uuid.UUID) -> uuid.UUID:
    password_hash = passwords.hashed(PASSWORD)
    with transaction():
        practice = db.session.get_one(Practice, practice_id)
        name, email = PRACTITIONER
        return accounts.add_staff(practice, Role.PRACTITIONER, name, parse_address(email), password_hash).id


def _add_group(practice_id: uuid.UUID, leader_id: uuid.UUID) -> uuid.UUID:
    with transaction() as session:
        group = ClientGroup(id=uuid.uuid4(), practice_id=practice_id, name=COURSE, created_at=now())
        group.leader_id = leader_id
        session.add(group)
    return group.id


def _write_clients(desk: Desk, clients: int, random: Random) -> None:
    with transaction() as session:
        connection = session.connection()
        if connection.dialect.name == "sqlite":
            # keys are random, so every index is touched all over: it must not be read again for each row
            connection.exec_driver_sql(f"PRAGMA cache_size = -{SQLITE_CACHE}")
        for first in range(0, clients, CHUNK):
            rows: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for number in range(first, min(first + CHUNK, clients)):
                for model, row in client_rows(desk, number, random):
                    rows[model.__tablename__].append(row)
            signatures = Signatures()
            rows[Assessment.__tablename__] = signatures.without(rows[Assessment.__tablename__])
            trail = rows.pop(AuditEvent.__tablename__, [])
            for table in Base.metadata.sorted_tables:
                for batch in _batches(rows[table.name]):
                    connection.execute(insert(table), batch)
            signatures.put_back(connection)
            audit.record_made_up(trail)
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("ANALYZE")  # it would do so by itself, a minute later


def _batches(rows: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    # rows of one INSERT name the same columns
    by_columns: dict[frozenset[str], list[dict[str, Any]]] = defaultdict(list)
    for row in rows:
        by_columns[frozenset(row)].append(row)
    yield from by_columns.values()


def _logins() -> list[Login]:
    query = (
        select(User.email)
        .where(User.role == Role.CLIENT, User.password_hash.is_not(None), User.is_open)
        .order_by(User.created_at.desc(), User.email)
        .limit(2)
    )
    clients = [Login("client", email, PASSWORD) for email in db.session.scalars(query)]
    return [Login("practitioner", PRACTITIONER[1], PASSWORD), *clients]
