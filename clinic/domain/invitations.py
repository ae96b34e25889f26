"""Where an invitation stands, and how far a client is on the way to an account of their own."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType

from clinic.domain.types import InvitationState, LinkProblemKind

# why the link of an invitation that is over does not work
PROBLEMS: Mapping[InvitationState, LinkProblemKind] = MappingProxyType(
    {
        InvitationState.ACCEPTED: LinkProblemKind.USED,
        InvitationState.REVOKED: LinkProblemKind.REVOKED,
        InvitationState.EXPIRED: LinkProblemKind.EXPIRED,
    }
)


class AccountStanding(StrEnum):
    """What the list of clients says about account and invitation."""

    NOT_INVITED = "not_invited"
    INVITED = "invited"
    LAPSED = "lapsed"
    HAS_ACCOUNT = "has_account"


def account_standing(*, has_account: bool, invited_until: datetime | None, now: datetime) -> AccountStanding:
    """The standing of a client whose open invitation, if there is one, ends at `invited_until`."""
    if has_account:
        return AccountStanding.HAS_ACCOUNT
    if invited_until is None:
        return AccountStanding.NOT_INVITED
    return AccountStanding.INVITED if now < invited_until else AccountStanding.LAPSED


def state(
    now: datetime, *, expires_at: datetime, accepted_at: datetime | None, revoked_at: datetime | None
) -> InvitationState:
    """Accepted and revoked stand for good; else the clock decides."""
    if accepted_at is not None:
        return InvitationState.ACCEPTED
    if revoked_at is not None:
        return InvitationState.REVOKED
    return InvitationState.EXPIRED if now >= expires_at else InvitationState.PENDING
