"""Who needs the practitioner's attention: one rule a reason, from when to when it shows, and in which order.

A reason is a function of what happened and of what people did about it, never of the time of looking: one
that time alone brings about (a silence, an end that comes near) is there before, with the instant from which
it shows. So a list of reasons that is kept stays right without a clock that runs.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from clinic.domain.dates import day_in_words
from clinic.domain.errors import RuleBroken
from clinic.domain.pain_rule import pain_rise, still_up_mornings, tells_practice
from clinic.domain.programs import RUNNING
from clinic.domain.progress import Adherence, PainPoint, Plan, adherence, pain_up
from clinic.domain.reason_acts import NextAct, ReasonAct
from clinic.domain.rechecks import RecheckResult
from clinic.domain.skipping import UNANSWERED_AFTER, UNANSWERED_LIMIT
from clinic.domain.stopping import CLIENTS_WORDS, still_stopped
from clinic.domain.types import LogOutcome, ProgramStatus, StopReason, Tier
from clinic.domain.words import say

# Counts up with every change of a rule below: each practice's list is then made anew before it is shown.
RULES_VERSION = 10

INVITATION_PATIENCE = timedelta(days=7)
ENDING_SOON = timedelta(days=7)
SILENCE = timedelta(days=14)
DROP_WINDOW = timedelta(days=14)
ASSESS_EVERY, LONGEST_WEEKS = 12, 104  # weeks: as we begin, and at most
RETEST_AFTER = timedelta(days=28)  # of a program without a last day
RETEST_UNTIL = timedelta(days=28)  # after its last day
REMIND_AGAIN = timedelta(days=28)  # of an assessment that is due, once somebody has looked after it
DAY = timedelta(days=1)
DROP = 30  # points of per cent between two windows, authored
SIGN_WORDS = {
    Tier.E: "Emergency warning sign",
    Tier.U: "Warning sign, same day",
    Tier.S: "Warning sign, to review",
}
# What has happened shows whatever the clock says: one that was put back hides no warning sign.
AT_ONCE = datetime(2000, 1, 1, tzinfo=UTC)
A_KIND_APART = 10_000_000  # more than any day's number: what kind it is counts first, then since when


class AttentionKind(StrEnum):
    """Why a client is on the list; the order here is the order of the list."""

    WARNING_SIGN = "warning_sign"
    SCREEN_POSITIVE = "screen_positive"
    LOG_PAIN = "log_pain"
    ANSWER_PAIN = "answer_pain"
    LOG_HURTS = "log_hurts"
    STOPPED_HURTS = "stopped_hurts"
    STILL_UP = "still_up"
    PAIN_UP = "pain_up"
    LOG_RISING = "log_rising"
    RECHECK_FAILED = "recheck_failed"
    CONTACT_WANTED = "contact_wanted"
    ANSWER_LATE = "answer_late"
    CONSENT_WITHDRAWN = "consent_withdrawn"
    LOG_NOTE = "log_note"
    ANSWER_NOTE = "answer_note"
    ACTIVITIES = "activities"
    NOT_ANSWERED = "not_answered"
    BOUNCED = "bounced"
    PRACTICE_DROPPED = "practice_dropped"
    NOT_PRACTISED = "not_practised"
    NEVER_SIGNED_IN = "never_signed_in"
    ENDING = "ending"
    RETEST_DUE = "retest_due"
    ASSESSMENT_DUE = "assessment_due"


KINDS = tuple(AttentionKind)
# What a client says in the daily log, and in the answer to a check-in: the record it is about is that one.
OF_LOGS = (
    AttentionKind.LOG_PAIN,
    AttentionKind.LOG_HURTS,
    AttentionKind.LOG_RISING,
    AttentionKind.LOG_NOTE,
)
OF_ANSWERS = (
    AttentionKind.ANSWER_PAIN,
    AttentionKind.PAIN_UP,
    AttentionKind.CONTACT_WANTED,
    AttentionKind.ANSWER_NOTE,
)
# A reason that is about the newest of several records: done, handed over and renewed as one.
GOING_ON = frozenset(
    {
        AttentionKind.LOG_PAIN,
        AttentionKind.LOG_HURTS,
        AttentionKind.STILL_UP,
        AttentionKind.LOG_RISING,
        AttentionKind.RECHECK_FAILED,
        AttentionKind.ANSWER_PAIN,
        AttentionKind.PAIN_UP,
    }
)
OF_EACH_PROGRAM = frozenset({AttentionKind.ENDING, AttentionKind.RETEST_DUE})
# While one of these is open, put off or not, nobody says that a client does well.
NOT_WELL = frozenset(
    {
        *(AttentionKind.WARNING_SIGN, AttentionKind.SCREEN_POSITIVE, AttentionKind.STILL_UP),
        *(AttentionKind.STOPPED_HURTS, AttentionKind.RECHECK_FAILED),
        *(*OF_LOGS, *OF_ANSWERS, AttentionKind.ACTIVITIES),
    }
)


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason to look after a client: the record it is about, its day, and when it shows.

    `since` is the day it began, or that is to come for a program that ends. It shows from an instant on, and
    before another where there is one. `figures` are what its words need besides.
    """

    kind: AttentionKind
    subject_id: uuid.UUID
    since: date
    shows_from: datetime = AT_ONCE
    shows_until: datetime | None = None
    figures: Mapping[str, Any] = field(default_factory=dict)
    handed_to: uuid.UUID | None = None  # whom of the practice it was given to
    said_at: datetime = field(default=AT_ONCE, compare=False)  # what was done before it is not about it

    @property
    def place(self) -> int:
        """Where it stands among all reasons, the most pressing lowest: kind, urgency of a sign, day."""
        order = KINDS.index(self.kind) * len(Tier)
        if self.kind is AttentionKind.WARNING_SIGN:
            order += Tier.E.rank - self.tier.rank
        return order * A_KIND_APART + self.since.toordinal()

    @property
    def tier(self) -> Tier:
        """How urgent a warning sign is; N for every other reason."""
        return Tier(self.figures.get("tier", Tier.N))

    def shows_at(self, at: datetime) -> bool:
        """Whether it is to be seen at an instant."""
        return self.shows_from <= at and (self.shows_until is None or at < self.shows_until)

    def in_a_row(self, at: datetime) -> int:
        """How many check-ins have gone unanswered by an instant."""
        return sum(datetime.fromisoformat(due) + UNANSWERED_AFTER <= at for due in self.figures["due"])

    def in_words(self, today: date) -> str:
        """The reason as it is said on a day where the practice is."""
        match self.kind:
            case AttentionKind.WARNING_SIGN:
                return SIGN_WORDS[self.tier]
            case AttentionKind.LOG_PAIN:
                return f"Logged pain {self.figures['pain']}"
            case AttentionKind.ANSWER_PAIN:
                return f"Pain {self.figures['pain']} in the check-in"
            case AttentionKind.PAIN_UP:
                return f"Pain up from {self.figures['before']} to {self.figures['now']}"
            case AttentionKind.STILL_UP:
                return f"Pain still up on {self.figures['mornings']} mornings after"
            case AttentionKind.LOG_RISING:
                return f"Logged pain rising from {self.figures['before']} to {self.figures['now']}"
            case AttentionKind.PRACTICE_DROPPED:
                return f"Practice down from {self.figures['before']} % to {self.figures['now']} % of days"
            case AttentionKind.NOT_PRACTISED if "why" in self.figures:
                return f"No practice reported: “{CLIENTS_WORDS[StopReason(self.figures['why'])]}”"
            case AttentionKind.ENDING:
                return f"{self.figures['name']} ends on {day_in_words(self.since, today)}"
            case AttentionKind.RECHECK_FAILED:
                return f"Form re-check, not right yet: {', '.join(self.figures['moves'])}"
            case AttentionKind.RETEST_DUE:
                return f"Re-test due for {self.figures['name']}"
        return WORDS[self.kind]


