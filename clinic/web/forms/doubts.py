"""The form that settles mails that may have arrived."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from enum import StrEnum

from wtforms import HiddenField, SelectMultipleField

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say
from clinic.web.forms.base import Form

OUT_OF_DATE = say("This page is out of date. Please open it again.")


class DoubtAct(StrEnum):
    """What its buttons do."""

    ARRIVED = "arrived"
    AGAIN = "again"
    UNDO = "undo"


class DoubtsForm(Form):
    """Some mails, and one of the buttons; what is shown is ticked, so that one press settles all."""

    mails = SelectMultipleField("Mails in doubt", validate_choice=False)
    act = HiddenField()

    def offer(self, lines: Sequence[tuple[str, str]]) -> None:
        """Show these mails, by id and in words."""
        self.mails.choices = list(lines)
        self.mails.data = [mail for mail, _ in lines]

    def chosen(self) -> tuple[DoubtAct, list[uuid.UUID]]:
        """What to do with which mails; raises RuleBroken."""
        try:
            act = DoubtAct(self.act.data or "")
            mails = [uuid.UUID(mail) for each in self.mails.data or () for mail in each.split()]
        except ValueError:
            raise RuleBroken(OUT_OF_DATE) from None
        if not mails:
            raise RuleBroken(say("No mail is ticked. Nothing was changed."))
        return act, mails
