"""One look at the installation: the database, its tables, the worker, what waits, the disk, the backup.

A look is taken in a thread of its own, so that whoever asks has an answer in time though the database hangs.
"""

from __future__ import annotations

import os
import shutil
import threading
import time
from collections.abc import Mapping
from concurrent.futures import Future
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy import func, select
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError

from clinic.domain.health import CLOCK_OF, SWEEP_SILENT, HealthCheck, HealthFacts, Pulse, troubles
from clinic.domain.types import OutboxState
from clinic.extensions import db, for_writing
from clinic.models import CheckinSchedule
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import release as let_go
from clinic.services.upkeep import heartbeats, release
from clinic.services.upkeep.backups import keys as backup_keys
from clinic.services.watching import clocks
from config import Settings

PATIENCE = 2.0  # seconds until a database that says nothing counts as away
_OLDEST_SCHEDULE = select(func.min(CheckinSchedule.next_due_at))


@dataclass(frozen=True, slots=True)
class HealthReport:
    """What a look found; `facts` None where the database did not answer."""

    troubles: tuple[HealthCheck, ...]
    facts: HealthFacts | None = None
    seen: Mapping[str, tuple[datetime, str]] = field(default_factory=dict)
    mails: Mapping[OutboxState, int] = field(default_factory=dict)

    @property
    def is_ready(self) -> bool:
        """Whether pages can be made: the database is there, and its tables are the code's."""
        return not {HealthCheck.DATABASE, HealthCheck.SCHEMA} & set(self.troubles)


AWAY = HealthReport((HealthCheck.DATABASE,))


def look() -> HealthReport:
    """Look now, in this thread, for as long as it takes. Six small queries."""
    settings: Settings = current_app.config["SETTINGS"]
    try:
        with for_writing(False):
            return _look(settings)
    except SQLAlchemyError:
        return AWAY
    finally:
        let_go()


class Look(threading.Thread):
    """A look under way, which several may wait for."""

    def __init__(self, app: Flask) -> None:
        super().__init__(name="look", daemon=True)
        self._app = app
        self._found: Future[HealthReport] = Future()
        self._until = time.monotonic() + PATIENCE

    def run(self) -> None:
        try:
            with self._app.app_context():
                found = look()
        except Exception as error:
            self._found.set_exception(error)
        else:
            self._found.set_result(found)

    @property
    def is_under_way(self) -> bool:
        """Whether what it finds is still to come: its thread outlives that by a moment."""
        return self.is_alive() and not self._found.done()

    def report(self) -> HealthReport:
        """What it finds, at the latest PATIENCE seconds after it began."""
        try:
            return self._found.result(max(0.0, self._until - time.monotonic()))
        except TookTooLong:
            return AWAY


class Lookout:
    """Begins one look at a time: while the database hangs, one thread waits for it and no more."""

    def __init__(self, app: Flask) -> None:
        self._app = app
        self._lock = threading.Lock()
        self._look: Look | None = None
        self._pid = os.getpid()

    def begin(self) -> Look:
        """A look that is under way, begun now if there is none: what was found before is not told again."""
        if self._pid != os.getpid():  # a look that was under way stayed in the process that forked
            self._pid, self._lock, self._look = os.getpid(), threading.Lock(), None
        with self._lock:
            if self._look is None or not self._look.is_under_way:
                self._look = Look(self._app)
                self._look.start()
            return self._look


def init_lookout(app: Flask) -> None:
    """Give the app its lookout."""
    app.extensions["lookout"] = Lookout(app)


def begin_look() -> Look:
    """A look at this installation, under way."""
    lookout: Lookout = current_app.extensions["lookout"]
    return lookout.begin()


@across_practices("the health page")
def _look(settings: Settings) -> HealthReport:
    at, database_at = now(), clocks.of_database()
    if release.schema_of_database() != release.schema():
        facts = HealthFacts(at=at, database_at=database_at, is_schema_ours=False)
        return HealthReport(troubles(facts, settings.health_off), facts)
    seen = heartbeats.last_seen()
    facts = HealthFacts(
        at=at,
        database_at=database_at,
        sweep_at=_when(seen, Pulse.SWEEP),
        oldest_schedule=db.session.scalar(_OLDEST_SCHEDULE),
        oldest_mail=outbox.oldest_due(),
        free=free_share(settings),
        are_clocks_wrong=_stands_somewhere(seen, database_at or at),
        # who has made a key waits for the first one
        backup_at=_when(seen, Pulse.BACKUP) or backup_keys.since(),
    )
    return HealthReport(troubles(facts, settings.health_off), facts, seen, outbox.counts())


def _stands_somewhere(seen: Mapping[str, tuple[datetime, str]], at: datetime) -> bool:
    """Whether a machine has said lately that it stopped for its clock; one that is gone says nothing."""
    rows = (row for name, row in seen.items() if name.startswith(CLOCK_OF))
    return any(detail and abs(at - seen_at) <= SWEEP_SILENT for seen_at, detail in rows)


def _when(seen: Mapping[str, tuple[datetime, str]], name: str) -> datetime | None:
    return seen[name][0] if name in seen else None


def free_share(settings: Settings) -> float | None:
    """The smallest share that is free of the disks we write to here, 0 to 1."""
    shares = []
    for folder in _folders(settings):
        try:
            usage = shutil.disk_usage(folder)
        except OSError:
            continue  # not made yet
        # of what we may use: some of a disk is kept for root
        shares.append(usage.free / max(1, usage.used + usage.free))
    return min(shares, default=None)


def _folders(settings: Settings) -> set[Path]:
    folders = {settings.data_dir}
    url = make_url(settings.database_url)
    if url.get_backend_name() == "sqlite" and url.database:
        folders.add(Path(url.database).absolute().parent)
    return folders
