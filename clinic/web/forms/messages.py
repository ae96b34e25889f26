"""Forms of messages: what a client writes, and what the practice answers."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from wtforms import HiddenField, SelectField, StringField
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.domain.errors import RuleBroken
from clinic.domain.messages import LONGEST_MESSAGE, parse_moment
from clinic.domain.words import say
from clinic.services.messages.writing import ClientWords, VideoMoment
from clinic.services.notes.phrases import OfferedPhrase
from clinic.web.forms.base import FilesForm, Form, OnceForm
from clinic.web.forms.fields import LongTextField
from clinic.web.forms.inbox import SeenWaitForm

OUT_OF_DATE = say("This page is out of date. Please open it again.")


class ClientMessageForm(FilesForm):
    """A client's message; `move` is the one it asks about."""

    text = LongTextField(say("Your message"), longest=LONGEST_MESSAGE)
    move = HiddenField()

    @property
    def sent_before(self) -> list[uuid.UUID]:
        """The files that are here already; ids that are none refuse the form."""
        return [_id(each) for each in (self.media_id.data or "").split()]

    @property
    def move_id(self) -> uuid.UUID | None:
        """The move it asks about, if about one."""
        return _id(self.move.data) if self.move.data else None

    def words(self, files: list[uuid.UUID]) -> ClientWords:
        """The form's values in the service's shape."""
        return ClientWords(self.text.data or "", self.move_id, files)


class AnswerForm(SeenWaitForm, OnceForm):
    """What the practice answers, or says of a moment of a video."""

    text = LongTextField("Your answer", longest=LONGEST_MESSAGE, required="Write something first.")
    video = HiddenField()
    moment = StringField("Moment")
    phrase = SelectField("Phrase", coerce=str, choices=[], validate_choice=False)

    def offer(self, own: Sequence[OfferedPhrase]) -> None:
        """The phrases of whoever writes, by name."""
        named = [SelectChoice(str(each.id), each.name) for each in own]
        self.phrase.choices = [SelectChoice("", "None"), *named] if named else []

    def can_be_kept(self) -> bool:
        """Whether what stands in the box can be kept as it is: an empty one, too."""
        self.text.required = None
        return bool(self.validate_on_submit())

    @property
    def phrase_id(self) -> uuid.UUID | None:
        """The phrase to put in, if one was chosen."""
        return _id(self.phrase.data) if self.phrase.data else None

    def validate_moment(self, field: StringField) -> None:
        """Something like 0:04, where it is about a video."""
        if self.video.data and parse_moment(field.data or "") is None:
            raise ValidationError("Write the moment like 0:04.")

    def about(self) -> VideoMoment | None:
        """The moment that the answer is about, if about one."""
        at = parse_moment(self.moment.data or "")
        return VideoMoment(_id(self.video.data), at) if self.video.data and at is not None else None


class ReadForm(Form):
    """Until which message somebody has read."""

    until = HiddenField()

    @property
    def until_id(self) -> uuid.UUID:
        """The message."""
        return _id(self.until.data)


def _id(typed: str | None) -> uuid.UUID:
    try:
        return uuid.UUID(typed or "")
    except ValueError:
        raise RuleBroken(OUT_OF_DATE) from None
