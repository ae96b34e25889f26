"""Servers as the product runs them, on loopback, and a browser's way in."""

from __future__ import annotations

import http.client
import re
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode

from tests.bench.installation import HOME, PASSWORD

READY_WITHIN = 60.0  # seconds
TOKEN = re.compile(r'name="csrf_token"[^>]*value="([^"]+)"')
# One worker, so that the load has the other core to itself and does not slow the quicker side.
GUNICORN = (
    "--worker-class clinic.serving.worker.PatientWorker --workers 1 --threads 4 "
    "--no-control-socket --log-level error"
)


@contextmanager
def serving(factory: str, environment: dict[str, str], ready: str = "/healthz") -> Iterator[int]:
    """gunicorn with an app; gives its port once `ready` is answered."""
    port = free_port()
    words = [sys.executable, "-m", "gunicorn", *GUNICORN.split(), "--bind", f"127.0.0.1:{port}", factory]
    process = subprocess.Popen(words, env={**environment, "CLINIC_PORT": str(port)}, cwd=HOME)
    try:
        wait_for(port, ready, process)
        yield port
    finally:
        process.terminate()
        process.wait(20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(port: int, path: str, process: subprocess.Popen[bytes], status: int | None = None) -> None:
    """Until a path is answered, with a certain status if one is given."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            answer = get(port, path)
        except OSError:
            answer = None
        if answer is not None and status in (None, answer[0]):
            return
        time.sleep(0.02)
    raise SystemExit(f"{path} was not answered in {READY_WITHIN:g} s")


def get(port: int, path: str, cookie: str = "") -> tuple[int, bytes]:
    """One request; status and body."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", path, headers={"Cookie": cookie})
        answer = connection.getresponse()
        return answer.status, answer.read()
    finally:
        connection.close()


def post(port: int, path: str, fields: dict[str, str], cookie: str) -> tuple[int, str]:
    """One form; status, and where it leads."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        headers = {"Cookie": cookie, "Content-Type": "application/x-www-form-urlencoded"}
        connection.request("POST", path, urlencode(fields), headers)
        answer = connection.getresponse()
        answer.read()
        return answer.status, answer.headers["Location"] or ""
    finally:
        connection.close()


def sign_in(port: int, email: str) -> str:
    """Sign in through the form; returns the cookie."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("GET", "/sign-in")
    page = connection.getresponse()
    token = TOKEN.search(page.read().decode())
    assert token is not None, "the sign-in page has no token"
    form = urlencode({"csrf_token": token[1], "email": email, "password": PASSWORD})
    headers = {"Cookie": _cookie(page), "Content-Type": "application/x-www-form-urlencoded"}
    connection.request("POST", "/sign-in", form, headers)
    answer = connection.getresponse()
    answer.read()
    assert answer.status == 303, f"signing in as {email}: {answer.status}"
    # a browser keeps what its first page adds: the token of the forms, which is not made again
    connection.request("GET", answer.headers["Location"], headers={"Cookie": _cookie(answer)})
    first = connection.getresponse()
    first.read()
    connection.close()
    return _cookie(first) or _cookie(answer)


def _cookie(answer: http.client.HTTPResponse) -> str:
    given = answer.headers.get_all("Set-Cookie") or []
    return "; ".join(each.partition(";")[0] for each in given)
