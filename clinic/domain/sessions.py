"""How long a signed-in browser stays signed in."""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.types import Role

IDLE = timedelta(hours=1)  # staff see many people's records, so an unattended screen closes itself
CLIENT_IDLE = timedelta(hours=4)
ABSOLUTE = timedelta(hours=12)
ON_OWN_DEVICE = timedelta(days=30)  # "stay signed in on this phone", for clients alone
PROVEN_FOR = timedelta(minutes=10)  # before an act that is hard to undo, it is asked again who sits there


def absolute_end(role: Role, at: datetime, *, persistent: bool) -> datetime:
    """When a session begun now ends, however busy it is."""
    return at + (ON_OWN_DEVICE if _stays(role, persistent) else ABSOLUTE)


def is_alive(
    role: Role, at: datetime, last_seen_at: datetime, expires_at: datetime, *, persistent: bool
) -> bool:
    """Whether a session may still be used at an instant."""
    if at >= expires_at:
        return False
    idle = CLIENT_IDLE if role is Role.CLIENT else IDLE
    return _stays(role, persistent) or at - last_seen_at < idle


def is_proven(at: datetime, proven_at: datetime) -> bool:
    """Whether it was shown lately enough who sits there; a clock that was put back proves nothing."""
    return timedelta(0) <= at - proven_at < PROVEN_FOR


def _stays(role: Role, persistent: bool) -> bool:
    return persistent and role is Role.CLIENT
