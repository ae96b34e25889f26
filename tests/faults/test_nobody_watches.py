"""Nobody looks at a server at night: a dead worker, a hung database and a full disk are told all the same."""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any
from urllib.request import urlopen

import pytest
from flask import Flask
from sqlalchemy import make_url, text, update

from clinic import create_app
from clinic.extensions import db
from clinic.models import Heartbeat
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from tests.factories.people import make_people
from tests.faults.serving import health
from tests.faults.stage import staged, wait_until
from tests.faults.test_the_database_hangs import backend, server_of, stopped
from tests.faults.watching import LOOKS_EVERY
from tests.sink import running_sink
from tests.visitor import Visitor

A_WATCHER_WAITS = 3.0  # seconds
OTHERS = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
MB = 1024 * 1024
pytestmark = [pytest.mark.fault, pytest.mark.slow]


def test_a_dead_worker_is_told_to_the_owner_once_by_one_of_several_processes(live_app: Flask) -> None:
    owner = make_people().owner
    owner_address = owner.email
    _sweep_was(timedelta(hours=1))
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        address = stage.web("tests.faults.watching:app()", CLINIC_ALARM_MINUTES="1")
        port = int(address.rpartition(":")[2])
        wait_until(lambda: "sweep" in health(port)["troubles"], 10)
        assert _is_counted_by_all(port, requests=8)
        wait_until(lambda: sink.counts.total, 60)
        time.sleep(4 * LOOKS_EVERY)  # every process has looked again
        assert sink.counts.total == 1
        _sweep_was(timedelta())
        wait_until(lambda: sink.counts.total == 2, 60)
        assert health(port)["troubles"] == []
        told = stage.logs()
    assert "the worker is silent" in told
    assert "the worker is well again" in told
    assert owner_address not in told


@pytest.mark.postgres_only
def test_a_hung_postgresql_is_told_in_time(live_app: Flask) -> None:
    _sweep_was(timedelta())
    pid = backend()
    with stopped([server_of(pid), pid]):
        for _ in range(2):
            _answers_in_time(live_app)
    wait_until(lambda: Visitor(live_app).get("/readyz", status=None).status_code == 200, 20, every=0.5)


@pytest.mark.postgres_only
def test_pages_that_hang_with_postgresql_keep_nobody_waiting_who_watches(live_app: Flask) -> None:
    _sweep_was(timedelta())
    server = server_of(backend())
    with staged(live_app) as stage:
        port = int(stage.web().rpartition(":")[2])
        assert health(port)["database"] == "ok"
        held = list(db.session.scalars(text(OTHERS)))
        db.session.remove()
        db.engine.dispose()
        with stopped([server, *held]):
            lines = [HTTPConnection("127.0.0.1", port) for _ in range(16)]
            for line in lines:
                line.request("GET", "/c/nobody-has-this-link")
            begun = time.monotonic()
            assert health(port)["database"] == "away"
            assert time.monotonic() - begun < A_WATCHER_WAITS
        for line in lines:
            line.close()


@pytest.mark.sqlite_only
def test_a_locked_sqlite_is_told_in_time(live_app: Flask) -> None:
    _sweep_was(timedelta())
    db.session.remove()
    db.engine.dispose()
    holder = sqlite3.connect(str(make_url(live_app.config["SETTINGS"].database_url).database))
    holder.execute("PRAGMA locking_mode = EXCLUSIVE")
    holder.execute("BEGIN EXCLUSIVE")
    holder.execute("UPDATE heartbeat SET detail = 'held'")
    _answers_in_time(live_app)
    holder.rollback()
    holder.close()
    wait_until(lambda: Visitor(live_app).get("/readyz", status=None).status_code == 200, 20, every=0.5)


def test_a_disk_that_is_nearly_full_is_told(live_app: Flask) -> None:
    _sweep_was(timedelta())
    with _small_disk() as folder:
        app = create_app(replace(live_app.config["SETTINGS"], data_dir=folder))
        assert _troubles(app) == []
        _fill(folder, leave=MB // 2)
        assert _troubles(app) == ["disk"]
        (folder / "filler").unlink()
        assert _troubles(app) == []
        _let_go(app)


@pytest.mark.sqlite_only
def test_a_disk_that_is_full_loses_nothing_and_its_page_is_one_of_ours(
    live_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    form = {"email": make_people().owner.email}
    with _small_disk(32) as folder:
        before = make_url(live_app.config["SETTINGS"].database_url).database
        with (
            closing(sqlite3.connect(str(before))) as old,
            closing(sqlite3.connect(folder / "records.sqlite3")) as new,
        ):
            old.backup(new)
        url = f"sqlite:///{folder / 'records.sqlite3'}"
        app = create_app(replace(live_app.config["SETTINGS"], data_dir=folder, database_url=url))
        _fill(folder, leave=0)
        refused = Visitor(app).post("/forgotten-password", form, status=503)
        said = re.sub(r"<[^>]+>", "", refused.get_data(as_text=True))  # the number stands in fours
        assert refused.headers["X-Request-ID"] in said
        assert [each.cause for each in caplog.records if hasattr(each, "cause")][-1] == "disk is full"
        (folder / "filler").unlink()
        Visitor(app).post("/forgotten-password", form, status=200)
        with app.app_context():
            assert db.session.scalar(text("PRAGMA integrity_check")) == "ok"
        _let_go(app)


def _is_counted_by_all(port: int, *, requests: int) -> bool:
    """Whether what several processes have served is in the numbers of whichever is asked."""
    for _ in range(requests):
        health(port)
    with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=5) as answer:
        told = answer.read().decode()
    found = re.findall(r'^regroove_request_seconds_count\{.*rule="/healthz".*\} (.+)$', told, re.MULTILINE)
    return sum(map(float, found)) >= requests


def _answers_in_time(app: Flask) -> None:
    for path, status in (("/healthz", 503), ("/readyz", 503), ("/livez", 200)):
        begun = time.monotonic()
        Visitor(app).get(path, status=status)
        assert time.monotonic() - begun < A_WATCHER_WAITS


def _sweep_was(ago: timedelta) -> None:
    heartbeats.beat(heartbeats.SWEEP)
    with transaction():
        mine = update(Heartbeat).where(Heartbeat.name == heartbeats.SWEEP)
        db.session.execute(mine.values(seen_at=now() - ago))
    db.session.remove()


def _troubles(app: Flask) -> Any:
    return Visitor(app).get("/healthz", status=None).get_json()["troubles"]


@contextmanager
def _small_disk(megabytes: int = 8) -> Iterator[Path]:
    """A disk of its own; skipped where nobody may mount one."""
    with tempfile.TemporaryDirectory() as folder:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs", folder]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may mount no disk")
        try:
            yield Path(folder)
        finally:
            subprocess.run(["umount", "--lazy", folder], check=True)


def _fill(folder: Path, *, leave: int) -> None:
    room = shutil.disk_usage(folder).free - leave
    with (folder / "filler").open("wb") as file:
        file.write(b"\0" * room)


def _let_go(app: Flask) -> None:
    with app.app_context():
        db.session.remove()
        db.engine.dispose()
