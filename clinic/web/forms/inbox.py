"""Forms of the inbox: a waiting that ends without a message."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import datetime

from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice

from clinic.domain.errors import RuleBroken
from clinic.domain.messages import LONGEST_CALL_NOTE
from clinic.domain.words import say
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LongTextField

OUT_OF_DATE = say("This page is out of date. Please open it again.")


class SeenWaitForm(Form):
    """What the client wrote last when the page was shown: newer words wait on."""

    seen = HiddenField()

    @property
    def seen_at(self) -> datetime:
        """When that was sent; RuleBroken where it is no instant of ours."""
        try:
            at = datetime.fromisoformat(self.seen.data or "")
        except ValueError:
            raise RuleBroken(OUT_OF_DATE) from None
        if at.tzinfo is None:
            raise RuleBroken(OUT_OF_DATE)
        return at


class PhoneForm(SeenWaitForm, OnceForm):
    """That somebody was called, and what was said."""

    text = LongTextField("What was said", longest=LONGEST_CALL_NOTE, required="Write what was said.")


class AssignThreadForm(Form):
    """Who answers a client."""

    who = SelectField("Who answers", coerce=str, invalid_choice_message="Choose somebody of the practice.")

    def offer(self, staff: Mapping[uuid.UUID, str]) -> None:
        """Everybody of the practice whose account is open, or nobody in particular."""
        named = [SelectChoice(str(user_id), name) for user_id, name in staff.items()]
        self.who.choices = [SelectChoice("", "Whoever comes first"), *named]

    @property
    def user_id(self) -> uuid.UUID | None:
        """Whom they chose; only on a valid form."""
        return uuid.UUID(self.who.data) if self.who.data else None
