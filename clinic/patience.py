"""PostgreSQL that does not answer: nobody waits for it longer than a person would.

A stopped server still has its connections open, so neither the network nor its own time limit ends a wait.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine, event
from sqlalchemy.exc import DisconnectionError

IN_UTF8 = {"client_encoding": "utf8"}  # else a database in SQL_ASCII answers in bytes
CONNECT = 5  # seconds until a new connection is there
PING = 3.0  # seconds in which one that was kept shows that it lives
LATE = 2.0  # seconds over its own limit after which the server is not waited for
SOON_PREPARED = 1  # times a worker says a statement before it is prepared: it goes on saying the same
CHECKED_EVERY = 0.1  # seconds; psycopg's own


class PatientConnection(psycopg.Connection[Any]):
    """A connection that is closed when the server has said nothing for `patience` seconds; None: it waits."""

    patience: float | None = None

    def wait(self, gen: Any, interval: float = CHECKED_EVERY, timeout: float | None = None) -> Any:
        """As psycopg's. Raises OperationalError at the end of patience; what was sent may yet be done."""
        if timeout is not None or self.patience is None:
            return super().wait(gen, interval, timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval, self.patience)
        except psycopg.OperationalError:
            if time.monotonic() - began >= self.patience:
                self.pgconn.finish()
            raise

    @contextmanager
    def patient_for(self, seconds: float) -> Iterator[None]:
        """No longer than this, within the block."""
        before, self.patience = self.patience, seconds
        try:
            yield
        finally:
            self.patience = before


def be_patient(engine: Engine, statement_seconds: int) -> None:
    """Connect within seconds, ask what was kept whether it lives, and end what takes longer than it may.

    A statement may take `statement_seconds`, 0: as long as it likes, for workers and commands.
    """
    limit = {"options": f"-c statement_timeout={statement_seconds}s"} if statement_seconds else {}

    @event.listens_for(engine, "do_connect")
    def connect(dialect: Any, record: Any, args: Any, wanted: dict[str, Any]) -> PatientConnection:
        wanted = {"connect_timeout": CONNECT, **IN_UTF8, **limit, **wanted}
        connection = PatientConnection.connect(*args, **wanted)
        if statement_seconds:
            connection.patience = statement_seconds + LATE
        else:
            connection.prepare_threshold = SOON_PREPARED
        return connection

    @event.listens_for(engine, "checkout")
    def ping(connection: PatientConnection, record: Any, proxy: Any) -> None:
        try:
            with connection.patient_for(PING):
                engine.dialect.do_ping(connection)  # type: ignore[arg-type]
        except psycopg.OperationalError as silent:
            raise DisconnectionError from silent
