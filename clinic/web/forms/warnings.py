"""Forms about warning signs: naming them, and clearing what was named."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.catalogue.check_in import WarningSign
from clinic.services.warnings import LONGEST_NOTE
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField


class SignsForm(Form):
    """Which signs are new, or none of them. One of the two has to be said: nothing said is no answer."""

    signs = SelectMultipleField("Is any of this new?", validate_choice=True)
    none = BooleanField("None of these")

    def offer(self, signs: tuple[WarningSign, ...]) -> None:
        """The signs to choose from."""
        self.signs.choices = [SelectChoice(sign.id, sign.tick) for sign in signs]

    def validate_signs(self, field: Any) -> None:
        if not field.data and not self.none.data:
            raise ValidationError("Tick what is new, or “None of these”.")


class ClearForm(Form):
    """A flag is cleared with a note."""

    note = LongTextField("What you found, and what was agreed", longest=LONGEST_NOTE, required="Write what you found.")
