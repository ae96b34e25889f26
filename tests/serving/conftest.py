"""A server of two threads over the small app, and half a line to it."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import pytest

from tests.faults.stage import ROOT, answers, free_port, wait_until

Open = Callable[[bytes], socket.socket]


@contextmanager
def served(*options: str, app: str = "tests.serving.small_app:make()") -> Iterator[int]:
    """gunicorn with one process and two threads; gives its port."""
    with running(*options, app=app) as (port, _):
        yield port


@contextmanager
def running(*options: str, app: str = "tests.serving.small_app:make()") -> Iterator[tuple[int, int]]:
    """The same; gives its port, and the process that looks after the others."""
    port = free_port()
    words = ["--no-control-socket", "--workers", "1", "--threads", "2", "--bind", f"127.0.0.1:{port}"]
    kind = ["--worker-class", "clinic.serving.worker.PatientWorker", *options]
    process = subprocess.Popen([sys.executable, "-m", "gunicorn", *words, *kind, app], cwd=ROOT)
    try:
        wait_until(lambda: answers(port), 30)
        yield port, process.pid
    finally:
        process.terminate()
        assert process.wait(15) == 0


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that is as patient as in the product."""
    with served() as port:
        yield port


@pytest.fixture
def open_to(port: int) -> Iterator[Open]:
    """`open_to(bytes)`: a connection to it on which these were sent, closed at the end."""
    with ExitStack() as stack:

        def begin(sent: bytes) -> socket.socket:
            line = stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10))
            line.sendall(sent)
            return line

        yield begin
