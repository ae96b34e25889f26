"""Who may see how the installation is: whoever holds the token, or somebody on this machine itself."""

from __future__ import annotations

from hmac import compare_digest
from ipaddress import ip_address

from flask import current_app, request

from config import Settings

# What a proxy puts into the head of what it passes on: behind one, "from this machine" says nothing.
PASSED_ON = ("Forwarded", "Via", "X-Real-IP")


def may_see_details() -> bool:
    """Whether counts, ages and names of parts may be told to whoever asks."""
    settings: Settings = current_app.config["SETTINGS"]
    return _has_token(settings.health_token) or _is_on_this_machine()


def _has_token(token: str | None) -> bool:
    kind, _, given = request.headers.get("Authorization", "").partition(" ")
    if token is None or kind.lower() != "bearer":
        return False
    return compare_digest(given.strip().encode(), token.encode())


def _is_on_this_machine() -> bool:
    if any(name in request.headers for name in PASSED_ON):
        return False
    if any(name.lower().startswith("x-forwarded") for name in request.headers.keys()):  # noqa: SIM118
        return False
    before_proxies = request.environ.get("werkzeug.proxy_fix.orig", request.environ)
    try:
        return ip_address(before_proxies.get("REMOTE_ADDR") or "").is_loopback
    except ValueError:
        return False
