"""The form that signs a report of progress."""

from __future__ import annotations

from wtforms import BooleanField, HiddenField
from wtforms.validators import InputRequired

from clinic.domain.progress_reports import LONGEST_WORDS
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LongTextField


class SignReportForm(OnceForm):
    """A name under a report, over what was read; `seen` is its digest."""

    seen = HiddenField()
    words = LongTextField("Your own words", longest=LONGEST_WORDS)
    confirmed = BooleanField(
        "I have read this report and sign it as mine",
        [InputRequired("Tick the box: your name stands under this report.")],
    )
