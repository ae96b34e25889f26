"""Where an invitation stands, and for how long it does."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.types import InvitationState

LIFETIME = timedelta(days=7)


class AccountStanding(StrEnum):
    """How far a client is on the way to an account of their own."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    LAPSED = "lapsed"
    HAS_ACCOUNT = "has_account"


def state(
    accepted_at: datetime | None, revoked_at: datetime | None, expires_at: datetime, now: datetime
) -> InvitationState:
    """Accepted and revoked stand for good; else the clock decides."""
    if accepted_at is not None:
        return InvitationState.ACCEPTED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.EXPIRED if expires_at <= now else InvitationState.PENDING
