"""A dead man's switch: an outside watcher is asked for again and again, and calls somebody when that ends.

It is the one connection to the outside but for mail, off unless CLINIC_HEARTBEAT_URL is set, and says nothing
but that a worker is well.
"""

from __future__ import annotations

from http.client import HTTPConnection, HTTPSConnection
from urllib.parse import urlsplit

PATIENCE = 10.0  # seconds for each step of it
LONGEST_ANSWER = 10_000  # bytes


class WatcherRefused(Exception):
    """The watcher answered, and took it not."""


def ping(url: str) -> None:
    """One GET, without following anywhere; raises OSError, HTTPException or WatcherRefused."""
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=PATIENCE)
    try:
        target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", target, headers={"User-Agent": "Regroove", "Connection": "close"})
        answer = connection.getresponse()
        answer.read(LONGEST_ANSWER)
        if not 200 <= answer.status < 300:
            raise WatcherRefused(str(answer.status))
    finally:
        connection.close()
