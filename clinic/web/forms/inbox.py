"""Forms of the inbox: a waiting that ends without a message."""

from __future__ import annotations

from datetime import datetime

from wtforms import HiddenField

from clinic.domain.errors import RuleBroken
from clinic.domain.messages import LONGEST_CALL_NOTE
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import LongTextField

OUT_OF_DATE = "This page is out of date. Please open it again."


class SeenForm(Form):
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


class PhoneForm(SeenForm, OnceForm):
    """That somebody was called, and what was said."""

    text = LongTextField("What was said", longest=LONGEST_CALL_NOTE, required="Write what was said.")
