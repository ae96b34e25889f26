"""The form of a picture, video or captions of a move."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from clinic.domain.media import KIND_OF_SPOT, MediaKind, MoveSpot
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField

SHOWS_WHAT = "Say in a sentence what can be seen: it is read to people who cannot see it."


class MovePictureForm(Form):
    """Where it is shown and what it shows; `media_id` is of a file that a script has sent piece by piece."""

    spot = HiddenField()
    media_id = HiddenField()
    alt = LineField("What can be seen", longest=300)

    def validate_spot(self, field: HiddenField) -> None:
        """A place that a move has."""
        if field.data not in set(MoveSpot):
            raise ValidationError("This page is out of date. Please open it again.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Captions are words already; everything else needs some."""
        self.alt.required = None if self.kind is MediaKind.CAPTIONS else SHOWS_WHAT
        return super().validate(extra_validators)

    @property
    def place(self) -> MoveSpot:
        """Where it is shown."""
        return MoveSpot(self.spot.data)

    @property
    def kind(self) -> MediaKind | None:
        """What has to be sent."""
        return KIND_OF_SPOT[self.place] if self.spot.data in set(MoveSpot) else None

    @property
    def sent_before(self) -> uuid.UUID | None:
        """The file that a script has sent."""
        try:
            return uuid.UUID(self.media_id.data or "")
        except ValueError:
            return None
