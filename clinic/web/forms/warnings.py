"""Forms about warning signs: naming them, and clearing what was named."""

from __future__ import annotations

from typing import Any

from wtforms import BooleanField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.catalogue.checkin import WarningSign
from clinic.domain.words import say
from clinic.services.warnings import LONGEST_NOTE, LONGEST_REASON
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField


class SignsForm(Form):
    """Which signs are new; at least one."""

    signs = SelectMultipleField(say("Is any of this new?"))
    nothing_said = say("Tick what is new.")

    def offer(self, signs: tuple[WarningSign, ...]) -> None:
        """The signs to choose from."""
        self.signs.choices = [SelectChoice(sign.id, sign.tick) for sign in signs]

    def validate_signs(self, field: Any) -> None:
        if not field.data and not self.says_none:
            raise ValidationError(self.nothing_said)

    @property
    def says_none(self) -> bool:
        """Whether somebody said that nothing is new; this form has no way to."""
        return False


class CheckinSignsForm(SignsForm):
    """Which signs are new, or none of them. One of the two has to be said: nothing said is no answer."""

    none = BooleanField(say("None of these"))
    nothing_said = say("Tick what is new, or “None of these”.")

    @property
    def says_none(self) -> bool:
        """Whether "None of these" is ticked."""
        return bool(self.none.data)


class ClearForm(Form):
    """A flag is cleared with a note."""

    note = LongTextField(
        "What you found, and what was agreed", longest=LONGEST_NOTE, required="Write what you found."
    )


class TakenBackForm(Form):
    """Somebody ticked a sign by mistake, and says what happened."""

    reason = LongTextField(
        say("What happened, in a few words"),
        longest=LONGEST_REASON,
        required=say("Say what happened, in a few words."),
    )
