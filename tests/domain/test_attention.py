"""Who needs attention: each reason with its words, its day and its place in the order."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.domain.attention import (
    AttentionKind,
    ClientFacts,
    PracticeDrop,
    Standing,
    attention,
    standing,
)
from clinic.domain.progress import Adherence, PainChange
from clinic.domain.types import Tier

TODAY = date(2026, 11, 26)
YESTERDAY = TODAY - timedelta(days=1)
WEEK_AGO = TODAY - timedelta(days=7)
FINE = ClientFacts()


def practised(percent: int | None) -> Adherence:
    expected = 0 if percent is None else 100
    done = percent or 0
    return Adherence(
        window=100, expected=expected, done=done, partly=0, not_done=0, not_reported=expected - done
    )


def drop(before: int | None, now: int | None) -> PracticeDrop:
    return PracticeDrop(practised(before), practised(now), YESTERDAY)


REASONS: list[tuple[dict[str, object], AttentionKind, str, date]] = [
    (
        {"warning": Tier.E, "warning_on": YESTERDAY},
        AttentionKind.WARNING_SIGN,
        "Emergency warning sign",
        YESTERDAY,
    ),
    (
        {"warning": Tier.U, "warning_on": YESTERDAY},
        AttentionKind.WARNING_SIGN,
        "Warning sign, same day",
        YESTERDAY,
    ),
    (
        {"warning": Tier.S, "warning_on": YESTERDAY},
        AttentionKind.WARNING_SIGN,
        "Warning sign, to review",
        YESTERDAY,
    ),
    (
        {"screen_positive_on": YESTERDAY},
        AttentionKind.SCREEN_POSITIVE,
        "PHQ-2 screen positive (≥ 3), talk to them today",
        YESTERDAY,
    ),
    (
        {"pain_up": PainChange(WEEK_AGO, 3, 6), "pain_up_on": YESTERDAY},
        AttentionKind.PAIN_UP,
        "Pain up from 3 to 6",
        YESTERDAY,
    ),
    (
        {"contact_wanted_on": YESTERDAY},
        AttentionKind.CONTACT_WANTED,
        "Would like to be contacted",
        YESTERDAY,
    ),
    (
        {"unanswered_in_a_row": 2, "unanswered_since": WEEK_AGO},
        AttentionKind.NOT_ANSWERED,
        "Check-ins not answered, mail stopped",
        WEEK_AGO,
    ),
    ({"bounced_on": YESTERDAY}, AttentionKind.BOUNCED, "Mail does not arrive", YESTERDAY),
    (
        {"practice": drop(90, 60)},
        AttentionKind.PRACTICE_DROPPED,
        "Practice down from 90 % to 60 % of days",
        YESTERDAY,
    ),
    (
        {"silent_since": TODAY - timedelta(days=14)},
        AttentionKind.NOT_PRACTISED,
        "No practice reported",
        TODAY - timedelta(days=14),
    ),
    (
        {"invited_on": TODAY - timedelta(days=8), "has_signed_in": False},
        AttentionKind.NEVER_SIGNED_IN,
        "Invited, never signed in",
        TODAY - timedelta(days=8),
    ),
    (
        {"program_ends_on": TODAY + timedelta(days=7)},
        AttentionKind.ENDING,
        "Program ends on Thu 3 Dec",
        TODAY + timedelta(days=7),
    ),
]


@pytest.mark.parametrize("facts, kind, words, since", REASONS, ids=[row[2] for row in REASONS])
def test_each_reason_is_given_in_words_with_its_day(
    facts: dict[str, object], kind: AttentionKind, words: str, since: date
) -> None:
    (reason,) = attention(replace(FINE, **facts), TODAY)  # type: ignore[arg-type]
    assert (reason.kind, reason.words, reason.since) == (kind, words, since)


NO_REASON: list[tuple[dict[str, object], str]] = [
    ({}, "nothing known against them"),
    ({"unanswered_in_a_row": 1, "unanswered_since": WEEK_AGO}, "one check-in not answered"),
    ({"invited_on": WEEK_AGO, "has_signed_in": False}, "invited exactly a week ago"),
    ({"invited_on": date(2026, 1, 1), "has_signed_in": True}, "invited long ago and here since"),
    ({"program_ends_on": TODAY + timedelta(days=8)}, "a program that ends in more than a week"),
    ({"program_ends_on": YESTERDAY}, "a program that has ended"),
    ({"practice": drop(90, 61)}, "practice a little down"),
    ({"practice": drop(None, 20)}, "nothing to compare with"),
    ({"practice": drop(90, None)}, "nothing asked now"),
    ({"silent_since": TODAY - timedelta(days=13)}, "practice reported thirteen days ago"),
    ({"warning": Tier.N, "warning_on": YESTERDAY}, "an answer of no concern"),
    ({"answered_on": YESTERDAY}, "an answer without a reason"),
]


@pytest.mark.parametrize("facts, why", NO_REASON, ids=[row[1] for row in NO_REASON])
def test_what_is_no_reason_stays_off_the_list(facts: dict[str, object], why: str) -> None:
    assert attention(replace(FINE, **facts), TODAY) == (), why  # type: ignore[arg-type]


def test_a_program_that_ends_today_is_still_on_the_list() -> None:
    assert attention(replace(FINE, program_ends_on=TODAY), TODAY)


def test_the_most_pressing_reason_comes_first_whatever_its_day() -> None:
    everything: dict[str, object] = {}
    for facts, *_ in reversed(REASONS):
        everything |= facts
    kinds = [reason.kind for reason in attention(replace(FINE, **everything), TODAY)]  # type: ignore[arg-type]
    assert kinds == list(AttentionKind)


@pytest.mark.parametrize(
    "facts, where",
    [
        (ClientFacts(contact_wanted_on=TODAY, answered_on=TODAY), Standing.ATTENTION),
        (ClientFacts(answered_on=TODAY), Standing.ANSWERED),
        (ClientFacts(), Standing.QUIET),
    ],
)
def test_a_client_stands_in_one_place(facts: ClientFacts, where: Standing) -> None:
    assert standing(facts, TODAY) is where
