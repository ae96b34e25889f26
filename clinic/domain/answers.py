"""Answering a check-in: where somebody with its link stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class AnswerStage(StrEnum):
    """Where somebody with a good link stands."""

    SIGNS = "signs"
    QUESTIONS = "questions"
    WARNED = "warned"
    ANSWERED = "answered"
    CLOSED = "closed"
    ARCHIVED = "archived"


@dataclass(frozen=True, slots=True)
class LinkVisit:
    """What decides on that, days being the client's own: of the answer, and of signs last denied."""

    today: date
    is_locked: bool = False  # by a warning sign, wherever it was named
    answered_on: date | None = None
    denied_signs_on: date | None = None
    is_archived: bool = False  # the practice has put the record away: nobody reads what would come

    @property
    def stage(self) -> AnswerStage:
        """A warning first, then what was answered, then what is to be asked; nothing of a record put away."""
        if self.is_archived:
            return AnswerStage.ARCHIVED
        if self.is_locked:
            return AnswerStage.WARNED
        if self.answered_on is not None:
            return AnswerStage.CLOSED if self.is_closed else AnswerStage.ANSWERED
        return AnswerStage.QUESTIONS if self.may_answer else AnswerStage.SIGNS

    @property
    def may_answer(self) -> bool:
        """Whether the warning signs were asked today, or raised: they come first."""
        return not self.is_archived and (self.is_locked or self.denied_signs_on == self.today)

    @property
    def is_closed(self) -> bool:
        """Whether it was answered on an earlier day, so that nothing can be corrected any more."""
        return self.answered_on is not None and self.answered_on != self.today
