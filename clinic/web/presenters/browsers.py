"""Signed-in browsers as lines of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.domain.devices import UNKNOWN
from clinic.services.accounts.sessions import OpenBrowser
from clinic.web.filters import moment


@dataclass(frozen=True, slots=True)
class BrowserLine:
    """One browser: what it is, since when, last seen, and the id that its button sends."""

    id: str
    device: str
    began: str
    seen: str
    is_here: bool


def lines(browsers: Iterable[OpenBrowser], zone: str) -> list[BrowserLine]:
    """The list, its times where the practice is."""
    return [
        BrowserLine(
            str(each.id),
            each.device or UNKNOWN,
            f"Signed in {moment(each.began_at, zone)}",
            f"Last seen {moment(each.last_seen_at, zone)}",
            each.is_here,
        )
        for each in browsers
    ]
