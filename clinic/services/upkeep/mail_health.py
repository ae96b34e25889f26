"""Whether the mail server takes our mail just now: its last word."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from clinic.services.upkeep import heartbeats


@dataclass(frozen=True, slots=True)
class MailHealth:
    """What the mail server refused with, and when."""

    refused: str = ""
    refused_at: datetime | None = None


def now_is() -> MailHealth:
    """How it stands. One query."""
    refused_at, refused = heartbeats.last_seen().get(heartbeats.MAIL_SERVER, (None, ""))
    return MailHealth(refused=refused, refused_at=refused_at if refused else None)
