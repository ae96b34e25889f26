"""Addresses of video rooms: a practice's own, at a service that is known or one that this installation names.

Nothing is ever fetched, and the product hosts no call.
"""

from __future__ import annotations

from collections.abc import Collection
from urllib.parse import urlsplit

from clinic.domain.errors import RuleBroken
from clinic.domain.videos import LONGEST_LINK, PLAIN_LINK
from clinic.domain.words import say

# Each with all that stands below it: "us02web.zoom.us", "acme.whereby.com".
SERVICES = (
    *("zoom.us", "zoomgov.com", "meet.google.com", "teams.microsoft.com", "teams.live.com"),
    *("webex.com", "whereby.com", "doxy.me", "meet.jit.si", "8x8.vc", "facetime.apple.com"),
    *("gotomeeting.com", "meet.goto.com"),
)


def room(link: str, own_hosts: Collection[str] = ()) -> str:
    """A room's address as it is kept; RuleBroken says what is wrong with it.

    `own_hosts` are of video servers that this installation names (Jitsi, BigBlueButton): each exactly.
    """
    typed = link.strip()
    if len(typed) > LONGEST_LINK or not PLAIN_LINK.fullmatch(typed):
        raise _broken(say("This is not the address of a video room."))
    try:
        parts = urlsplit(typed if "://" in typed else f"https://{typed}")
        port = parts.port
    except ValueError:
        raise _broken(say("This is not the address of a video room.")) from None
    host = (parts.hostname or "").lower()
    if parts.scheme != "https" or parts.username is not None or not host:
        raise _broken(say("Use the plain https address of your room."))
    if port is not None and f"{host}:{port}" not in own_hosts:
        raise _broken(say("Use the plain https address of your room."))
    if port is None and host not in own_hosts and not _is_known(host):
        raise _broken(say("Use a room at Zoom, Google Meet, Teams, Webex, Whereby, Doxy.me or Jitsi."))
    if parts.path.strip("/") == "" and not parts.query:
        raise _broken(say("This is the address of the service. Paste that of your own room."))
    return parts.geturl()


def _is_known(host: str) -> bool:
    return any(host == known or host.endswith(f".{known}") for known in SERVICES)


def _broken(message: str) -> RuleBroken:
    return RuleBroken(message, field="link")
