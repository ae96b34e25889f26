"""Which mail to the practice has to be told on its pages instead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.types import OutboxState
from clinic.domain.unheard import PATIENCE, is_unheard

NOW = datetime(2026, 11, 23, 9, tzinfo=UTC)
JUST_NOW, LONG_AGO = NOW - timedelta(minutes=1), NOW - PATIENCE


@pytest.mark.parametrize(
    ("state", "due_at", "unheard"),
    [
        (OutboxState.SENT, LONG_AGO, False),
        (OutboxState.CANCELLED, LONG_AGO, False),
        (OutboxState.READY, JUST_NOW, False),
        (OutboxState.READY, NOW - PATIENCE + timedelta(seconds=1), False),
        (OutboxState.READY, LONG_AGO, True),
        (OutboxState.LEASED, JUST_NOW, False),
        (OutboxState.LEASED, LONG_AGO, True),
        (OutboxState.KEPT, JUST_NOW, True),
        (OutboxState.FAILED, JUST_NOW, True),
        (OutboxState.EXPIRED, JUST_NOW, True),
        (OutboxState.IN_DOUBT, JUST_NOW, True),
    ],
)
def test_what_did_not_go_out_is_told_at_once_and_what_waits_after_ten_minutes(
    state: OutboxState, due_at: datetime, unheard: bool
) -> None:
    assert is_unheard(state, due_at, NOW) is unheard


def test_every_state_is_decided_on() -> None:
    assert {state for state in OutboxState if not is_unheard(state, LONG_AGO, NOW)} == {
        OutboxState.SENT,
        OutboxState.CANCELLED,
    }
    assert timedelta(minutes=10) == PATIENCE
