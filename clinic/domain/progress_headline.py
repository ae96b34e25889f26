"""The one sentence on top of a client's progress: the most telling fact that is true, and kind to read.

Nothing is cheered over pain, and nothing is praised while something that the client said waits for somebody.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from clinic.domain.dates import day_in_words
from clinic.domain.mistake_trend import MistakeTrend
from clinic.domain.progress import PAIN_CHANGE, Adherence, PainChange
from clinic.domain.words import say

ENDED = say("Your program has ended. What you did stays here.")
LITTLE = 3  # days asked for, below which a figure tells nothing


@dataclass(frozen=True, slots=True)
class EasierActivity:
    """Something the client named, and how well they could do it then and now, 0-10."""

    activity: str
    before: int
    now: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgressFacts:
    """What the sentence is chosen from.

    `is_held`: a warning sign waits for somebody; `is_well`: nothing the client said does. `begins_on` is the
    first day of a client whose programs are all still to come. `month` is the whole where all are over.
    `easier` and `harder` are past what measuring twice gives by itself. `pain` is a rise where there is one,
    else the first that was said against the latest.
    """

    is_held: bool = False
    is_well: bool = True
    begins_on: date | None = None
    is_paused: bool = False
    is_over: bool = False
    month: Adherence | None = None
    pain: PainChange | None = None
    easier: EasierActivity | None = None
    harder: EasierActivity | None = None
    mistake: MistakeTrend | None = None


Sentence = Callable[[ProgressFacts, date], str]


def headline(facts: ProgressFacts, today: date) -> str:
    """The first sentence that there is something to say for, in the order of what matters most."""
    return next(words for sentence in _IN_ORDER if (words := sentence(facts, today)))


def _held(facts: ProgressFacts, _today: date) -> str:
    if not facts.is_held:
        return ""
    return say("One thing needs a look by us first. What you did so far stays here.")


def _to_come(facts: ProgressFacts, today: date) -> str:
    if facts.begins_on is None:
        return ""
    day = day_in_words(facts.begins_on, today)
    return say("Your program starts on %(day)s. Your progress shows here from then on.", day=day)


def _pain_up(facts: ProgressFacts, today: date) -> str:
    pain = facts.pain
    if pain is None or pain.points < PAIN_CHANGE:
        return ""
    return say(
        "Your pain is %(now)s now; it was %(before)s on %(day)s. "
        "Tell us, so that we can look at it with you.",
        now=pain.now,
        before=pain.before,
        day=day_in_words(pain.since, today),
    )


def _harder(facts: ProgressFacts, _today: date) -> str:
    if (each := facts.harder) is None:
        return ""
    return say(
        "“%(activity)s” is harder for you than at first. Tell us, so that we can look at it with you.",
        activity=each.activity,
    )


def _waits(facts: ProgressFacts, _today: date) -> str:
    if facts.is_well:
        return ""
    return say("What you told us is on our list to look at. Here is what you did so far.")


def _easier(facts: ProgressFacts, _today: date) -> str:
    if (each := facts.easier) is None:
        return ""
    return say(
        "“%(activity)s” is easier for you: %(now)s of 10 now, %(before)s at first.",
        activity=each.activity,
        now=each.now,
        before=each.before,
    )


def _pain_down(facts: ProgressFacts, today: date) -> str:
    pain = facts.pain
    if pain is None or pain.points > -PAIN_CHANGE:
        return ""
    return say(
        "Your pain is down from %(before)s to %(now)s since %(day)s.",
        before=pain.before,
        now=pain.now,
        day=day_in_words(pain.since, today),
    )


def _faded(facts: ProgressFacts, _today: date) -> str:
    if facts.mistake is not MistakeTrend.FADED:
        return ""
    return say("You noticed the mistake before, and not in the last weeks.")


def _paused(facts: ProgressFacts, _today: date) -> str:
    return say("Your program is paused. What you did so far stays here.") if facts.is_paused else ""


def _practised(facts: ProgressFacts, _today: date) -> str:
    month = facts.month
    if month is None or month.expected < LITTLE:
        return ""
    if not month.practised:
        nothing = say("Nothing is logged for the last weeks. One move today is a good way back in.")
        return ENDED if facts.is_over else nothing
    practised = min(month.practised, month.expected)
    return say("You practised on %(days)s of the %(asked)s days asked.", days=practised, asked=month.expected)


def _early(facts: ProgressFacts, _today: date) -> str:
    return ENDED if facts.is_over else say("It is early days. Your progress shows here as you practise.")


_IN_ORDER: tuple[Sentence, ...] = (
    _held,
    _to_come,
    _pain_up,
    _harder,
    _waits,
    _easier,
    _pain_down,
    _faded,
    _paused,
    _practised,
    _early,
)
