"""From the command to a server that answers."""

from __future__ import annotations

import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator

from tests.bench.installation import CLINIC, HOME, ours
from tests.bench.line import Line, within
from tests.bench.server import free_port, wait_for


def healthz() -> Iterator[Line]:
    """`clinic serve --demo` in an empty folder, as `make run` starts it, until /healthz answers 200."""
    port = free_port()
    with tempfile.TemporaryDirectory(prefix="regroove-bench-") as folder:
        environment = {**ours(), "CLINIC_DATA_DIR": folder, "CLINIC_PORT": str(port)}
        began = time.perf_counter()
        command = [*CLINIC, "serve", "--demo"]
        process = subprocess.Popen(command, env=environment, cwd=HOME, stdout=subprocess.DEVNULL)
        try:
            wait_for(port, "/healthz", process, status=200)
            seconds = time.perf_counter() - began
        finally:
            process.send_signal(signal.SIGINT)
            process.wait(30)
    yield within("start.healthz", seconds, "s", 30)
