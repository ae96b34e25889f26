"""PostgreSQL is stopped in the middle of everything: whoever opens a page reads so within seconds."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from clinic import create_app
from clinic.extensions import db
from tests.visitor import Visitor

A_PERSON_WAITS = 12.0  # seconds: one look at what was kept, one try to connect anew, and the page
pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.postgres_only]


@contextmanager
def stopped(backends: list[int]) -> Iterator[None]:
    """These processes of the server do nothing any more, and their sockets stay open."""
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in backends:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def pages(live_app: Flask) -> Iterator[Flask]:
    """The app as it serves pages, with a statement limit of its own."""
    app = create_app(replace(live_app.config["SETTINGS"], statement_seconds=2))
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def backend() -> int:
    found: Any = db.session.scalar(text("SELECT pg_backend_pid()"))
    db.session.remove()
    return int(found)


def server_of(pid: int) -> int:
    with open(f"/proc/{pid}/status", encoding="ascii") as told:
        return next(int(line.split()[1]) for line in told if line.startswith("PPid:"))


def opens(app: Flask, status: int) -> float:
    """How long a page takes that asks the database."""
    began = time.monotonic()
    answer = Visitor(app).get("/c/nobody-has-this-link", status=status)
    assert status == 404 or "minute" in answer.get_data(as_text=True)  # what to do
    return time.monotonic() - began


def test_a_page_says_so_within_seconds_and_works_again_afterwards(pages: Flask) -> None:
    assert opens(pages, 404) < A_PERSON_WAITS
    pid = backend()
    with stopped([server_of(pid), pid]):
        assert opens(pages, 503) < A_PERSON_WAITS
    assert opens(pages, 404) < A_PERSON_WAITS


def test_one_connection_that_hangs_is_thrown_away_and_nobody_is_told(pages: Flask) -> None:
    with stopped([backend()]):
        assert opens(pages, 404) < A_PERSON_WAITS


def test_a_server_that_stops_in_the_middle_of_a_statement_is_not_waited_for(pages: Flask) -> None:
    pid: int = db.session.scalar(text("SELECT pg_backend_pid()")) or 0
    began = time.monotonic()
    with stopped([pid]), pytest.raises(OperationalError):
        db.session.scalar(text("SELECT 1"))
    assert time.monotonic() - began < A_PERSON_WAITS
    db.session.rollback()
    assert db.session.scalar(text("SELECT 1")) == 1


def test_a_statement_of_a_page_that_takes_too_long_is_ended_and_a_command_may_take_its_time(
    pages: Flask, live_app: Flask
) -> None:
    with pytest.raises(OperationalError, match="statement timeout"):
        db.session.scalar(text("SELECT pg_sleep(5)"))
    db.session.rollback()
    with live_app.app_context():
        assert db.session.scalar(text("SELECT 1 FROM pg_sleep(2.5)")) == 1
        db.session.remove()
