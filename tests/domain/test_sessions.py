"""How long a sign-in lasts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.sessions import absolute_end, is_alive, is_proven
from clinic.domain.types import Role

BEGAN = datetime(2026, 11, 26, 9, tzinfo=UTC)
HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)

ENDS = [
    (Role.OWNER, False, 12 * HOUR),
    (Role.OWNER, True, 12 * HOUR),
    (Role.PRACTITIONER, True, 12 * HOUR),
    (Role.ASSISTANT, True, 12 * HOUR),
    (Role.CLIENT, False, 12 * HOUR),
    (Role.CLIENT, True, timedelta(days=30)),
]


@pytest.mark.parametrize("role, persistent, lasts", ENDS)
def test_only_clients_may_stay_signed_in(role: Role, persistent: bool, lasts: timedelta) -> None:
    end = absolute_end(role, BEGAN, persistent=persistent)
    assert end == BEGAN + lasts
    busy = end - SECOND
    assert is_alive(role, busy, busy, end, persistent=persistent)
    assert not is_alive(role, end, busy, end, persistent=persistent)


IDLE = [
    (Role.OWNER, False, HOUR),
    (Role.PRACTITIONER, True, HOUR),
    (Role.ASSISTANT, False, HOUR),
    (Role.CLIENT, False, 4 * HOUR),
]


@pytest.mark.parametrize("role, persistent, idle", IDLE)
def test_an_unattended_screen_closes_itself(role: Role, persistent: bool, idle: timedelta) -> None:
    end = absolute_end(role, BEGAN, persistent=persistent)
    assert is_alive(role, BEGAN + idle - SECOND, BEGAN, end, persistent=persistent)
    assert not is_alive(role, BEGAN + idle, BEGAN, end, persistent=persistent)


def test_a_clients_own_phone_may_lie_idle_for_weeks() -> None:
    end = absolute_end(Role.CLIENT, BEGAN, persistent=True)
    assert is_alive(Role.CLIENT, BEGAN + timedelta(days=29), BEGAN, end, persistent=True)


@pytest.mark.parametrize(
    ("ago", "proven"),
    [
        (timedelta(0), True),
        (timedelta(minutes=9, seconds=59), True),
        (timedelta(minutes=10), False),
        (timedelta(seconds=-1), False),  # the clock was put back
        (timedelta(hours=-1), False),
    ],
)
def test_that_somebody_was_asked_is_good_for_ten_minutes(ago: timedelta, proven: bool) -> None:
    assert is_proven(BEGAN, BEGAN - ago) is proven
