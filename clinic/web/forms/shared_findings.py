"""The form that chooses which findings a client sees."""

from __future__ import annotations

from collections.abc import Sequence

from wtforms import SelectMultipleField

from clinic.services.assessments.shared import ShareableFinding
from clinic.web.forms.base import Form


class SharedFindingsForm(Form):
    """Measures by the names of their places; a name that is not on offer shares nothing."""

    measures = SelectMultipleField("Measures", choices=[], validate_choice=False)

    def offer(self, found: Sequence[ShareableFinding], words: Sequence[str]) -> None:
        """What can be ticked, each in words; ticked is what is shared, until somebody has pressed."""
        self.measures.choices = [
            (each.spot.place.name, told) for each, told in zip(found, words, strict=True)
        ]
        if not self.is_filled_in:
            self.measures.data = [each.spot.place.name for each in found if each.is_shared]
