"""The button under news that no mail has brought."""

from __future__ import annotations

from datetime import datetime

from wtforms import HiddenField
from wtforms.validators import ValidationError

from clinic.domain.words import say
from clinic.web.forms.base import Form


class SeenForm(Form):
    """The instant of the newest that stood on the page: what came since stays. `back` is that page."""

    until = HiddenField()
    back = HiddenField()

    def validate_until(self, field: HiddenField) -> None:
        """An instant as the page wrote it."""
        self.seen_until()

    def seen_until(self) -> datetime:
        """The instant; only on a valid form."""
        try:
            until = datetime.fromisoformat(self.until.data or "")
        except ValueError:
            until = None
        if until is None or until.tzinfo is None:
            raise ValidationError(say("This page is out of date. Please open it again."))
        return until
