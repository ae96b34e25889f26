"""Signed-in browsers as lines of a list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from clinic.domain.devices import UNKNOWN, said_again
from clinic.domain.words import say
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
            said_again(each.device) if each.device else UNKNOWN,
            say("Signed in %(at)s", at=moment(each.began_at, zone)),
            say("Last seen %(at)s", at=moment(each.last_seen_at, zone)),
            each.is_here,
        )
        for each in browsers
    ]