WORDS: Mapping[AttentionKind, str] = MappingProxyType(
    {
        AttentionKind.SCREEN_POSITIVE: "Talk to them today: PHQ-2 screen positive (≥ 3)",
        AttentionKind.LOG_HURTS: "Left out practice, some or all, because it hurts",
        AttentionKind.STOPPED_HURTS: "Stopped because it hurts",
        AttentionKind.CONTACT_WANTED: "Would like to be contacted",
        AttentionKind.ANSWER_LATE: "Waits for an answer longer than promised",
        AttentionKind.CONSENT_WITHDRAWN: "Withdrew consent to the record",
        AttentionKind.LOG_NOTE: "Wrote in the log",
        AttentionKind.ANSWER_NOTE: "Wrote in the check-in",
        AttentionKind.ACTIVITIES: "Named what is hard to do",
        AttentionKind.NOT_ANSWERED: "Check-ins not answered, mail stopped",
        AttentionKind.BOUNCED: "Mail does not arrive",
        AttentionKind.NOT_PRACTISED: "No practice reported",
        AttentionKind.NEVER_SIGNED_IN: "Invited, never signed in",
        AttentionKind.ASSESSMENT_DUE: "Assessment due",
    }
)


# What each kind of reason asks for next; without a phone number a call begins with reading.
NEXT_ACTS: Mapping[AttentionKind, NextAct] = MappingProxyType(
    {
        AttentionKind.WARNING_SIGN: NextAct.REVIEW,
        AttentionKind.SCREEN_POSITIVE: NextAct.CALL,
        AttentionKind.LOG_PAIN: NextAct.CALL,
        AttentionKind.ANSWER_PAIN: NextAct.CALL,
        AttentionKind.LOG_HURTS: NextAct.CALL,
        AttentionKind.STOPPED_HURTS: NextAct.CALL,
        AttentionKind.STILL_UP: NextAct.CALL,
        AttentionKind.PAIN_UP: NextAct.RETEST,
        AttentionKind.LOG_RISING: NextAct.READ,
        AttentionKind.RECHECK_FAILED: NextAct.READ,
        AttentionKind.CONTACT_WANTED: NextAct.CALL,
        AttentionKind.ANSWER_LATE: NextAct.ANSWER,
        AttentionKind.CONSENT_WITHDRAWN: NextAct.READ,
        AttentionKind.LOG_NOTE: NextAct.READ,
        AttentionKind.ANSWER_NOTE: NextAct.READ,
        AttentionKind.ACTIVITIES: NextAct.READ,
        AttentionKind.NOT_ANSWERED: NextAct.CALL,
        AttentionKind.BOUNCED: NextAct.CORRECT,
        AttentionKind.PRACTICE_DROPPED: NextAct.READ,
        AttentionKind.NOT_PRACTISED: NextAct.CALL,
        AttentionKind.NEVER_SIGNED_IN: NextAct.RESEND,
        AttentionKind.ENDING: NextAct.EXTEND,
        AttentionKind.RETEST_DUE: NextAct.RETEST,
        AttentionKind.ASSESSMENT_DUE: NextAct.ASSESS,
    }
)


