"""Where a set of questions stands that a client was asked, and on which day an answer may be changed."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import StrEnum

LIFETIME = timedelta(days=14)
TABLET_LIFETIME = timedelta(hours=2)  # a link for a client who sits in the practice


class AskChannel(StrEnum):
    """How a client is asked: in the practice, by a mailed link, or on their own pages."""

    CLINIC = "clinic"
    MAIL = "mail"
    PAGES = "pages"


class AnswerSource(StrEnum):
    """Where answers came from; `TYPED` by somebody of the practice, for the client."""

    TYPED = "typed"
    TABLET = "tablet"
    LINK = "link"
    PAGES = "pages"


class AskState(StrEnum):
    """Where a set of questions stands."""

    PENDING = "pending"
    PARTLY = "partly"
    ANSWERED = "answered"
    EXPIRED = "expired"
    REVOKED = "revoked"


OPEN = frozenset({AskState.PENDING, AskState.PARTLY})
IN_PRACTICE = frozenset({AnswerSource.TYPED, AnswerSource.TABLET})


def state(
    now: datetime,
    *,
    expires_at: datetime,
    finished_at: datetime | None,
    revoked_at: datetime | None,
    answered: int = 0,
) -> AskState:
    """Where it stands at `now`, with so many of its questionnaires answered."""
    if finished_at is not None:
        return AskState.ANSWERED
    if revoked_at is not None:
        return AskState.REVOKED
    if now >= expires_at:
        return AskState.EXPIRED
    return AskState.PARTLY if answered else AskState.PENDING


def may_change(answered_on: date | None, today: date) -> bool:
    """Whether a client may still change an answer: on the day it was given, where they live."""
    return answered_on is None or answered_on == today
