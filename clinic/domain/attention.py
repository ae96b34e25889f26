"""Who needs the practitioner's attention: why, in words, since when, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from clinic.domain.dates import day_in_words
from clinic.domain.progress import Adherence, PainChange, Plan, adherence
from clinic.domain.skipping import UNANSWERED_LIMIT
from clinic.domain.types import LogOutcome, Tier

INVITATION_PATIENCE = timedelta(days=7)
ENDING_SOON = timedelta(days=7)
SILENCE = timedelta(days=14)
DROP_WINDOW = timedelta(days=14)
DROP = 30  # points of per cent between two windows, authored
SIGN_WORDS = {
    Tier.E: "Emergency warning sign",
    Tier.U: "Warning sign, same day",
    Tier.S: "Warning sign, to review",
}
SCREEN_WORDS = "PHQ-2 screen positive (≥ 3), talk to them today"


class AttentionKind(StrEnum):
    """Why a client is on the list; the order here is the order of the list."""

    WARNING_SIGN = "warning_sign"
    SCREEN_POSITIVE = "screen_positive"
    PAIN_UP = "pain_up"
    CONTACT_WANTED = "contact_wanted"
    NOT_ANSWERED = "not_answered"
    BOUNCED = "bounced"
    PRACTICE_DROPPED = "practice_dropped"
    NOT_PRACTISED = "not_practised"
    NEVER_SIGNED_IN = "never_signed_in"
    ENDING = "ending"

    @property
    def rank(self) -> int:
        """0 for the most pressing."""
        return list(AttentionKind).index(self)


class Standing(StrEnum):
    """Where a client stands on the first page."""

    ATTENTION = "attention"
    ANSWERED = "answered"
    QUIET = "quiet"


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason in words, with the day it began, or is to come for a program that ends."""

    kind: AttentionKind
    words: str
    since: date


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientFacts:
    """What is known of one client; everything that needs nothing is left out."""

    warning: Tier = Tier.N
    warning_on: date | None = None
    screen_positive_on: date | None = None
    pain_up: PainChange | None = None
    pain_up_on: date | None = None
    contact_wanted_on: date | None = None
    unanswered_in_a_row: int = 0
    unanswered_since: date | None = None
    bounced_on: date | None = None
    practice: PracticeDrop | None = None
    silent_since: date | None = None  # the last day practice was reported, or the program's first
    invited_on: date | None = None
    has_signed_in: bool = True
    program_ends_on: date | None = None
    answered_on: date | None = None


def practice_drop(logs: Mapping[date, LogOutcome], plan: Plan, today: date) -> PracticeDrop:
    """The last two weeks of practice against the two before, each with its denominator."""
    days = DROP_WINDOW.days
    since = (today if today in logs else today - timedelta(days=1)) - timedelta(days=days - 1)
    earlier = {day: outcome for day, outcome in logs.items() if day < since}
    return PracticeDrop(adherence(earlier, plan, since, days), adherence(logs, plan, today, days), since)


def attention(facts: ClientFacts, today: date) -> tuple[Reason, ...]:
    """Every reason to look after a client, the most pressing first; empty when there is none."""
    return tuple(sorted(_reasons(facts, today), key=lambda reason: (reason.kind.rank, reason.since)))


def standing(facts: ClientFacts, today: date) -> Standing:
    """On the attention list; else answered, if they have; else quiet."""
    if attention(facts, today):
        return Standing.ATTENTION
    return Standing.ANSWERED if facts.answered_on else Standing.QUIET


def _reasons(facts: ClientFacts, today: date) -> Iterator[Reason]:
    yield from _about_health(facts)
    yield from _about_mail(facts)
    yield from _about_practice(facts, today)


def _about_health(facts: ClientFacts) -> Iterator[Reason]:
    if facts.warning is not Tier.N and facts.warning_on:
        yield Reason(AttentionKind.WARNING_SIGN, SIGN_WORDS[facts.warning], facts.warning_on)
    if facts.screen_positive_on:
        yield Reason(AttentionKind.SCREEN_POSITIVE, SCREEN_WORDS, facts.screen_positive_on)
    if facts.pain_up and facts.pain_up_on:
        words = f"Pain up from {facts.pain_up.before} to {facts.pain_up.now}"
        yield Reason(AttentionKind.PAIN_UP, words, facts.pain_up_on)
    if facts.contact_wanted_on:
        yield Reason(AttentionKind.CONTACT_WANTED, "Would like to be contacted", facts.contact_wanted_on)


def _about_mail(facts: ClientFacts) -> Iterator[Reason]:
    if facts.unanswered_in_a_row >= UNANSWERED_LIMIT and facts.unanswered_since:
        words = "Check-ins not answered, mail stopped"
        yield Reason(AttentionKind.NOT_ANSWERED, words, facts.unanswered_since)
    if facts.bounced_on:
        yield Reason(AttentionKind.BOUNCED, "Mail does not arrive", facts.bounced_on)


def _about_practice(facts: ClientFacts, today: date) -> Iterator[Reason]:
    if facts.practice and facts.practice.is_steep:
        before, now = facts.practice.before.percent, facts.practice.now.percent
        words = f"Practice down from {before} % to {now} % of days"
        yield Reason(AttentionKind.PRACTICE_DROPPED, words, facts.practice.since)
    if facts.silent_since and today - facts.silent_since >= SILENCE:
        yield Reason(AttentionKind.NOT_PRACTISED, "No practice reported", facts.silent_since)
    if facts.invited_on and not facts.has_signed_in and today - facts.invited_on > INVITATION_PATIENCE:
        yield Reason(AttentionKind.NEVER_SIGNED_IN, "Invited, never signed in", facts.invited_on)
    if facts.program_ends_on and today <= facts.program_ends_on <= today + ENDING_SOON:
        words = f"Program ends on {day_in_words(facts.program_ends_on, today)}"
        yield Reason(AttentionKind.ENDING, words, facts.program_ends_on)