def assess_every_problems(weeks: int) -> Iterator[RuleBroken]:
    """What is wrong with the weeks from one assessment to the next; 0 reminds nobody."""
    if not 0 <= weeks <= LONGEST_WEEKS:
        yield RuleBroken(
            say("Weeks must be from 0 to %(longest)s.", longest=LONGEST_WEEKS),
            "assess_every_weeks",
        )


def next_act(kind: AttentionKind, *, has_phone: bool) -> NextAct:
    """What a reason of this kind asks for next."""
    act = NEXT_ACTS[kind]
    return NextAct.READ if act is NextAct.CALL and not has_phone else act


@dataclass(frozen=True, slots=True)
class OpenSign:
    """A warning flag that nobody has cleared."""

    id: uuid.UUID
    tier: Tier
    raised_at: datetime


@dataclass(frozen=True, slots=True)
class PositiveScreen:
    """The newest revision of a screen, where it is positive."""

    id: uuid.UUID
    answered_at: datetime
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class AnswerGiven:
    """An answered check-in."""

    id: uuid.UUID
    answered_at: datetime
    corrected_at: datetime | None
    pain: int | None
    contact_wanted: bool
    wrote: bool = False

    @property
    def said_at(self) -> datetime:
        """When it was last changed: a corrected answer is to be looked at again."""
        return self.corrected_at or self.answered_at


@dataclass(frozen=True, slots=True)
class LoggedDay:
    """One day of a client's log, of all moves together: the highest pain, and whether there are words.

    `id` is the first row that was logged of the day; `said_at` is when the day was last changed.
    """

    id: uuid.UUID
    day: date
    said_at: datetime
    pain: int | None = None
    hurts: bool = False  # a move was left out, or done in part, because it hurts
    wrote: bool = False


@dataclass(frozen=True, slots=True)
class ActivitiesSaid:
    """The newest revision of a questionnaire in which a client says in their own words what is hard."""

    id: uuid.UUID
    answered_at: datetime
    recorded_at: datetime
    by_client: bool
    activities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class MorningSaid:
    """How the pain of the day before was in the morning."""

    id: uuid.UUID
    day: date
    settled: bool
    said_at: datetime


@dataclass(frozen=True, slots=True)
class RecheckSaid:
    """What a client found out of a move of theirs, and what that is called."""

    id: uuid.UUID
    day: date
    result: RecheckResult
    said_at: datetime
    move_id: uuid.UUID
    move: str


@dataclass(frozen=True, slots=True)
class StopSaid:
    """Why a client says that they stopped."""

    id: uuid.UUID
    day: date
    reason: StopReason
    said_at: datetime


@dataclass(frozen=True, slots=True)
class CheckinUnanswered:
    """A check-in that went out after the last answer, and has none."""

    id: uuid.UUID
    due_at: datetime
    local_date: date


@dataclass(frozen=True, slots=True)
class ProgramRun:
    """A program that has not ended and is not paused, and the day it last went on again."""

    id: uuid.UUID
    status: ProgramStatus
    starts_on: date
    ends_on: date | None
    changed_on: date | None = None
    name: str = "Program"
    paused_from: date | None = None  # of a pause that is to come
    paused_until: date | None = None


@dataclass(frozen=True, slots=True)
class CitingProgram:
    """A program that answers findings, whatever became of it: its days, and what it is called."""

    id: uuid.UUID
    starts_on: date
    ends_on: date | None
    name: str = "Program"


