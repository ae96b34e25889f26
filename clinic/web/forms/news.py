"""The button under news that no mail has brought."""

from __future__ import annotations

import uuid

from wtforms import HiddenField
from wtforms.validators import ValidationError

from clinic.services.outbox.unheard import MOST
from clinic.web.forms.base import Form


class SeenForm(Form):
    """The mails that stood on the page travel along: newer ones stay. `back` is that page."""

    mails = HiddenField()
    back = HiddenField()

    def validate_mails(self, field: HiddenField) -> None:
        """Ids alone, and no more than a page shows."""
        if len(self._texts()) > MOST:
            raise ValidationError("This page is out of date. Please open it again.")
        self.mail_ids()

    def mail_ids(self) -> list[uuid.UUID]:
        """The mails; only on a valid form."""
        try:
            return [uuid.UUID(text) for text in self._texts()]
        except ValueError:
            raise ValidationError("This page is out of date. Please open it again.") from None

    def _texts(self) -> list[str]:
        return (self.mails.data or "").split()
