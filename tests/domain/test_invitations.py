"""Where an invitation and its client stand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.invitations import AccountStanding, account_standing, state
from clinic.domain.types import InvitationState

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
SOON, JUST, LONG_AGO = NOW + timedelta(seconds=1), NOW, NOW - timedelta(days=9)


@pytest.mark.parametrize(
    "expires_at, accepted_at, revoked_at, expected",
    [
        (SOON, None, None, InvitationState.PENDING),
        (JUST, None, None, InvitationState.EXPIRED),
        (LONG_AGO, None, None, InvitationState.EXPIRED),
        (SOON, LONG_AGO, None, InvitationState.ACCEPTED),
        (LONG_AGO, LONG_AGO, None, InvitationState.ACCEPTED),
        (SOON, None, LONG_AGO, InvitationState.REVOKED),
        (LONG_AGO, None, LONG_AGO, InvitationState.REVOKED),
        (SOON, LONG_AGO, LONG_AGO, InvitationState.ACCEPTED),
    ],
)
def test_accepted_and_revoked_stand_for_good_else_the_clock_decides(
    expires_at: datetime, accepted_at: datetime | None, revoked_at: datetime | None, expected: InvitationState
) -> None:
    assert state(NOW, expires_at=expires_at, accepted_at=accepted_at, revoked_at=revoked_at) is expected


@pytest.mark.parametrize(
    "has_account, invited_until, expected",
    [
        (True, None, AccountStanding.HAS_ACCOUNT),
        (True, LONG_AGO, AccountStanding.HAS_ACCOUNT),
        (False, None, AccountStanding.NOT_INVITED),
        (False, SOON, AccountStanding.INVITED),
        (False, JUST, AccountStanding.LAPSED),
        (False, LONG_AGO, AccountStanding.LAPSED),
    ],
)
def test_a_client_s_standing(
    has_account: bool, invited_until: datetime | None, expected: AccountStanding
) -> None:
    assert account_standing(has_account=has_account, invited_until=invited_until, now=NOW) is expected
