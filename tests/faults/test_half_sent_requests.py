"""Fifty requests that never come to their end: whoever asks meanwhile is answered all the same."""

from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest

from tests.conftest import app_on_a_copy
from tests.factories.checkins import enrol, link_to, sent_checkin
from tests.factories.people import make_people
from tests.faults.stage import Stage, answers, free_port, staged, wait_until

pytestmark = [pytest.mark.fault(short_on="sqlite"), pytest.mark.slow]

WITHIN = 2.0  # seconds
HALVES = {
    "heads": b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nX-Slow: ",
    "bodies": b"POST /sign-in HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5000\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\n\r\nemail=",
}


def with_gunicorn(stage: Stage) -> int:
    """As the unit of the deploy page starts it; returns its port."""
    return int(urlsplit(stage.web()).port or 0)


def with_clinic_serve(stage: Stage) -> int:
    """Everything on one server; returns its port."""
    port = free_port()
    command = [sys.executable, "-c", "from clinic.cli import main; main()", "serve"]
    address = f"http://127.0.0.1:{port}"
    stage.start(command, CLINIC_ENV="development", CLINIC_PORT=str(port), CLINIC_BASE_URL=address)
    return port


@pytest.fixture(scope="module", params=[with_gunicorn, with_clinic_serve])
def served(template: str, request: pytest.FixtureRequest) -> Iterator[tuple[int, str]]:
    """A port that answers, and the path of a check-in there; nothing of a test is left after it."""
    with app_on_a_copy(template) as app:
        checkin = link_to(sent_checkin(enrol(make_people())))
        with staged(app) as stage:
            stage.broker()
            port = request.param(stage)
            wait_until(lambda: answers(port))
            assert seconds_to(port, checkin) > 0
            yield port, checkin


@pytest.mark.parametrize("half", HALVES.values(), ids=HALVES)
def test_health_and_a_check_in_are_answered_beside_fifty_half_sent_requests(
    served: tuple[int, str], half: bytes
) -> None:
    port, checkin = served
    with half_sent(port, half) as lines:
        for _ in range(3):
            for line in lines:
                line.sendall(b"x")
            for path in ("/healthz", checkin):
                assert seconds_to(port, path) < WITHIN


@contextmanager
def half_sent(port: int, half: bytes) -> Iterator[list[socket.socket]]:
    """Fifty connections with so much of a request on each."""
    with ExitStack() as stack:
        lines = [
            stack.enter_context(socket.create_connection(("127.0.0.1", port), timeout=10)) for _ in range(50)
        ]
        for line in lines:
            line.sendall(half)
        time.sleep(0.5)
        yield lines


def seconds_to(port: int, path: str) -> float:
    """How long a page of ours takes, which is there."""
    began = time.monotonic()
    with urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        answer.read()
        assert answer.status == 200
    return time.monotonic() - began
