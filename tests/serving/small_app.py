"""An app that says what it was sent, for the server alone."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse

from clinic.serving import worker

HELD = 4.0  # seconds
LONG = b"x" * (8 * 1024 * 1024)
END = b"the end"
BEFORE, FILE = 10, 100 * 1024 * 1024  # bytes; more than is kept in memory for all connections


def make(arrives_within: float = 30.0) -> Callable[..., Iterable[bytes]]:
    """The app, on a server as patient as said, in seconds."""
    worker.ARRIVES_WITHIN = arrives_within
    return _answer


def _answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    if environ["PATH_INFO"] == "/held":
        time.sleep(HELD)
    if environ["PATH_INFO"] == "/file":
        return _file(environ, start_response)
    if environ["PATH_INFO"] == "/long":
        body = LONG
    elif environ["PATH_INFO"] == "/unread":
        body = b"unread"
    else:
        said = environ["wsgi.input"].read()
        body = b"%s %s %s" % (environ["REQUEST_METHOD"].encode(), environ["PATH_INFO"].encode(), said)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]


def _file(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
    """All of a file but its first bytes; there is nothing between its ends."""
    file = tempfile.TemporaryFile()  # noqa: SIM115
    file.truncate(BEFORE + FILE)
    file.seek(BEFORE + FILE - len(END))
    file.write(END)
    file.flush()
    file.seek(BEFORE)
    start_response("200 OK", [("Content-Length", str(FILE))])
    sent: Iterable[bytes] = environ["wsgi.file_wrapper"](file, 8192)
    return sent
