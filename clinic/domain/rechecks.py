"""The form re-check: a week after a move was begun, and when somebody is back after long, is it right?

All figures are authored. A pause is a gap like any other: what was not done for two weeks is looked at again.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise

from clinic.domain.errors import RuleBroken
from clinic.domain.moves import MoveContent
from clinic.domain.types import MistakeAnswer
from clinic.domain.words import say

AFTER_FIRST = timedelta(days=7)  # of the first day on which the move was done
LONG_GAP = timedelta(days=14)  # from one day of doing it to the next
AGAIN_AFTER = timedelta(days=7)  # of one that failed
ITEMS = 3

HOW_FAR, FEET, KNEES, THINK_OF = say("How far"), say("Feet"), say("Knees"), say("Think of this")


class RecheckResult(StrEnum):
    """What a re-check came to."""

    PASSED = "passed"
    FAILED = "failed"


class RecheckState(StrEnum):
    """How a client stands with it on a day."""

    NOT_YET = "not_yet"  # the move was never done
    COMING = "coming"
    DUE = "due"
    PASSED = "passed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class SelfTest:
    """Something that clients find out by themselves: what it is about, how, and how it should be."""

    title: str
    test: str
    fix: str = ""


@dataclass(frozen=True, slots=True)
class RecheckDone:
    """A re-check that was made: its day, and what it came to."""

    day: date
    result: RecheckResult


@dataclass(frozen=True, slots=True)
class RecheckStanding:
    """How a move stands on a day: from when on a re-check is asked, if one is, and the last that was made."""

    today: date
    due_on: date | None = None
    last: RecheckDone | None = None

    @property
    def state(self) -> RecheckState:
        """Due goes before what the last one came to, and that before one which is to come."""
        if self.is_due:
            return RecheckState.DUE
        if self.last is not None:
            return RecheckState(self.last.result.value)
        return RecheckState.NOT_YET if self.due_on is None else RecheckState.COMING

    @property
    def is_due(self) -> bool:
        """Whether one is asked now."""
        return is_due(self.due_on, self.today)


def is_due(due_on: date | None, today: date) -> bool:
    """Whether a re-check is asked on a day."""
    return due_on is not None and due_on <= today


def due_on(practised: Iterable[date], last: RecheckDone | None) -> date | None:
    """From which day on a re-check of a move is asked, the earliest; None where nothing asks for one.

    The last one that was made answers all that asked for it until then; one that failed is made again.
    """
    asking = [day for day in _occasions(sorted(set(practised))) if last is None or day > last.day]
    if last is not None and last.result is RecheckResult.FAILED:
        asking.append(last.day + AGAIN_AFTER)
    return min(asking, default=None)


def may_have_changed(practised: Collection[date], day: date) -> bool:
    """Whether a day of practice may bring a re-check about: the days before it do not lie close by."""
    return not any(timedelta() < day - each < LONG_GAP for each in practised)


def recheck_result(answers: Collection[MistakeAnswer]) -> RecheckResult:
    """Passed where all was right: what somebody is not sure of is what the practice should see."""
    is_right = all(answer is MistakeAnswer.NO for answer in answers)
    return RecheckResult.PASSED if is_right else RecheckResult.FAILED


def check_answers(answers: Sequence[MistakeAnswer | None], tests: Sequence[SelfTest]) -> None:
    """RuleBroken where a test has no answer, or the tests are others by now."""
    if len(answers) != len(tests) or None in answers:
        raise RuleBroken(say("Say of each how it was."))


def all_passed(standings: Iterable[RecheckStanding]) -> bool:
    """Whether each move that was ever done is right by its last re-check, and none is asked since."""
    begun = {each.state for each in standings} - {RecheckState.NOT_YET}
    return begun == {RecheckState.PASSED}


def self_tests(move: MoveContent) -> tuple[SelfTest, ...]:
    """Three things to find out of a move: its named mistake first, and what its wording says for the rest."""
    told = dict.fromkeys([*_of_mistakes(move), *_of_wording(move)])
    return tuple(told)[:ITEMS]


def _occasions(days: Sequence[date]) -> Iterator[date]:
    if days:
        yield days[0] + AFTER_FIRST
    yield from (day for before, day in pairwise(days) if day - before >= LONG_GAP)


def _of_mistakes(move: MoveContent) -> Iterator[SelfTest]:
    first = sorted(move.mistakes, key=lambda each: not each.is_named)
    return (SelfTest(each.name, each.self_test, each.fix) for each in first if each.self_test)


def _of_wording(move: MoveContent) -> Iterator[SelfTest]:
    about = ((HOW_FAR, move.range_words), (FEET, move.feet_words), (KNEES, move.knees_words))
    yield from (SelfTest(title, words) for title, words in about if words)
    yield from (SelfTest(THINK_OF, cue) for cue in move.cues)
