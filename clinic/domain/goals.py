"""What clients want to be able to do again, in their own words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

MOST, LONGEST = 5, 160
EMPTY = say("Write what you want to be able to do.")
TOO_MANY = say("You have %(most)s goals. Remove one first, or say which you have reached.", most=MOST)


class GoalAct(StrEnum):
    """What a client says of a goal of theirs."""

    REACHED = "reached"
    OPEN = "open"
    REMOVE = "remove"
    PUT_BACK = "back"


@dataclass(frozen=True, slots=True)
class GoalState:
    """Since which day it is reached, and whether it was removed."""

    reached_on: date | None = None
    is_removed: bool = False


def problems(words: str, open_goals: int) -> Iterator[RuleBroken]:
    """All that speaks against one more goal."""
    if not words.strip():
        yield RuleBroken(EMPTY, "words")
    if open_goals >= MOST:
        yield RuleBroken(TOO_MANY, "words")


def after(state: GoalState, act: GoalAct, today: date) -> GoalState:
    """What a goal is after a press; a second press changes nothing, the day of the first stays."""
    match act:
        case GoalAct.REACHED:
            return GoalState(state.reached_on or today, state.is_removed)
        case GoalAct.OPEN:
            return GoalState(None, state.is_removed)
        case GoalAct.REMOVE:
            return GoalState(state.reached_on, is_removed=True)
        case GoalAct.PUT_BACK:
            return GoalState(state.reached_on)