@dataclass(frozen=True, slots=True)
class PracticeFell:
    """Practice of a running program that fell off, as the last look at everybody's weeks found it."""

    program_id: uuid.UUID
    since: date
    before: Adherence
    now: Adherence
    noticed_at: datetime


@dataclass(frozen=True, slots=True)
class OpenInvitation:
    """An invitation that was neither accepted nor taken back."""

    id: uuid.UUID
    created_at: datetime


@dataclass(frozen=True, slots=True)
class WaitsForAnswer:
    """A client who wrote and waits, until when they were promised an answer."""

    id: uuid.UUID
    asked_at: datetime
    last_at: datetime
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Handling:
    """What somebody of the practice did about a reason, and did not take back."""

    kind: AttentionKind
    subject_id: uuid.UUID
    at: datetime
    act: ReasonAct = ReasonAct.DONE
    until: datetime | None = None
    handed_to: uuid.UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """What is known of one client; `zone` is the practice's. What nothing is known of asks for nobody."""

    client_id: uuid.UUID
    zone: tzinfo
    is_active: bool = True
    has_signed_in: bool = True
    bounced_at: datetime | None = None
    pain_ceiling: int = 10  # 0-10: pain from here on asks for somebody
    heard_from: datetime = AT_ONCE  # logs and words of before are none of these rules' business
    signs: Sequence[OpenSign] = ()
    screens: Sequence[PositiveScreen] = ()
    answers: Sequence[AnswerGiven] = ()  # oldest first
    logged: Sequence[LoggedDay] = ()  # oldest first; days that say nothing may be left out
    mornings: Sequence[MorningSaid] = ()
    rechecks: Sequence[RecheckSaid] = ()
    stops: Sequence[StopSaid] = ()
    named: Sequence[ActivitiesSaid] = ()  # oldest first
    unanswered: Sequence[CheckinUnanswered] = ()
    programs: Sequence[ProgramRun] = ()
    practised_on: date | None = None  # the last day that practice was reported of
    fell: Sequence[PracticeFell] = ()
    invitations: Sequence[OpenInvitation] = ()
    consent_withdrawn_at: datetime | None = None  # to the record, by the client, and none given since
    waiting: Sequence[WaitsForAnswer] = ()
    citing: Sequence[CitingProgram] = ()
    assessed_on: date | None = None  # the day of the newest assessment that is signed
    assess_every: int = 0  # weeks from one assessment to the next; 0: nobody is reminded
    handled: Sequence[Handling] = ()

    def day(self, at: datetime) -> date:
        """The practice's date at an instant."""
        return at.astimezone(self.zone).date()

    def begins(self, day: date) -> datetime:
        """The instant at which a day begins where the practice is."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def handled_at(self, kind: AttentionKind, subject_id: uuid.UUID | None = None) -> datetime | None:
        """When a reason was last looked after: one of this kind, or the one about this record."""
        done = (each for each in self.handled if each.act is ReasonAct.DONE)
        of_kind = [each for each in done if each.kind is kind]
        return max((each.at for each in of_kind if subject_id in (None, each.subject_id)), default=None)

    def is_handled(self, kind: AttentionKind, subject_id: uuid.UUID, since: datetime) -> bool:
        """Whether somebody looked after this reason at an instant or later."""
        at = self.handled_at(kind, subject_id)
        return at is not None and at >= since


@dataclass(frozen=True, slots=True)
class PracticeDrop:
    """Practice in two windows next to each other."""

    before: Adherence
    now: Adherence
    since: date

    @property
    def is_steep(self) -> bool:
        """Whether the share of days fell by 30 points or more, with something asked in both windows."""
        if self.before.percent is None or self.now.percent is None:
            return False
        return self.before.percent - self.now.percent >= DROP


def practice_drop(logs: Mapping[date, LogOutcome], plan: Plan, today: date) -> PracticeDrop:
    """The last two weeks of practice against the two before, each with its denominator."""
    days = DROP_WINDOW.days
    since = (today if today in logs else today - DAY) - timedelta(days=days - 1)
    earlier = {day: outcome for day, outcome in logs.items() if day < since}
    return PracticeDrop(adherence(earlier, plan, since, days), adherence(logs, plan, today, days), since)


def reasons(facts: ClientFacts, kinds: Collection[AttentionKind] = KINDS) -> tuple[Reason, ...]:
    """Every reason of these kinds to look after a client, now or once its time has come, by its place.

    Facts that only other kinds need may be left out.
    """
    ruled = [reason for kind in kinds for reason in RULES[kind](facts)]
    found = [acted for reason in ruled if (acted := _as_acted(facts, reason)) is not None]
    return tuple(sorted(found, key=lambda reason: (reason.place, reason.subject_id)))


def _as_acted(facts: ClientFacts, reason: Reason) -> Reason | None:
    """A reason as it stands after what people did: handed to somebody, put off; None if it ends before."""
    shows_from = max([reason.shows_from, *_put_off(facts, reason)])
    if reason.shows_until is not None and shows_from >= reason.shows_until:
        return None
    return replace(reason, shows_from=shows_from, handed_to=_handed_to(facts, reason))


def _put_off(facts: ClientFacts, reason: Reason) -> list[datetime]:
    """Until when it was put off, since it was last said; what is said anew shows at once."""
    return [
        each.until
        for each in facts.handled
        if (each.act, each.kind, each.subject_id) == (ReasonAct.SNOOZED, reason.kind, reason.subject_id)
        and each.at >= reason.said_at
        and each.until is not None
        and may_put_off(reason.kind)
    ]


def _handed_to(facts: ClientFacts, reason: Reason) -> uuid.UUID | None:
    """Whom it was given to last: till it is done, and what goes on stays with whoever has it."""
    whole = reason.kind in GOING_ON
    about = [
        each
        for each in facts.handled
        if each.kind is reason.kind and (whole or each.subject_id == reason.subject_id)
    ]
    done = max((each.at for each in about if each.act is ReasonAct.DONE), default=None)
    handed = [each for each in about if each.act is ReasonAct.HANDED and (done is None or each.at > done)]
    last = max(handed, key=lambda each: (each.at, str(each.handed_to)), default=None)
    return last.handed_to if last else None


def may_put_off(kind: AttentionKind) -> bool:
    """Whether a reason may be put off or called done: a warning sign is cleared, with a note."""
    return kind is not AttentionKind.WARNING_SIGN


def shown(found: Collection[Reason], at: datetime) -> tuple[Reason, ...]:
    """Of some reasons those to be seen at an instant, the most pressing one of each kind, in their order.

    Of programs that end, or whose findings are due, each is told: each is looked after by itself.
    """
    first: dict[tuple[AttentionKind, uuid.UUID | None], Reason] = {}
    for reason in sorted(found, key=lambda each: each.place):
        if reason.shows_at(at):
            one = reason.subject_id if reason.kind in OF_EACH_PROGRAM else None
            first.setdefault((reason.kind, one), reason)
    return tuple(first.values())


def _signs(facts: ClientFacts) -> Iterator[Reason]:
    """An open warning sign; of an archived client, too."""
    for sign in facts.signs:
        if sign.tier is not Tier.N:
            since, figures = facts.day(sign.raised_at), {"tier": sign.tier.value}
            yield Reason(AttentionKind.WARNING_SIGN, sign.id, since, figures=figures)


def _screens(facts: ClientFacts) -> Iterator[Reason]:
    """A positive screen until somebody has looked after it; a correction is looked at anew."""
    kind = AttentionKind.SCREEN_POSITIVE
    for screen in facts.screens:
        if not facts.is_handled(kind, screen.id, screen.recorded_at):
            yield Reason(kind, screen.id, facts.day(screen.answered_at), said_at=screen.recorded_at)


def _pain(facts: ClientFacts) -> Iterator[Reason]:
    """Pain that is up, until somebody has looked after the last answer, whether that one says it or not."""
    kind, points = AttentionKind.PAIN_UP, [PainPoint(facts.day(a.answered_at), a.pain) for a in facts.answers]
    rise = pain_up(points)
    if rise is None or not facts.is_active:
        return
    last = facts.answers[-1]
    if not facts.is_handled(kind, last.id, last.said_at):
        figures = {"before": rise.before, "now": rise.now}
        yield Reason(kind, last.id, facts.day(last.answered_at), figures=figures, said_at=last.said_at)


def _contact(facts: ClientFacts) -> Iterator[Reason]:
    """A wish to be contacted stands until somebody has looked after it, whatever is answered later."""
    kind = AttentionKind.CONTACT_WANTED
    for answer in facts.answers if facts.is_active else ():
        if answer.contact_wanted and not facts.is_handled(kind, answer.id, answer.said_at):
            yield Reason(kind, answer.id, facts.day(answer.answered_at), said_at=answer.said_at)


def _answer_late(facts: ClientFacts) -> Iterator[Reason]:
    """A message that nobody answered as soon as promised; looked after, it is one again with more words."""
    kind = AttentionKind.ANSWER_LATE
    for each in facts.waiting if facts.is_active else ():
        if not facts.is_handled(kind, each.id, each.last_at):
            yield Reason(kind, each.id, facts.day(each.asked_at), each.due_at, said_at=each.last_at)


def _consent(facts: ClientFacts) -> Iterator[Reason]:
    """Consent to the record that a client withdrew, until somebody has looked; of the archived, too."""
    kind, at = AttentionKind.CONSENT_WITHDRAWN, facts.consent_withdrawn_at
    if at is not None and not facts.is_handled(kind, facts.client_id, at):
        yield Reason(kind, facts.client_id, facts.day(at), said_at=at)


def _log_pain(facts: ClientFacts) -> Iterator[Reason]:
    """Logged pain at or above the ceiling: the newest day that nobody looked after, since the first."""
    high = [day for day in _unheard(facts, AttentionKind.LOG_PAIN) if _is_high(facts, day.pain)]
    if high:
        figures = {"pain": high[-1].pain}
        yield _of_log(AttentionKind.LOG_PAIN, high[-1], high[0].day, figures)


def _log_hurts(facts: ClientFacts) -> Iterator[Reason]:
    """Not practised because it hurts: the newest such day that nobody looked after, since the first."""
    hurt = [day for day in _unheard(facts, AttentionKind.LOG_HURTS) if day.hurts]
    if hurt:
        yield _of_log(AttentionKind.LOG_HURTS, hurt[-1], hurt[0].day)


def _log_rising(facts: ClientFacts) -> Iterator[Reason]:
    """Logged pain that rises over days up to the newest; whoever looked after it knows how it stood then."""
    named = [day for day in facts.logged if day.pain is not None]
    unheard = _unheard(facts, AttentionKind.LOG_RISING)
    heard = max((day.day for day in named if day not in unheard), default=date.min)
    rise = pain_rise(PainPoint(day.day, day.pain) for day in named if day.day >= heard)
    if rise is not None:
        figures = {"before": rise.before, "now": rise.now}
        yield _of_log(AttentionKind.LOG_RISING, named[-1], rise.since, figures)


def _still_up(facts: ClientFacts) -> Iterator[Reason]:
    """Pain that was still up on two mornings within a week, until somebody has looked after the newest."""
    kind = AttentionKind.STILL_UP
    up = [each for each in facts.mornings if not each.settled and each.said_at >= facts.heard_from]
    if not up or not facts.is_active:
        return
    newest = max(up, key=lambda each: each.day)
    mornings = {each.day: each.settled for each in facts.mornings}
    done = facts.handled_at(kind)
    if tells_practice(mornings, newest.day) and (done is None or newest.said_at > done):
        days = still_up_mornings(mornings, newest.day)
        figures = {"mornings": len(days)}
        yield Reason(kind, newest.id, days[0], figures=figures, said_at=newest.said_at)


def _recheck_failed(facts: ClientFacts) -> Iterator[Reason]:
    """The moves whose newest re-check was not right, until somebody has looked or the next one passes."""
    kind = AttentionKind.RECHECK_FAILED
    newest = {each.move_id: each for each in sorted(facts.rechecks, key=lambda each: each.day)}
    done = facts.handled_at(kind) or AT_ONCE
    failed = [each for each in newest.values() if each.result is RecheckResult.FAILED and each.said_at > done]
    if failed and facts.is_active:
        last = max(failed, key=lambda each: each.said_at)
        figures = {"moves": sorted(each.move for each in failed)}
        yield Reason(kind, last.id, last.day, figures=figures, said_at=last.said_at)


def _stopped_hurts(facts: ClientFacts) -> Iterator[Reason]:
    """Stopped because it hurts, until somebody has looked after it; whoever logs again goes on."""
    kind, newest = AttentionKind.STOPPED_HURTS, _standing_stop(facts)
    if newest is None or newest.reason is not StopReason.HURTS or not facts.is_active:
        return
    if not facts.is_handled(kind, newest.id, newest.said_at):
        yield Reason(kind, newest.id, newest.day, said_at=newest.said_at)


def _standing_stop(facts: ClientFacts) -> StopSaid | None:
    """The last word on why somebody stopped, while they have not logged since."""
    newest = max(facts.stops, key=lambda each: each.day, default=None)
    return newest if newest and still_stopped(newest.day, facts.practised_on) else None


def _log_notes(facts: ClientFacts) -> Iterator[Reason]:
    """Words in the log, each day's until somebody has read them, there or with another reason."""
    with_another = {
        reason.subject_id for rule in (_log_pain, _log_hurts, _log_rising) for reason in rule(facts)
    }
    for day in facts.logged if facts.is_active else ():
        is_read = any(facts.is_handled(kind, day.id, day.said_at) for kind in OF_LOGS)
        if day.wrote and day.said_at >= facts.heard_from and not is_read and day.id not in with_another:
            yield _of_log(AttentionKind.LOG_NOTE, day, day.day)


