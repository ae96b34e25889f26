"""What somebody does about a client's reasons: done, put off, handed over, or taken back."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from enum import StrEnum

from wtforms import HiddenField

from clinic.domain.errors import RuleBroken
from clinic.domain.reason_acts import ReasonAct
from clinic.domain.words import say
from clinic.services.attention.acts import LONGEST_NOTE
from clinic.services.attention.cases import ReasonCase
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField

OUT_OF_DATE = say("This page is out of date. Please open it again.")


class CameFrom(StrEnum):
    """The page an act was pressed on, and that follows it."""

    TODAY = "today"
    MINE = "mine"
    CLIENTS = "clients"
    RECORD = "record"


class ReasonActForm(Form):
    """The reasons somebody saw travel along, and when: newer ones stay listed.

    A press on a day puts off till then; the other buttons name their act.
    """

    cases = HiddenField()
    seen = HiddenField()
    came_from = HiddenField()
    act = HiddenField(default=ReasonAct.DONE.value)
    until = HiddenField()
    day = HiddenField()
    colleague = HiddenField()
    note = LineField("Note", longest=LONGEST_NOTE)

    def handled(self) -> list[ReasonCase]:
        """The reasons that stood on the page; RuleBroken if they are not ours."""
        return [ReasonCase.parse(text) for text in (self.cases.data or "").split()]

    @property
    def what(self) -> ReasonAct:
        """What is to be done."""
        if self.until.data:
            return ReasonAct.SNOOZED
        try:
            return ReasonAct(self.act.data or ReasonAct.DONE.value)
        except ValueError:
            raise RuleBroken(OUT_OF_DATE) from None

    @property
    def until_day(self) -> date:
        """The day it comes back; RuleBroken without one."""
        try:
            return date.fromisoformat(self.until.data or self.day.data or "")
        except ValueError:
            raise RuleBroken(say("Choose the day it is to come back.")) from None

    @property
    def colleague_id(self) -> uuid.UUID:
        """To whom it is handed; RuleBroken without somebody."""
        try:
            return uuid.UUID(self.colleague.data or "")
        except ValueError:
            raise RuleBroken(say("Choose to whom it is handed.")) from None

    @property
    def seen_at(self) -> datetime | None:
        """When the page was opened; None where it does not say."""
        try:
            at = datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            return None
        return at if at.tzinfo else None


class UndoForm(Form):
    """Taking back what one press did."""

    press = HiddenField()
    came_from = HiddenField()

    @property
    def press_id(self) -> uuid.UUID:
        """The press; RuleBroken if it is not ours."""
        try:
            return uuid.UUID(self.press.data or "")
        except ValueError:
            raise RuleBroken(OUT_OF_DATE) from None


def came_from(text: str | None) -> CameFrom:
    """The page to go back to; the first one where it is not said."""
    try:
        return CameFrom(text or "")
    except ValueError:
        return CameFrom.TODAY
