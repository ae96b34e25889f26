"""Mail to somebody of the practice that did not reach them: what the pages then tell instead.

An alert nobody got is worse than none, for everybody believes that somebody knows.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from clinic.domain.types import MailKind, OutboxState

PATIENCE = timedelta(minutes=10)  # a mail that waits longer for its server is told on the pages
NEWS = (MailKind.WARNING_SIGN_ALERT, MailKind.SCREEN_ALERT, MailKind.PRACTICE_NOTICE)  # what is told then
WAITS = (OutboxState.READY, OutboxState.LEASED)
NOT_WANTED = (OutboxState.SENT, OutboxState.CANCELLED)  # it went out, or nobody needs it any more


def is_unheard(state: OutboxState, due_at: datetime, now: datetime) -> bool:
    """Whether a mail to the practice has not gone out and its news has to be told on a page."""
    if state in NOT_WANTED:
        return False
    return now - due_at >= PATIENCE if state in WAITS else True
