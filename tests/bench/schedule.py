"""A pass of the planner where a hundred check-ins are due, among a thousand planned and among a million."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from flask import Flask
from sqlalchemy import text

from clinic.extensions import db
from clinic.services.checkins.planning import run
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.backends import database_urls
from tests.bench.installation import app_of, clinic, ours
from tests.bench.line import Line
from tests.factories.mail import make_version
from tests.factories.people import make_practice, make_user

FEW, MANY = 1_000, 1_000_000
DUE = 100
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
    environment = {**ours(), "CLINIC_DATABASE_URL": database_url, "CLINIC_DATA_DIR": folder}
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


def count_rows() -> None:
    """What PostgreSQL does by itself within a minute of such an import."""
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM ANALYZE"))


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
