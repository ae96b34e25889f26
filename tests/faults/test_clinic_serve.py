"""`clinic serve`: one command starts everything, refuses a second copy, and leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.faults.serving import family, health, lives, serve
from tests.faults.stage import ROOT, answers, free_port, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.sqlite_only]


def test_everything_starts_answers_and_ends_together(tmp_path: Path) -> None:
    port = free_port()
    served = _serve(tmp_path, port)
    try:
        wait_until(lambda: health(port).get("worker_age_seconds") is not None, 180, every=0.3)
        well = health(port)
        second = _serve(tmp_path, free_port())
        said = second.communicate(timeout=180)[0].decode()
        processes = family(served.pid)
        begun = time.monotonic()
        served.send_signal(signal.SIGINT)
        output = served.communicate(timeout=90)[0].decode()
        took = time.monotonic() - begun
    finally:
        served.kill()

    assert (well["database"], well["broker"]) == ("ok", "ok")
    assert second.returncode == 2
    assert f"It runs already on {tmp_path} (process {served.pid})." in said
    assert len(said.strip().splitlines()) == 1
    assert served.returncode == 0
    assert f"Regroove is at http://localhost:{port}" in output
    assert "Traceback" not in output
    assert len(processes) >= 5
    # the pool's own processes hear of the end from the worker's main one, a moment later
    wait_until(lambda: not any(map(lives, processes)), 15)
    assert took < 20
    assert not answers(port)
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in files if path.stat().st_mode & 0o077] == []


def test_a_taken_port_is_one_clear_line(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        process = _serve(tmp_path, port)
        said = process.communicate(timeout=180)[0].decode()
    assert process.returncode == 2
    assert said.strip() == (
        f"Regroove cannot start. Port {port} is taken by another program. Set CLINIC_PORT to another one."
    )


def _serve(folder: Path, port: int) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", "from clinic.cli import main; main()", "serve"]
    return serve(command, ROOT, CLINIC_DATA_DIR=str(folder), CLINIC_PORT=str(port))
