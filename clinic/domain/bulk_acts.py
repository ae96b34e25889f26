"""One act for many clients: what becomes of each, why some are left out, and until when it can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.mail_standing import MailSort, MailStanding, why_not_mailed
from clinic.domain.skipping import not_running, skip_in_words
from clinic.domain.types import ProgramStatus, SkipReason

MOST_CLIENTS = 2000  # in one act; more are several acts
AT_ONCE = 50  # so many are done while the page waits, more in the background
UNDONE_WITHIN = timedelta(hours=1)
KEPT_UNBEGUN = timedelta(days=1)  # a choice that nobody went on with
LONGEST_GROUP = 80


class BulkActKind(StrEnum):
    """What is done for many at once."""

    ASSIGN = "assign"
    INVITE = "invite"
    CHECKIN = "checkin"
    GROUP = "group"
    ARCHIVE = "archive"
    HAND_OVER = "hand_over"


class BulkActState(StrEnum):
    """Where such an act stands."""

    CHOSEN = "chosen"  # who is meant; nothing is done yet
    UNDER_WAY = "under_way"
    DONE = "done"
    BEING_UNDONE = "being_undone"
    UNDONE = "undone"


class LineState(StrEnum):
    """What became of one client in it."""

    WAITING = "waiting"
    DONE = "done"
    ALREADY = "already"  # it was so before
    LEFT_OUT = "left_out"
    UNDONE = "undone"
    STAYS = "stays"  # it could not be undone


class LineReason(StrEnum):
    """Why a client was left out, why something stays, or what is to be known of what was done.

    The first ones are those that keep a mail back, under the same words.
    """

    LOCKED = "locked"
    ARCHIVED = "archived"
    NO_CONSENT = "no_consent"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    UNSUBSCRIBED = "unsubscribed"
    NO_ADDRESS = "no_address"
    BOUNCED = "bounced"
    NUMBERS_NOT_SET = "numbers_not_set"
    NOT_STARTED = "not_started"
    PAUSED = "paused"
    ENDED = "ended"
    RUNS_ALREADY = "runs_already"
    HAS_ACCOUNT = "has_account"
    INVITED = "invited"
    NO_PROGRAM = "no_program"
    ASKED_TODAY = "asked_today"
    IN_GROUP = "in_group"
    IS_THEIRS = "is_theirs"
    NOT_ONLINE = "not_online"  # of acts from before groups were for everybody
    ACCOUNT_CLOSED = "account_closed"  # of whoever began it
    FAULT = "fault"
    PRACTISED = "practised"
    CHECKIN_PLANNED = "checkin_planned"
    CHANGED = "changed"
    ACCEPTED = "accepted"
    GONE_OUT = "gone_out"


@dataclass(frozen=True, slots=True, kw_only=True)
class BulkActFacts:
    """What decides of one client; the defaults are in favour of any act.

    `program` is that of the check-in, the first that runs; None without any that goes on.
    """

    standing: MailStanding
    has_account: bool = False
    is_invited: bool = False  # and the invitation lasts
    runs_already: bool = False  # the routine that is to be assigned
    program: ProgramStatus | None = None
    is_asked_today: bool = False  # by hand
    stopped_by: SkipReason | None = None  # what of itself speaks against a check-in today
    in_group: bool = False  # that they are to be put in
    is_theirs: bool = False  # of whoever is to take over


@dataclass(frozen=True, slots=True)
class Verdict:
    """What will become of a client: DONE, ALREADY or LEFT_OUT, and why, as a word or `said` in words."""

    state: LineState
    reason: LineReason | None = None
    said: str | None = None


def verdict(kind: BulkActKind, facts: BulkActFacts, *, by_mail: bool = True) -> Verdict:
    """What an act does for one client, the weightiest reason first.

    `by_mail`: whether the program to be assigned has check-ins.
    """
    match kind:
        case BulkActKind.ASSIGN:
            return _assign(facts, by_mail=by_mail)
        case BulkActKind.INVITE:
            return _invite(facts)
        case BulkActKind.CHECKIN:
            return _checkin(facts)
        case BulkActKind.GROUP:
            return _group(facts)
        case BulkActKind.ARCHIVE:
            return _archive(facts)
        case BulkActKind.HAND_OVER:
            return _hand_over(facts)


def undone_until(state: BulkActState, ended_at: datetime | None) -> datetime | None:
    """Until when an act can be undone as a whole; None where it cannot be."""
    if state is not BulkActState.DONE or ended_at is None:
        return None
    return ended_at + UNDONE_WITHIN


def may_be_undone(state: BulkActState, ended_at: datetime | None, now: datetime) -> bool:
    """Whether an act can still be undone as a whole."""
    until = undone_until(state, ended_at)
    return until is not None and now < until


def _assign(facts: BulkActFacts, *, by_mail: bool) -> Verdict:
    if facts.standing.archived:
        return _left(LineReason.ARCHIVED)
    if facts.standing.warning_open:  # nobody looks at each of many
        return _left(LineReason.LOCKED)
    if facts.runs_already:
        return Verdict(LineState.ALREADY, LineReason.RUNS_ALREADY)
    against = why_not_mailed(facts.standing, MailSort.CHECKIN) if by_mail else None
    return Verdict(LineState.DONE, of_skip(against) if against else None)


def _invite(facts: BulkActFacts) -> Verdict:
    if facts.has_account:
        return Verdict(LineState.ALREADY, LineReason.HAS_ACCOUNT)
    if against := why_not_mailed(facts.standing, MailSort.INVITATION):
        return _left(of_skip(against))
    return Verdict(LineState.ALREADY, LineReason.INVITED) if facts.is_invited else Verdict(LineState.DONE)


def _checkin(facts: BulkActFacts) -> Verdict:
    if against := why_not_mailed(facts.standing, MailSort.CHECKIN):
        return _left(of_skip(against))
    if facts.program is None:
        return _left(LineReason.NO_PROGRAM)
    if stopped := not_running(facts.program):
        return _left(of_skip(stopped))
    if facts.is_asked_today:
        return Verdict(LineState.ALREADY, LineReason.ASKED_TODAY)
    if facts.stopped_by:
        return Verdict(LineState.LEFT_OUT, said=skip_in_words(facts.stopped_by))
    return Verdict(LineState.DONE)


def _group(facts: BulkActFacts) -> Verdict:
    if facts.standing.archived:
        return _left(LineReason.ARCHIVED)
    return Verdict(LineState.ALREADY, LineReason.IN_GROUP) if facts.in_group else Verdict(LineState.DONE)


def _archive(facts: BulkActFacts) -> Verdict:
    if facts.standing.archived:
        return Verdict(LineState.ALREADY, LineReason.ARCHIVED)
    return _left(LineReason.LOCKED) if facts.standing.warning_open else Verdict(LineState.DONE)


def _hand_over(facts: BulkActFacts) -> Verdict:
    return Verdict(LineState.ALREADY, LineReason.IS_THEIRS) if facts.is_theirs else Verdict(LineState.DONE)


def of_skip(reason: SkipReason) -> LineReason:
    """The reason that keeps a mail back, as one of a line."""
    return LineReason(reason.value)


def _left(reason: LineReason) -> Verdict:
    return Verdict(LineState.LEFT_OUT, reason)
