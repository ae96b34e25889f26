"""What a worker with its beat costs while there is nothing to do."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

from clinic.cli.broker import broker_command
from config import Settings
from tests.backends import database_urls
from tests.bench.installation import HOME, clinic, database, ours
from tests.bench.line import Line, within

SETTLED, WATCHED = 20.0, 60.0  # seconds; beat's longest interval that comes round often is a minute
QUIET = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "warning"]
WORKER = [
    sys.executable,
    "-m",
    "celery",
    "-A",
    "celery_worker",
    "--quiet",
    "worker",
    "--beat",
    "--concurrency",
    "1",
    *QUIET,
]


def lines() -> Iterator[Line]:
    """Processor time of the worker, its pool, its beat and the broker over a minute."""
    with (
        ExitStack() as stack,
        database_urls(postgres=True) as new,
        tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder,
    ):
        environment = {**ours(), **database(new()), "CLINIC_DATA_DIR": folder}
        clinic(environment, "db", "upgrade")
        commands = [broker_command(Settings.from_env(environment)), WORKER]
        processes = [stack.enter_context(_running(command, environment)) for command in commands]
        time.sleep(SETTLED)
        before, began = _seconds(processes), time.perf_counter()
        time.sleep(WATCHED)
        used, passed = _seconds(processes) - before, time.perf_counter() - began
        for process in reversed(processes):
            process.terminate()
    yield within("schedule.idle", used / passed * 100, "% of a core", 2)


def _running(command: list[str], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        command, env=environment, cwd=HOME, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def _seconds(processes: list[subprocess.Popen[bytes]]) -> float:
    ticks = sum(_ticks(pid) for process in processes for pid in _family(process.pid))
    return ticks / os.sysconf("SC_CLK_TCK")


def _ticks(pid: int) -> int:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _family(pid: int) -> list[int]:
    children = [
        int(word)
        for file in Path(f"/proc/{pid}/task").glob("*/children")
        for word in file.read_text().split()
    ]
    return [pid, *(each for child in children for each in _family(child))]
