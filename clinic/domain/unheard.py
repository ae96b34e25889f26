"""Mail to somebody of the practice that did not reach them: what the pages then tell instead.

An alert nobody got is worse than none, for everybody believes that somebody knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.types import OutboxState

PATIENCE = timedelta(minutes=10)  # a mail that waits longer for its server is told on the pages
_WAITS = frozenset({OutboxState.READY, OutboxState.LEASED})
_NOT_WANTED = frozenset({OutboxState.SENT, OutboxState.CANCELLED})  # it went out, or nobody needs it any more


def is_unheard(state: OutboxState, due_at: datetime, now: datetime) -> bool:
    """Whether a mail to the practice has not gone out and its news has to be told on a page."""
    if state in _NOT_WANTED:
        return False
    return now - due_at >= PATIENCE if state in _WAITS else True
