"""Forms about consent: given, withdrawn, and the words it is asked in."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence

from wtforms import HiddenField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.domain.consents import BY_HAND, LONGEST_TEXT, ConsentHow, ConsentKind
from clinic.models import Document
from clinic.web.forms.base import Form
from clinic.web.forms.fields import DatePartsField, LongTextField, OneOfField
from clinic.web.presenters.consents import HOWS, TITLES

BY_HAND_WORDS = {how: HOWS[how] for how in BY_HAND}


class GivenForm(Form):
    """What a client agreed to on paper or in person."""

    kind = OneOfField("What the client agrees to", ConsentKind, TITLES, required="Choose what they agree to.")
    how = OneOfField("How it was given", ConsentHow, BY_HAND_WORDS, required="Say how it was given.")
    given_on = DatePartsField("Day of consent")
    document = SelectField("Signed form", default="")

    def offer(self, documents: Sequence[Document], missing: Collection[ConsentKind]) -> None:
        """What is not agreed to yet, and the forms that are among the client's documents."""
        self.kind.choices = [
            SelectChoice(kind.value, TITLES[kind]) for kind in ConsentKind if kind in missing
        ]
        self.document.choices = [("", "None"), *((each.id.hex, each.title) for each in documents)]

    def document_id(self) -> uuid.UUID | None:
        """Which of them."""
        return uuid.UUID(self.document.data) if self.document.data else None


class WithdrawnForm(Form):
    """That a client withdrew it."""

    how = OneOfField("How it was withdrawn", ConsentHow, BY_HAND_WORDS, required="Say how it was withdrawn.")


class WordingForm(Form):
    """The practice's own words."""

    kind = HiddenField()
    text = LongTextField(
        "What the client agrees to", longest=LONGEST_TEXT, required="Write what the client agrees to."
    )

    def validate_kind(self, field: HiddenField) -> None:
        """A kind that there is."""
        if field.data not in set(ConsentKind):
            raise ValidationError("This page is out of date. Please open it again.")

    @property
    def consent(self) -> ConsentKind:
        """Which."""
        return ConsentKind(self.kind.data)
