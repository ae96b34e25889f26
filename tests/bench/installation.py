"""Installations to measure: a data folder, a migrated database and a demo practice of any size."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask

from clinic import create_app
from config import Settings
from tests.backends import POSTGRES, database_urls, owner_of
from tests.looking_on import reach_everything

PASSWORD = "harbour light on the water"
CLINIC = [sys.executable, "-c", "from clinic.cli import main; main()"]
HOME = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Installation:
    """Where one is, and what its demo practice cost to make."""

    environment: dict[str, str]
    seconds: float
    practitioner: str
    client: str

    @property
    def database_url(self) -> str:
        return self.environment["CLINIC_DATABASE_URL"]


@contextmanager
def demo(clients: int, *, postgres: bool = POSTGRES) -> Iterator[Installation]:
    """An installation with a demo practice; gone afterwards."""
    with (
        database_urls(postgres=postgres) as new,
        tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder,
    ):
        environment = {**ours(), "CLINIC_DATA_DIR": folder, **database(new())}
        clinic(environment, "db", "upgrade")
        began = time.perf_counter()
        said = clinic(environment, "demo", "--clients", str(clients))
        seconds = time.perf_counter() - began
        yield Installation(environment, seconds, _first("practitioner", said), _first("client", said))


def database(url: str) -> dict[str, str]:
    """The settings of a database: the app is not the owner of its tables."""
    return {"CLINIC_DATABASE_URL": url, "CLINIC_MIGRATION_URL": owner_of(url) or ""}


def ours() -> dict[str, str]:
    """The environment without the settings of whoever runs the bench."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return {**kept, "PYTHONPATH": str(HOME), "PYTHONWARNINGS": "ignore"}


def clinic(environment: dict[str, str], *words: str) -> str:
    """Run one of the project's commands; returns what it printed."""
    done = subprocess.run([*CLINIC, *words], env=environment, cwd=HOME, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"clinic {' '.join(words)} failed: {done.stderr[-2000:]}")
    return done.stdout


def app_of(environment: dict[str, str]) -> Flask:
    """The installation's app in this process, for somebody who looks on."""
    reach_everything()
    return create_app(Settings.from_env(environment))


def _first(role: str, said: str) -> str:
    return next(line.split()[1] for line in said.splitlines() if line.startswith(role))
