"""The one reminder of a check-in that was not answered, and how long an answer is waited for."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from clinic.domain.links import LIFETIMES
from clinic.domain.mail_standing import MailStanding
from clinic.domain.scheduling import DAY, WakingHours, local_to_utc
from clinic.domain.skipping import AWAITED, SKIPPED_BECAUSE, SendingFacts, should_skip
from clinic.domain.types import CheckinState, LinkPurpose

REMIND_AFTER = 2  # days, on the client's own calendar
LOOK_AFTER = timedelta(days=REMIND_AFTER, hours=-2)  # the shortest two days that a clock change makes
LATEST = DAY  # a reminder later than this helps nobody
ANSWER_WITHIN = LIFETIMES[LinkPurpose.CHECKIN]  # with its link the check-in ends
EXPIRED_BECAUSE = f"not answered within {ANSWER_WITHIN.days} days"
NEWER = "a newer check-in has been planned"
NOT_WAITED_FOR = "it is no longer waited for"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReminderFacts:
    """What decides whether a check-in is reminded of; `facts.due_at` is when the reminder is due."""

    state: CheckinState
    standing: MailStanding
    facts: SendingFacts
    has_newer: bool = False


def reminder_due(sent_at: datetime, zone: ZoneInfo, hours: WakingHours) -> datetime:
    """Two local days after a check-in went out, at the same time of day, or at the next opening."""
    sent = sent_at.astimezone(zone)
    day = sent.date() + REMIND_AFTER * DAY
    moved = hours.shift(datetime.combine(day, sent.time()))
    return local_to_utc(moved.date(), moved.time(), zone)


def why_not_reminded(reminder: ReminderFacts, now: datetime) -> str | None:
    """The reason in words, or nothing if a reminder goes out now."""
    if reminder.state not in AWAITED:
        return NOT_WAITED_FOR
    # the check-in itself is one of the unanswered: that they are two in a row stops the next, not this
    if reason := should_skip(reminder.standing, replace(reminder.facts, unanswered_in_a_row=0), now):
        return SKIPPED_BECAUSE[reason]
    return NEWER if reminder.has_newer else None