def _answer_pain(facts: ClientFacts) -> Iterator[Reason]:
    """Pain at or above the ceiling in the last answer, until somebody has looked after that one."""
    kind = AttentionKind.ANSWER_PAIN
    for answer in facts.answers[-1:] if facts.is_active else ():
        is_heard = answer.said_at < facts.heard_from or facts.is_handled(kind, answer.id, answer.said_at)
        if _is_high(facts, answer.pain) and not is_heard:
            since, figures = facts.day(answer.answered_at), {"pain": answer.pain}
            yield Reason(kind, answer.id, since, figures=figures, said_at=answer.said_at)


def _answer_notes(facts: ClientFacts) -> Iterator[Reason]:
    """Words in an answer, until somebody has read them, there or with another reason."""
    with_another = {reason.subject_id for rule in (_answer_pain, _pain, _contact) for reason in rule(facts)}
    for answer in facts.answers if facts.is_active else ():
        is_read = any(facts.is_handled(kind, answer.id, answer.said_at) for kind in OF_ANSWERS)
        is_asked = answer.wrote and answer.said_at >= facts.heard_from
        if is_asked and not is_read and answer.id not in with_another:
            since = facts.day(answer.answered_at)
            yield Reason(AttentionKind.ANSWER_NOTE, answer.id, since, said_at=answer.said_at)


