"""A stage for accidents: real workers, a real broker, a real database, and an SMTP server that counts."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from flask import Flask
from redis import Redis
from redis.exceptions import RedisError
from sqlalchemy import func, select

from clinic import create_app
from clinic.cli.broker import broker_command
from clinic.domain.types import OutboxState
from clinic.extensions import db, for_writing
from clinic.models import OutboxMessage
from config import Settings
from tests.faults.reckoning import UNDER_WAY

ROOT = Path(__file__).resolve().parents[2]


@dataclass
class Stage:
    """One installation: its settings, and the processes started on it, which all end with it."""

    app: Flask
    settings: Settings
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        settings = self.settings
        return {
            **{name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")},
            "CLINIC_ENV": "test",
            "CLINIC_SECRET_KEY": settings.secret_key,
            "CLINIC_DATABASE_URL": settings.database_url,
            "CLINIC_MIGRATION_URL": settings.migration_url or "",
            "CLINIC_BROKER_URL": settings.effective_broker_url,
            "CLINIC_SMTP_URL": settings.smtp_url or "",
            "CLINIC_DATA_DIR": str(settings.data_dir),
            "CLINIC_MAIL_FROM": settings.mail_from,
            "CLINIC_SMTP_RATE": str(settings.smtp_rate),
            "CLINIC_SMTP_CONNECTIONS": str(settings.smtp_connections),
        }

    def worker(self, *options: str) -> subprocess.Popen[bytes]:
        """A Celery worker with one process in its pool, in a process group of its own."""
        quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning"]
        command = [sys.executable, "-m", "celery", "-A", "celery_worker", "--quiet", "worker"]
        return self.start([*command, "--concurrency", "1", *quiet, *options])

    def broker(self) -> subprocess.Popen[bytes]:
        """The embedded broker, once it answers."""
        process = self.start(broker_command(replace(self.settings, broker_url=None)))
        wait_until(self.broker_answers)
        return process

    def broker_answers(self) -> bool:
        """Whether it takes commands."""
        with Redis(unix_socket_path=str(_socket(self.settings)), socket_timeout=1) as client:
            try:
                return bool(client.ping())
            except RedisError:
                return False

    def flush_broker(self) -> None:
        """Have it forget everything."""
        with Redis(unix_socket_path=str(_socket(self.settings)), socket_timeout=5) as client:
            client.flushall()

    def web(self, app: str = "clinic:serve_from_env()", **environment: str) -> str:
        """The web app as its server runs it, once it answers; rate limits and all. Returns its address."""
        port = free_port()
        command = [sys.executable, "-m", "gunicorn", "--preload", "--no-control-socket", "--threads", "4"]
        address = f"http://127.0.0.1:{port}"
        self.start(
            [*command, "--bind", f"127.0.0.1:{port}", app],
            CLINIC_ENV="development",
            CLINIC_BASE_URL=address,
            **environment,
        )
        wait_until(lambda: answers(port))
        return address

    def start(self, command: list[str], **environment: str) -> subprocess.Popen[bytes]:
        """A process with its output in a file of the data folder."""
        log = self.settings.data_dir / f"process-{len(self.processes)}.log"
        with log.open("wb") as output:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env={**self.environment, **environment},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def logs(self) -> str:
        """What every process has said so far."""
        return "\n".join(
            log.read_text("utf-8", "replace") for log in self.settings.data_dir.glob("process-*.log")
        )

    def states(self) -> Counter[OutboxState]:
        """How many mails are in each state."""
        with for_writing(False):
            query = select(OutboxMessage.state, func.count()).group_by(OutboxMessage.state)
            counted = Counter(dict(db.session.execute(query).all()))
            db.session.rollback()
        return counted

    def under_way(self) -> int:
        """How many mails are waiting or being sent."""
        states = self.states()
        return sum(states[state] for state in UNDER_WAY)

    def drained(self) -> bool:
        """Whether no mail is waiting or being sent."""
        return not self.under_way()

    def leased_by(self, pid: int) -> int:
        """How many mails a process holds."""
        with for_writing(False):
            query = select(OutboxMessage.sender).where(OutboxMessage.state == OutboxState.LEASED)
            senders = [name.split(".")[-2] for name in db.session.scalars(query) if name]
            db.session.rollback()
        return senders.count(str(pid))


@contextmanager
def staged(app: Flask, **changes: Any) -> Iterator[Stage]:
    """A stage over the database and folder of a `live_app`; `changes` are settings."""
    before: Settings = app.config["SETTINGS"]
    settings = replace(before, broker_url=f"redis+socket://{_socket(before)}", **changes)
    stage = Stage(create_app(settings), settings)
    try:
        yield stage
    finally:
        for process in stage.processes:
            with suppress(ProcessLookupError):
                kill(process)
        with stage.app.app_context():
            db.session.remove()
            db.engine.dispose()


def _socket(settings: Settings) -> Path:
    return replace(settings, broker_url=None).broker_socket


def free_port() -> int:
    """A port nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def answers(port: int) -> bool:
    """Whether somebody listens there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def kill(process: subprocess.Popen[bytes]) -> None:
    """kill -9, the whole tree at once, frozen or not."""
    os.killpg(process.pid, signal.SIGKILL)
    process.wait(30)


def wait_until(happened: Callable[[], object], seconds: float = 90.0, every: float = 0.05) -> float:
    """Wait until it is so; returns how long that took, raises TimeoutError."""
    begun = time.monotonic()
    while not happened():
        if time.monotonic() - begun > seconds:
            raise TimeoutError(f"not so after {seconds} s")
        time.sleep(every)
    return time.monotonic() - begun
