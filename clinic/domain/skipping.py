"""Why a check-in that fell due is not sent, and which states mean that it went out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from clinic.domain.mail_standing import IN_THE_LEDGER, MailSort, MailStanding, why_not_mailed
from clinic.domain.scheduling import DAY
from clinic.domain.types import CheckinState, ProgramStatus, SkipReason

LATEST = DAY  # a check-in later than this is skipped, so a server that was off for a week sends no flood
UNANSWERED_LIMIT = 2  # in a row; then the mail stops and somebody looks
UNSENT = frozenset({CheckinState.PLANNED, CheckinState.DUE, CheckinState.WAITING})
OUT = frozenset(  # written or on its way: this occasion is used up
    {
        CheckinState.WAITING,
        CheckinState.SENDING,
        CheckinState.SENT,
        CheckinState.KEPT,
        CheckinState.IN_DOUBT,
        CheckinState.ANSWERED,
        CheckinState.EXPIRED,
    }
)
UNANSWERED_AFTER = 2 * DAY  # a check-in sent this morning is not unanswered yet
AWAITED = frozenset({CheckinState.SENT, CheckinState.IN_DOUBT})  # out, or so it seems, and not answered


@dataclass(frozen=True, slots=True, kw_only=True)
class SendingFacts:
    """What of itself decides whether a check-in that fell due goes out, wherever its client stands.

    Without `due_at` it cannot be too late.
    """

    due_at: datetime | None
    program: ProgramStatus
    answered_today: bool = False
    asked_today: bool = False  # by the check-in of another program
    mailed_today: bool = False
    unanswered_in_a_row: int = 0


SKIPPED_BECAUSE: Mapping[SkipReason, str] = MappingProxyType(
    {
        **IN_THE_LEDGER,
        SkipReason.LATE: "it was more than a day late",
        SkipReason.NOT_STARTED: "the program has not started",
        SkipReason.PAUSED: "the program is paused",
        SkipReason.ENDED: "the program has ended",
        SkipReason.UNANSWERED_TWICE: "two check-ins in a row were not answered",
        SkipReason.ANSWERED_TODAY: "the client has answered today already",
        SkipReason.ONE_MAIL_A_DAY: "the client has had a mail today",
        SkipReason.OTHER_PROGRAM: "the check-in of another program asks on this day",
        SkipReason.DEMONSTRATION: "people of the demonstration are never mailed through a real server",
    }
)


NOT_RUNNING: Mapping[ProgramStatus, SkipReason] = MappingProxyType(
    {
        ProgramStatus.ENDED: SkipReason.ENDED,
        ProgramStatus.PAUSED: SkipReason.PAUSED,
        ProgramStatus.ASSIGNED: SkipReason.NOT_STARTED,
    }
)


def not_running(status: ProgramStatus) -> SkipReason | None:
    """Why a program sends no check-in now, whatever else there is; None if it runs."""
    return NOT_RUNNING.get(status)


def should_skip(standing: MailStanding, facts: SendingFacts, now: datetime) -> SkipReason | None:
    """Why a check-in is not sent now, the weightiest reason first; None if it goes out."""
    return why_not_mailed(standing, MailSort.CHECKIN) or against_itself(facts, now)


def against_itself(facts: SendingFacts, now: datetime) -> SkipReason | None:
    """Why a check-in to a client who may be mailed is not sent now; None if it goes out."""
    if reason := not_running(facts.program):
        return reason
    for reason, applies in _reasons(facts, now):
        if applies:
            return reason
    return None


def skip_in_words(reason: SkipReason) -> str:
    """The reason as the ledger shows it after "not sent": "the program is paused"."""
    return SKIPPED_BECAUSE[reason]


def _reasons(facts: SendingFacts, now: datetime) -> tuple[tuple[SkipReason, bool], ...]:
    return (
        (SkipReason.LATE, facts.due_at is not None and now - facts.due_at > LATEST),
        (SkipReason.UNANSWERED_TWICE, facts.unanswered_in_a_row >= UNANSWERED_LIMIT),
        (SkipReason.ANSWERED_TODAY, facts.answered_today),
        (SkipReason.OTHER_PROGRAM, facts.asked_today),
        (SkipReason.ONE_MAIL_A_DAY, facts.mailed_today),
    )
