"""The sentence on top of a client's progress: true, kind, and never a cheer over pain."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from clinic.domain.mistake_trend import MistakeTrend
from clinic.domain.progress import Adherence, PainChange
from clinic.domain.progress_headline import EasierActivity, ProgressFacts, headline

TODAY = date(2026, 11, 26)
MONDAY = date(2026, 11, 2)


def month(practised: int, expected: int) -> Adherence:
    unheard = max(0, expected - practised)
    return Adherence(window=30, expected=expected, done=practised, partly=0, not_done=0, not_reported=unheard)


def pain(before: int, now: int) -> PainChange:
    return PainChange(MONDAY, before, now)


SOCKS = EasierActivity("Put on socks", 3, 7)
GARDEN = EasierActivity("Gardening", 6, 2)
HELD = "One thing needs a look by us first. What you did so far stays here."
EARLY = "It is early days. Your progress shows here as you practise."
WAITS = "What you told us is on our list to look at. Here is what you did so far."
EASIER = "“Put on socks” is easier for you: 7 of 10 now, 3 at first."
HARDER = "“Gardening” is harder for you than at first. Tell us, so that we can look at it with you."
PAIN_UP = "Your pain is 6 now; it was 4 on Mon 2 Nov. Tell us, so that we can look at it with you."
PAIN_DOWN = "Your pain is down from 6 to 4 since Mon 2 Nov."
FADED = "You noticed the mistake before, and not in the last weeks."
PAUSED = "Your program is paused. What you did so far stays here."
EVERYTHING = ProgressFacts(
    is_held=True,
    is_well=False,
    begins_on=date(2026, 12, 1),
    is_paused=True,
    month=month(12, 20),
    pain=pain(4, 6),
    easier=SOCKS,
    harder=GARDEN,
    mistake=MistakeTrend.FADED,
)
# What is taken away of everything, one after the other, and what is said of the rest.
IN_ORDER = [
    ({}, HELD),
    ({"is_held": False}, "Your program starts on Tue 1 Dec. Your progress shows here from then on."),
    ({"begins_on": None}, PAIN_UP),
    ({"pain": pain(6, 4)}, HARDER),
    ({"harder": None}, WAITS),
    ({"is_well": True}, EASIER),
    ({"easier": None}, PAIN_DOWN),
    ({"pain": pain(6, 5)}, FADED),
    ({"mistake": MistakeTrend.LESS}, PAUSED),
    ({"is_paused": False}, "You practised on 12 of the 20 days asked."),
    ({"month": None}, EARLY),
]


def test_what_matters_most_is_said() -> None:
    facts = EVERYTHING
    for without, words in IN_ORDER:
        facts = replace(facts, **without)
        assert headline(facts, TODAY) == words


CASES = [
    (ProgressFacts(), EARLY),
    (ProgressFacts(pain=pain(4, 6)), PAIN_UP),
    (ProgressFacts(pain=pain(4, 5)), EARLY),
    (ProgressFacts(pain=pain(6, 4)), PAIN_DOWN),
    (ProgressFacts(pain=pain(6, 5)), EARLY),
    (ProgressFacts(month=month(1, 2)), EARLY),
    (ProgressFacts(month=month(0, 2)), EARLY),
    (ProgressFacts(month=month(1, 3)), "You practised on 1 of the 3 days asked."),
    (ProgressFacts(month=month(5, 4)), "You practised on 4 of the 4 days asked."),
    (
        ProgressFacts(month=month(0, 3)),
        "Nothing is logged for the last weeks. One move today is a good way back in.",
    ),
    (
        ProgressFacts(pain=PainChange(date(2025, 11, 3), 3, 6)),
        "Your pain is 6 now; it was 3 on Mon 3 Nov 2025. Tell us, so that we can look at it with you.",
    ),
    (ProgressFacts(mistake=MistakeTrend.NEVER), EARLY),
    (ProgressFacts(is_over=True), "Your program has ended. What you did stays here."),
    (ProgressFacts(is_over=True, month=month(0, 9)), "Your program has ended. What you did stays here."),
    (ProgressFacts(is_over=True, month=month(3, 9)), "You practised on 3 of the 9 days asked."),
    (
        ProgressFacts(begins_on=date(2027, 1, 4)),
        "Your program starts on Mon 4 Jan 2027. Your progress shows here from then on.",
    ),
    (
        ProgressFacts(pain=PainChange(date(2025, 11, 3), 6, 3)),
        "Your pain is down from 6 to 3 since Mon 3 Nov 2025.",
    ),
]


@pytest.mark.parametrize("facts, words", CASES)
def test_the_sentence_of_each_case(facts: ProgressFacts, words: str) -> None:
    assert headline(facts, TODAY) == words


def test_nothing_good_is_said_while_something_waits_or_pain_is_up() -> None:
    good = ProgressFacts(month=month(28, 30), easier=SOCKS, mistake=MistakeTrend.FADED)
    assert headline(replace(good, is_well=False), TODAY) == WAITS
    assert headline(replace(good, pain=pain(3, 5)), TODAY).startswith("Your pain is 5 now")
    assert headline(replace(good, is_held=True), TODAY) == HELD
