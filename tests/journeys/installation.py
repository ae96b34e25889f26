"""A whole installation of its own: `clinic serve` in an empty folder, with worker, broker and a Maildir."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self
from zoneinfo import ZoneInfo

from flask import Flask
from sqlalchemy import Date, DateTime, select, update

from clinic import create_app, queue
from clinic.extensions import db
from clinic.mail.maildir import StoredMail, newest_mails
from clinic.models import Base, Client, OutboxMessage
from config import Settings
from tests.journeys.forked import Serving

HOME = Path(__file__).resolve().parents[2]
START = "from clinic.cli import main; main()"
DAY = re.compile(r"\d{4}-\d\d-\d\d")
BOUNCES = "bounces+*@clinic.example"
READY_WITHIN = 60.0  # seconds
MAIL_WITHIN = 45.0  # seconds: a round of planning, then one of sending
# What a week that passes makes a week older. Sessions and links stay: nobody signed in a week ago.
OF_THE_WEEK = (
    *("program", "program_event", "checkin_schedule", "practice_log", "checkin", "checkin_event"),
    *("checkin_answer", "warning_flag", "outbox_message", "course"),  # the trail stays: nobody writes it anew
    *("pain_morning", "form_recheck", "practice_stop"),
)
ZONES = (
    *("Europe/London", "America/New_York", "America/Los_Angeles", "Pacific/Honolulu", "America/Sao_Paulo"),
    *("Asia/Dubai", "Asia/Kolkata", "Asia/Bangkok", "Asia/Tokyo", "Australia/Sydney", "Pacific/Auckland"),
)


class Installation:
    """One running copy of the product."""

    def __init__(self, folder: Path, *, anew: bool = False, **settings: str) -> None:
        self.folder = folder
        self._anew = anew  # whether it starts as people start it, with interpreters of its own
        self._settings = settings  # CLINIC_…, beside those that each has
        self.port = _free_port()
        self.url = f"http://localhost:{self.port}"
        self.log = folder / "serve.log"
        self._process: subprocess.Popen[bytes] | Serving | None = None
        self._app: Flask | None = None

    def with_tables(self, migrated: Path) -> Self:
        """Begin with a copy of a database that was brought up to date elsewhere."""
        data = self.folder / "data"
        data.mkdir(mode=0o700)
        shutil.copyfile(migrated, data / "regroove.sqlite3")
        return self

    def start(self, *options: str) -> None:
        """Start everything and wait until web, broker and worker are there."""
        self._process = self._new(*options) if self._anew else Serving(options, self._environment, self.log)
        if isinstance(self._process, Serving):
            self._process.start()
        self.until(self._is_ready, READY_WITHIN, "is not ready")

    def _new(self, *options: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-c", START, "serve", *options]
        with self.log.open("ab") as log:
            return subprocess.Popen(
                command, cwd=HOME, env=self._environment, stdout=log, stderr=log, start_new_session=True
            )

    def stop(self) -> None:
        """End it as Ctrl-C does."""
        if self._process is None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(20)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(5)
        self._process = None

    def command(self, *words: object, piped: bytes = b"") -> str:
        """What a command says that goes well here: `clinic backup FILE`."""
        told = [sys.executable, "-c", START, *map(str, words)]
        done = subprocess.run(
            told, cwd=HOME, env=self._environment, input=piped, capture_output=True, timeout=120
        )
        said = (done.stdout + done.stderr).decode()
        assert done.returncode == 0, said
        return said

    @contextmanager
    def inside(self) -> Iterator[None]:
        """The installation's own app and database, beside the running processes."""
        if self._app is None:
            environ = {"CLINIC_DATA_DIR": str(self.folder / "data"), "CLINIC_PORT": str(self.port)}
            self._app = create_app(Settings.from_env(environ))
        with self._app.app_context():
            try:
                yield
            finally:
                db.session.remove()
                db.engine.dispose()

    def mails_to(self, address: str) -> list[StoredMail]:
        """What has arrived for an address, newest first."""
        return [
            mail for mail in newest_mails(self.folder / "data" / "mail") if address in str(mail.message["To"])
        ]

    def mail_to(self, address: str, *, after: int = 0) -> StoredMail:
        """The next mail for an address, once more than `after` have arrived."""
        self.until(lambda: len(self.mails_to(address)) > after, MAIL_WITHIN, f"sent no mail to {address}")
        return self.mails_to(address)[0]

    def a_week_passes(self) -> None:
        """Everything that happened is now a week older."""
        with self.inside():
            for table in (Base.metadata.tables[name] for name in OF_THE_WEEK):
                timed = [
                    column
                    for column in table.c
                    if isinstance(column.type, (Date, DateTime)) or _is_instant(column)
                ]
                for row in db.session.execute(select(table)).mappings().all():
                    earlier = {
                        c.name: row[c.name] - timedelta(days=7) for c in timed if row[c.name] is not None
                    }
                    if table is OutboxMessage.__table__:
                        keys = {name: row[name] for name in ("day_key", "dedupe_key") if row[name]}
                        earlier |= {name: DAY.sub(_a_week_before, key) for name, key in keys.items()}
                    if earlier:
                        db.session.execute(update(table).where(table.c.id == row["id"]).values(earlier))
            for client in db.session.scalars(select(Client).where(Client.rechecks_due.is_not(None))):
                due = client.rechecks_due or {}
                client.rechecks_due = {
                    move: day and str(date.fromisoformat(day) - timedelta(days=7))
                    for move, day in due.items()
                }
            db.session.commit()

    def plans_now(self) -> None:
        """Have the worker look for what is due, as beat does each minute: its own round may be far off."""
        with self.inside():
            queue.nudge("checkins.plan")

    def troubles(self) -> list[str]:
        """Lines of the log that tell of a crash."""
        lines = self.log.read_text(errors="replace").splitlines()
        return [line for line in lines if re.search(r"Traceback|\bERROR\b|\bCRITICAL\b|Error:", line)]

    def health(self) -> dict[str, Any]:
        """What /healthz says."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:
                return dict(json.load(answer))
        except urllib.error.HTTPError as answer:
            return dict(json.load(answer))
        except OSError:
            return {}

    @property
    def _environment(self) -> dict[str, str]:
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
        own = {"CLINIC_DATA_DIR": str(self.folder / "data"), "CLINIC_PORT": str(self.port)}
        return inherited | own | {"CLINIC_BOUNCE_ADDRESS": BOUNCES} | self._settings

    def _is_ready(self) -> bool:
        said = self.health()
        return said.get("broker") == "ok" and said.get("worker_age_seconds") is not None

    def until(self, happened: Callable[[], bool], seconds: float, what: str) -> None:
        """Wait until it is so; fails with the log's end when it is not, or when it has ended."""
        until = time.monotonic() + seconds
        while not happened():
            ended = self._process is None or self._process.poll() is not None
            if ended or time.monotonic() > until:
                log = self.log.read_text(errors="replace")[-3000:]
                raise AssertionError(f"the installation {what} within {seconds:.0f} s; its log ends:\n{log}")
            time.sleep(0.2)


def link_in(mail: StoredMail, path: str) -> str:
    """The address of a page of ours in a mail's text."""
    found = re.search(rf"https?://\S+{re.escape(path)}\S*", mail.text)
    assert found, f"no link to {path} in:\n{mail.text}"
    return found.group(0)


def zone_in_the_middle_of_the_day() -> str:
    """A zone where it is day now: mail is held back at night, and tests run at any hour."""
    return next(zone for zone in ZONES if 10 <= datetime.now(ZoneInfo(zone)).hour < 17)


def _is_instant(column: Any) -> bool:
    return column.type.python_type is datetime


def _a_week_before(match: re.Match[str]) -> str:
    return (datetime.fromisoformat(match.group(0)).date() - timedelta(days=7)).isoformat()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
