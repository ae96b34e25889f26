"""Why somebody stops: asked once when logging ends, answered in one tap, and over when they log again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from types import MappingProxyType

from clinic.domain.progress import Plan
from clinic.domain.types import StopReason
from clinic.domain.words import say

ASKED_AFTER = timedelta(days=14)  # without a word of practice; authored, as the practice's own reason is
DAY = timedelta(days=1)
# What a client may say, in the order in which it is offered; the practice knows of others besides.
CLIENTS_WORDS: Mapping[StopReason, str] = MappingProxyType(
    {
        StopReason.CONFIDENT: say("I can do it on my own now"),
        StopReason.BETTER: say("I feel better"),
        StopReason.HURTS: say("It hurts"),
        StopReason.NOT_SUITABLE: say("It is not for me"),
        StopReason.NO_TIME: say("I have no time"),
    }
)


def has_gone_quiet(logged: Iterable[date], plan: Plan, today: date) -> bool:
    """Whether logging has ended: two weeks of which each day asked for practice, and no word of any."""
    days = [today - n * DAY for n in range(1, ASKED_AFTER.days + 1)]
    is_silent = not any(day > today - ASKED_AFTER for day in logged)
    return is_silent and all(plan.rest_on(day) is None for day in days)


def asks_by_mail(last_logged: date | None, plan: Plan, today: date, last_mailed: date | None) -> bool:
    """Whether a mail asks it today: once in each silence, in the first mail that goes out in it."""
    logged = [] if last_logged is None else [last_logged]
    if not has_gone_quiet(logged, plan, today):
        return False
    return last_mailed is None or not has_gone_quiet(logged, plan, last_mailed)


def still_stopped(said_on: date, last_logged: date | None) -> bool:
    """Whether what was said of stopping stands: nothing was logged since that day."""
    return last_logged is None or last_logged <= said_on


def manages_alone(reason: StopReason | None, *, all_right: bool) -> bool:
    """Whether somebody is ready to graduate by their own word: sure of it, and their re-checks agree."""
    return reason is StopReason.CONFIDENT and all_right
