"""A pass of the planner where a hundred check-ins are due, among a thousand planned and among a million."""

from __future__ import annotations

import tempfile
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import time as time_of_day
from datetime import timedelta
from statistics import median

from flask import Flask
from sqlalchemy import create_engine, text

from clinic.domain.types import ClientKind, ClientStatus, ProgramStatus, ScheduleKind
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, Program
from clinic.services import bulk
from clinic.services.checkins.planning import run
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.backends import database_urls, owner_of
from tests.bench.installation import app_of, clinic, database, ours
from tests.bench.line import Line, within
from tests.factories.mail import make_version
from tests.factories.people import make_practice, make_user

FEW, MANY = 1_000, 1_000_000
DUE = 100
MORNING = 100_000
PASSES = 5  # of which the first warms up

# Rows in bulk: that a key leads somewhere is true by how they are made, so it is not checked a million times.
CLIENTS = """
INSERT INTO client (id, practice_id, name, sort_key, search_key, email, email_key, time_zone, kind, status,
    consented_at, consent_recorded_by, created_at, version)
SELECT gen_random_uuid(), :practice, 'Client ' || i, 'client ' || i, 'client ' || i, i || '@clients.example',
    i || '@clients.example', 'UTC', 'private', 'active', :at, 'Robin Vale', :at, 1
FROM generate_series(1, :number) AS i"""
PROGRAMS = """
INSERT INTO program (id, practice_id, client_id, routine_version_id, name, status, starts_on, assigned_by,
    assigned_at, version)
SELECT gen_random_uuid(), :practice, id, :version, 'Hip routine', 'active', CURRENT_DATE - 28, :staff, :at, 1
FROM client"""
SCHEDULES = """
INSERT INTO checkin_schedule (id, practice_id, program_id, kind, weekday, at_time, time_zone, next_on,
    next_due_at)
SELECT gen_random_uuid(), :practice, id, 'weekly', EXTRACT(isodow FROM day)::int - 1, '09:00', 'UTC', day,
    day + TIME '09:00' AT TIME ZONE 'UTC'
FROM (SELECT id, CURRENT_DATE + 1 + (random() * 5)::int AS day FROM program) AS planned"""
FALL_DUE = """
UPDATE checkin_schedule SET weekday = :weekday, at_time = :at_time, next_on = :day, next_due_at = :due
WHERE id IN (SELECT id FROM checkin_schedule WHERE next_due_at < :soon ORDER BY next_due_at LIMIT :number)"""


@dataclass(frozen=True, slots=True)
class Planned:
    """An installation with that many check-ins planned."""

    app: Flask

    def passed(self) -> float:
        """Seconds of one pass after a hundred have fallen due."""
        with self.app.app_context():
            _fall_due()
            began = time.perf_counter()
            report = run(now())
            seconds = time.perf_counter() - began
        assert report.planned == DUE, f"{report.planned} check-ins were planned instead of {DUE}"
        return seconds


def monday() -> Iterator[Line]:
    """Seconds until a hundred thousand check-ins of one morning are planned, on each database."""
    for name, postgres in (("schedule.planned", True), ("schedule.planned-sqlite", False)):
        with (
            database_urls(postgres=postgres) as new,
            tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder,
        ):
            app = _morning(MORNING, new(), folder)
            with app.app_context():
                began = time.perf_counter()
                report = run(now())
                seconds = time.perf_counter() - began
                assert report.planned == MORNING, f"{report.planned} check-ins were planned"
                db.session.remove()
                db.engine.dispose()
        yield within(name, seconds, "s", 120)


def lines() -> Iterator[Line]:
    """The median of passes that take turns over both."""
    with database_urls(postgres=True) as new, tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder:
        planned = {number: _planned(number, new(), folder) for number in (FEW, MANY)}
        times: dict[int, list[float]] = {number: [] for number in planned}
        for _ in range(PASSES):
            for number, found in times.items():
                found.append(planned[number].passed())
        few, many = (median(found[1:]) for found in times.values())
        for each in planned.values():
            with each.app.app_context():
                db.engine.dispose()
    yield Line("schedule.million", many * 1000, "ms", f"the same pass over {FEW:,} planned", many / few)


def _planned(number: int, database_url: str, folder: str) -> Planned:
    environment = {**ours(), **database(database_url), "CLINIC_DATA_DIR": folder}
    clinic(environment, "db", "upgrade")
    app = app_of(environment)
    with app.app_context():
        with transaction() as session:
            practice = make_practice()
            staff = make_user(practice)
            names = {"practice": practice.id, "staff": staff.id, "version": make_version(practice).id}
            session.execute(text("SET LOCAL session_replication_role = replica"))
            for statement in (CLIENTS, PROGRAMS, SCHEDULES):
                session.execute(text(statement), {**names, "at": now(), "number": number})
        count_rows()
    return Planned(app)


def _morning(number: int, database_url: str, folder: str) -> Flask:
    """An installation where that many clients are to be asked a minute ago."""
    environment = {**ours(), **database(database_url), "CLINIC_DATA_DIR": folder}
    clinic(environment, "db", "upgrade")
    app = app_of(environment)
    due = (now() - timedelta(minutes=1)).replace(second=0, microsecond=0)
    with app.app_context():
        with transaction():
            practice = make_practice()
            staff, version = make_user(practice), make_version(practice)
            of_practice, at = {"practice_id": practice.id}, now()
        ids = [uuid.uuid4() for _ in range(number)]
        clients = [
            {
                **{"id": each, **of_practice, "name": f"Client {n}", "email": f"{n}@clients.example"},
                **{"sort_key": f"client {n}", "search_key": f"client {n}", "time_zone": "UTC"},
                **{"email_key": f"{n}@clients.example", "kind": ClientKind.PRIVATE},
                **{"status": ClientStatus.ACTIVE, "consented_at": at, "consent_recorded_by": "Robin Vale"},
                **{"created_at": at, "version": 1, "waking_from": time_of_day.min},
                "waking_until": time_of_day.max,
            }
            for n, each in enumerate(ids)
        ]
        programs = [
            {
                **{"id": each, **of_practice, "client_id": each, "routine_version_id": version.id},
                **{"name": "Hip routine", "status": ProgramStatus.ACTIVE, "assigned_by": staff.id},
                **{"starts_on": due.date() - timedelta(days=28), "assigned_at": at, "version": 1},
            }
            for each in ids
        ]
        schedules = [
            {
                **{"id": each, **of_practice, "program_id": each, "kind": ScheduleKind.WEEKLY},
                **{"weekday": due.weekday(), "every_weeks": 1, "at_time": due.time(), "time_zone": "UTC"},
                **{"next_on": due.date(), "next_due_at": due},
            }
            for each in ids
        ]
        for record, rows in ((Client, clients), (Program, programs), (CheckinSchedule, schedules)):
            for first in range(0, number, 5000):
                with transaction():
                    bulk.add(record, rows[first : first + 5000])
        if db.engine.dialect.name == "postgresql":
            count_rows()
    return app


def count_rows() -> None:
    """What PostgreSQL does by itself within a minute of such an import."""
    owner = create_engine(owner_of(str(db.engine.url.render_as_string(hide_password=False))) or db.engine.url)
    with owner.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))
    owner.dispose()


def _fall_due() -> None:
    due = (now() - timedelta(minutes=1)).replace(second=0, microsecond=0)
    values = {
        "weekday": due.weekday(),
        "at_time": due.time(),
        "day": due.date(),
        "due": due,
        "soon": due + timedelta(days=6),
        "number": DUE,
    }
    with transaction() as session:
        session.execute(text(FALL_DUE), values)