def _activities(facts: ClientFacts) -> Iterator[Reason]:
    """What is hard to do, when a client names it; asked about the same again, it is an answer like others."""
    kind, known = AttentionKind.ACTIVITIES, set[tuple[str, ...]]()
    for each in facts.named if facts.is_active else ():
        is_new = each.by_client and each.activities not in known and each.recorded_at >= facts.heard_from
        known.add(each.activities)
        if is_new and not facts.is_handled(kind, each.id, each.recorded_at):
            yield Reason(kind, each.id, facts.day(each.answered_at), said_at=each.recorded_at)


def _is_high(facts: ClientFacts, pain: int | None) -> bool:
    return pain is not None and pain >= facts.pain_ceiling


def _unheard(facts: ClientFacts, kind: AttentionKind) -> list[LoggedDay]:
    """The days that were said since somebody last looked after a reason of this kind."""
    done = facts.handled_at(kind)
    return [
        day
        for day in (facts.logged if facts.is_active else ())
        if day.said_at >= facts.heard_from and (done is None or day.said_at > done)
    ]


def _of_log(
    kind: AttentionKind, day: LoggedDay, since: date, figures: Mapping[str, Any] = MappingProxyType({})
) -> Reason:
    return Reason(kind, day.id, since, figures=dict(figures), said_at=day.said_at)


