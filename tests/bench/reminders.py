"""A pass over ten thousand reminders to practise that all fall due in one hour, on each database."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from datetime import time as time_of_day
from typing import Any

from flask import Flask
from sqlalchemy import event, select

from clinic.domain.practice_reminders import ReminderWay
from clinic.domain.types import ClientKind, ClientStatus, LogOutcome, ProgramStatus, Role
from clinic.extensions import db
from clinic.models import Client, PracticeLog, PracticeReminder, Prescription, Program, RoutineItem, User
from clinic.models.base import Base
from clinic.services import bulk, practice_reminders
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.backends import database_urls
from tests.bench.installation import app_of, clinic, database, ours
from tests.bench.line import Line, within
from tests.bench.schedule import count_rows
from tests.factories.people import make_practice, make_user
from tests.factories.programs import publish_routine

MANY = 10_000
UNDER_WAY = 28  # days since each began, practised on every other one of them until three days ago
MOST_SECONDS, MOST_QUERIES = 30.0, 0.1
AT_ONCE = 250  # clients that are written in one transaction


def lines() -> Iterator[Line]:
    """Seconds until all are promised, and queries of each."""
    for name, postgres in (("schedule.reminders", True), ("schedule.reminders-sqlite", False)):
        seconds, queries = _passed(MANY, postgres=postgres)
        yield within(name, seconds, "s", MOST_SECONDS)
        yield within(f"{name}.queries", queries / MANY, "queries a reminder", MOST_QUERIES)


def _passed(number: int, *, postgres: bool) -> tuple[float, int]:
    """Seconds and queries of one pass that promises a mail to each of so many."""
    with (
        database_urls(postgres=postgres) as new,
        tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder,
    ):
        at = now().replace(hour=20, minute=0, second=0, microsecond=0)
        with _evening(number, at, new(), folder).app_context(), _counted() as queries:
            began = time.perf_counter()
            report = practice_reminders.run(at)
            seconds = time.perf_counter() - began
            assert report.promised == number, f"{report.promised} of {number} reminders were promised"
            db.session.remove()
            db.engine.dispose()
    return seconds, len(queries)


@contextmanager
def _counted() -> Iterator[list[str]]:
    found: list[str] = []

    def note(*told: object) -> None:
        found.append(str(told[2]))

    event.listen(db.engine, "before_cursor_execute", note)
    yield found
    event.remove(db.engine, "before_cursor_execute", note)


def _evening(number: int, at: datetime, database_url: str, folder: str) -> Flask:
    """So many clients with a program and weeks of practice, who wish for a mail in the hour until `at`."""
    environment = {**ours(), **database(database_url), "CLINIC_DATA_DIR": folder}
    clinic(environment, "db", "upgrade")
    app = app_of(environment)
    with app.app_context():
        with transaction():
            practice = make_practice()
            staff = make_user(practice, Role.OWNER)
        version = publish_routine(practice, staff)
        item = db.session.scalars(select(RoutineItem).order_by(RoutineItem.position).limit(1)).one()
        wished = _Wished(at, practice.id, staff.id, version.id, _as_prescribed(item))
        for first in range(0, number, AT_ONCE):
            with transaction():
                for record, some in wished.rows(range(first, first + AT_ONCE)).items():
                    bulk.add(record, some)
            if db.engine.dialect.name == "postgresql" and first in (0, number - AT_ONCE):
                count_rows()  # the first too, so that keys are looked up in what grows
    return app


def _as_prescribed(item: RoutineItem) -> dict[str, Any]:
    shared = set(RoutineItem.__table__.c.keys()) & set(Prescription.__table__.c.keys())
    return {name: getattr(item, name) for name in shared - {"id", "practice_id"}}


@dataclass(frozen=True, slots=True)
class _Wished:
    """Clients of one practice, each with a program of one move, and a wish of their own."""

    at: datetime
    practice_id: uuid.UUID
    staff_id: uuid.UUID
    version_id: uuid.UUID
    move: dict[str, Any]

    def rows(self, numbers: range) -> dict[type[Base], list[bulk.Row]]:
        """All that is kept of them, in the order in which it is written."""
        made: dict[type[Base], list[bulk.Row]] = {}
        for number in numbers:
            for record, row in self._of_one(number, uuid.uuid4()):
                made.setdefault(record, []).append({"practice_id": self.practice_id, **row})
        return made

    def _of_one(self, number: int, its: uuid.UUID) -> Iterator[tuple[type[Base], bulk.Row]]:
        name, email = f"Client {number}", f"{number}@clients.example"
        known = {"name": name, "email": email, "email_key": email, "created_at": self.at}
        due = self.at - timedelta(minutes=number % 60)
        yield User, {**known, "id": its, "role": Role.CLIENT}
        yield Client, {**known, "id": its, "user_id": its, **self._as_a_client(name)}
        yield Program, {"id": its, "client_id": its, **self._program()}
        yield Prescription, {**self.move, "id": its, "program_id": its}
        for ago in range(3, UNDER_WAY, 2):
            day = self.at.date() - timedelta(days=ago)
            said = {"local_date": day, "outcome": LogOutcome.DONE, "slot": 1, "logged_at": self.at}
            yield PracticeLog, {"id": uuid.uuid4(), "client_id": its, "prescription_id": its, **said}
        wish = {"at_time": due.time(), "way": ReminderWay.MAIL, "wished_at": self.at, "next_due_at": due}
        yield PracticeReminder, {"id": its, "client_id": its, **wish}

    def _as_a_client(self, name: str) -> bulk.Row:
        hours = {"waking_from": time_of_day.min, "waking_until": time_of_day.max, "time_zone": "UTC"}
        found = {"sort_key": name.lower(), "search_key": name.lower(), "version": 1}
        agreed = {"consented_at": self.at, "consent_recorded_by": "Robin Vale"}
        return {**hours, **found, **agreed, "kind": ClientKind.PRIVATE, "status": ClientStatus.ACTIVE}

    def _program(self) -> bulk.Row:
        return {
            **{"routine_version_id": self.version_id, "name": "Hip routine", "version": 1},
            **{"status": ProgramStatus.ACTIVE, "assigned_by": self.staff_id, "assigned_at": self.at},
            "starts_on": self.at.date() - timedelta(days=UNDER_WAY),
        }
