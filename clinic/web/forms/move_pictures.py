"""The form of a picture, video or captions of a move."""

from __future__ import annotations

import uuid
from typing import Any

from wtforms import HiddenField
from wtforms.validators import ValidationError

from clinic.domain.errors import RuleBroken
from clinic.domain.media import KIND_OF_SPOT, MediaKind, MoveSpot
from clinic.domain.videos import FilmPart, parse_clock
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LineField

SHOWS_WHAT = "Say in a sentence what can be seen: it is read to people who cannot see it."


class MovePictureForm(Form):
    """Where it is shown and what it shows; `media_id` is of a file that a script has sent piece by piece."""

    spot = HiddenField()
    media_id = HiddenField()
    alt = LineField("What can be seen", longest=300)
    part_from = LineField("The move begins at", longest=8)
    part_until = LineField("and ends at", longest=8)

    def validate_spot(self, field: HiddenField) -> None:
        """A place that a move has."""
        if field.data not in set(MoveSpot):
            raise ValidationError("This page is out of date. Please open it again.")

    def validate(self, extra_validators: Any = None) -> bool:
        """Captions are words already; everything else needs some."""
        self.alt.required = None if self.kind is MediaKind.CAPTIONS else SHOWS_WHAT
        return super().validate(extra_validators)

    def validate_part_from(self, field: LineField) -> None:
        """A time such as 0:05, or nothing."""
        _must_be_a_time(field.data)

    def validate_part_until(self, field: LineField) -> None:
        """The same."""
        _must_be_a_time(field.data)

    @property
    def part(self) -> FilmPart:
        """The part of a video that shows the move; only on a valid form."""
        begins, until = (_second(field.data) for field in (self.part_from, self.part_until))
        return FilmPart(begins or 0, until) if self.place is MoveSpot.VIDEO else FilmPart()

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


def _second(typed: str | None) -> int | None:
    return parse_clock(typed) if typed else None


def _must_be_a_time(typed: str | None) -> None:
    try:
        _second(typed)
    except RuleBroken as problem:
        raise ValidationError(problem.message) from None