def _not_answered(facts: ClientFacts) -> Iterator[Reason]:
    """Two check-ins in a row without an answer, two days after the second was due."""
    run = sorted(facts.unanswered, key=lambda each: (each.due_at, each.id))
    if len(run) < UNANSWERED_LIMIT or not facts.is_active:
        return
    newest = max(run, key=lambda each: (each.local_date, each.id))
    yield Reason(
        AttentionKind.NOT_ANSWERED,
        newest.id,
        facts.day(run[0].due_at),
        run[UNANSWERED_LIMIT - 1].due_at + UNANSWERED_AFTER,
        figures={"due": [each.due_at.isoformat() for each in run]},
    )


def _bounced(facts: ClientFacts) -> Iterator[Reason]:
    """Mail that does not arrive, until somebody has looked after it; a new bounce is a new reason."""
    kind, at = AttentionKind.BOUNCED, facts.bounced_at
    if facts.is_active and at is not None and not facts.is_handled(kind, facts.client_id, at):
        yield Reason(kind, facts.client_id, facts.day(at), said_at=at)


def _fell(facts: ClientFacts) -> Iterator[Reason]:
    """Practice that fell off, until it is made good or somebody has looked after it."""
    kind = AttentionKind.PRACTICE_DROPPED
    for each in facts.fell if facts.is_active else ():
        is_steep = PracticeDrop(each.before, each.now, each.since).is_steep
        if is_steep and not facts.is_handled(kind, each.program_id, each.noticed_at):
            figures = {"before": each.before.percent, "now": each.now.percent}
            said_at = each.noticed_at
            yield Reason(kind, each.program_id, each.since, figures=figures, said_at=said_at)


def _silent(facts: ClientFacts) -> Iterator[Reason]:
    """Fourteen days without a word of practice; looked after, another fourteen. A pause is no silence."""
    kind = AttentionKind.NOT_PRACTISED
    running = [each for each in facts.programs if each.status is ProgramStatus.ACTIVE]
    if not running or not facts.is_active:
        return
    quiet = [(_last_sign_of_life(each, facts.practised_on), each) for each in running]
    day, program = min(quiet, key=lambda pair: (pair[0], pair[1].id))
    handled_at = facts.handled_at(kind)
    from_at = max(filter(None, (facts.begins(day + SILENCE), handled_at and handled_at + SILENCE)))
    until = facts.begins(program.paused_from) if program.paused_from else None
    stop = _standing_stop(facts)
    why = {"why": stop.reason.value} if stop else {}
    if until is None or from_at < until:
        yield Reason(kind, program.id, facts.practised_on or program.starts_on, from_at, until, why)
    elif program.paused_until is not None:
        again = facts.begins(program.paused_until + DAY + SILENCE)
        yield Reason(kind, program.id, facts.practised_on or program.starts_on, again, figures=why)


