"""Whether mail goes out at all just now: the server's last word, and whether anybody is there to send."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from clinic.services.upkeep import heartbeats

GONE_AFTER = timedelta(minutes=2)


@dataclass(frozen=True, slots=True)
class MailHealth:
    """What the mail server refused with, and when; whether nobody is there to send, and who was seen last."""

    refused: str = ""
    refused_at: datetime | None = None
    is_sender_gone: bool = False
    sender_seen_at: datetime | None = None


def now_is(at: datetime) -> MailHealth:
    """How it stands. One query."""
    seen = heartbeats.last_seen()
    refused_at, refused = seen.get(heartbeats.MAIL_SERVER, (None, ""))
    sweep_at, _ = seen.get(heartbeats.SWEEP, (None, ""))
    return MailHealth(
        refused=refused,
        refused_at=refused_at if refused else None,
        is_sender_gone=sweep_at is None or at - sweep_at > GONE_AFTER,
        sender_seen_at=sweep_at,
    )