def _last_sign_of_life(program: ProgramRun, practised_on: date | None) -> date:
    return max(filter(None, (program.starts_on, program.changed_on, practised_on)))


def _never_signed_in(facts: ClientFacts) -> Iterator[Reason]:
    """Invited more than seven days ago, and never here since."""
    kind = AttentionKind.NEVER_SIGNED_IN
    if facts.has_signed_in or not facts.is_active:
        return
    for each in facts.invitations:
        if not facts.is_handled(kind, each.id, each.created_at):
            invited_on = facts.day(each.created_at)
            yield Reason(kind, each.id, invited_on, facts.begins(invited_on + INVITATION_PATIENCE + DAY))


def _ending(facts: ClientFacts) -> Iterator[Reason]:
    """The last seven days of a program; looked after, it is said again seven days later."""
    kind = AttentionKind.ENDING
    for each in facts.programs if facts.is_active else ():
        if each.ends_on is None or each.status not in RUNNING or _goes_on(each, facts):
            continue
        from_at, until = facts.begins(each.ends_on - ENDING_SOON), facts.begins(each.ends_on + DAY)
        handled_at = facts.handled_at(kind, each.id)
        if handled_at is not None:
            from_at = max(from_at, handled_at + ENDING_SOON)
        yield Reason(kind, each.id, each.ends_on, from_at, until, {"name": each.name})


def _goes_on(program: ProgramRun, facts: ClientFacts) -> bool:
    """Whether another program of the same routine follows on a program's last day: it is no end."""
    return any(
        program.ends_on == each.starts_on - DAY and program.name == each.name for each in facts.programs
    )


def _retests(facts: ClientFacts) -> Iterator[Reason]:
    """Findings that a program answers are taken again in its last week, without an end after four."""
    kind = AttentionKind.RETEST_DUE
    for each in facts.citing if facts.is_active else ():
        if facts.assessed_on is not None and facts.assessed_on > each.starts_on:
            continue
        due = each.ends_on - ENDING_SOON if each.ends_on else each.starts_on + RETEST_AFTER
        due = max(due, each.starts_on + DAY)
        from_at = facts.begins(due)
        until = facts.begins(each.ends_on + RETEST_UNTIL) if each.ends_on else None
        handled_at = facts.handled_at(kind, each.id)
        if handled_at is not None:
            from_at = max(from_at, handled_at + ENDING_SOON)
        yield Reason(kind, each.id, due, from_at, until, {"name": each.name})


def _assessment_due(facts: ClientFacts) -> Iterator[Reason]:
    """So many weeks after the last assessment while a program runs; what a re-test is due for asks alone."""
    kind, last = AttentionKind.ASSESSMENT_DUE, facts.assessed_on
    is_asked = facts.is_active and facts.assess_every and facts.programs
    if last is None or not is_asked or any(_retests(facts)):
        return
    due = last + timedelta(weeks=facts.assess_every)
    handled_at = facts.handled_at(kind, facts.client_id)
    from_at = max(filter(None, (facts.begins(due), handled_at and handled_at + REMIND_AGAIN)))
    yield Reason(kind, facts.client_id, due, from_at)


RULES: Mapping[AttentionKind, Callable[[ClientFacts], Iterator[Reason]]] = MappingProxyType(
    {
        AttentionKind.WARNING_SIGN: _signs,
        AttentionKind.SCREEN_POSITIVE: _screens,
        AttentionKind.LOG_PAIN: _log_pain,
        AttentionKind.ANSWER_PAIN: _answer_pain,
        AttentionKind.LOG_HURTS: _log_hurts,
        AttentionKind.STOPPED_HURTS: _stopped_hurts,
        AttentionKind.STILL_UP: _still_up,
        AttentionKind.PAIN_UP: _pain,
        AttentionKind.LOG_RISING: _log_rising,
        AttentionKind.RECHECK_FAILED: _recheck_failed,
        AttentionKind.CONTACT_WANTED: _contact,
        AttentionKind.ANSWER_LATE: _answer_late,
        AttentionKind.CONSENT_WITHDRAWN: _consent,
        AttentionKind.LOG_NOTE: _log_notes,
        AttentionKind.ANSWER_NOTE: _answer_notes,
        AttentionKind.ACTIVITIES: _activities,
        AttentionKind.NOT_ANSWERED: _not_answered,
        AttentionKind.BOUNCED: _bounced,
        AttentionKind.PRACTICE_DROPPED: _fell,
        AttentionKind.NOT_PRACTISED: _silent,
        AttentionKind.NEVER_SIGNED_IN: _never_signed_in,
        AttentionKind.ENDING: _ending,
        AttentionKind.RETEST_DUE: _retests,
        AttentionKind.ASSESSMENT_DUE: _assessment_due,
    }
)
