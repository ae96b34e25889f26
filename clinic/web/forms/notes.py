"""Forms about notes of visits and the phrases they are written with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from wtforms import BooleanField, HiddenField, SelectField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired

from clinic.domain.notes import DAY, LONGEST_PART, LONGEST_PHRASE, NoteEdit, NotePart, NoteShape
from clinic.services.notes.phrases import LONGEST_NAME, OfferedPhrase
from clinic.services.notes.writing import LONGEST_AMENDMENT, LONGEST_REASON
from clinic.web.forms.base import Form, OnceForm
from clinic.web.forms.fields import DatePartsField, LineField, LongTextField, VersionField
from clinic.web.presenters.notes import PART_WORDS


class BeginNoteForm(OnceForm):
    """A new note: in which shape, and of which assessment's visit."""

    shape = HiddenField()
    assessment = HiddenField()

    def wanted_shape(self) -> NoteShape:
        """Free text where nothing else is asked for."""
        return NoteShape.SOAP if self.shape.data == NoteShape.SOAP else NoteShape.FREE

    def assessment_id(self) -> uuid.UUID | None:
        """The assessment it stands beside; an id that is none names nothing that exists."""
        if not self.assessment.data:
            return None
        try:
            return uuid.UUID(self.assessment.data)
        except ValueError:
            return uuid.UUID(int=0)


class NoteForm(Form):
    """A draft; `seen` is what its fields held when the page was opened."""

    seen = HiddenField()
    visited_on = DatePartsField("Day of the visit", required="Enter the day of the visit.")
    text = LongTextField(PART_WORDS[NotePart.TEXT], longest=LONGEST_PART)
    subjective = LongTextField(PART_WORDS[NotePart.SUBJECTIVE], longest=LONGEST_PART)
    objective = LongTextField(PART_WORDS[NotePart.OBJECTIVE], longest=LONGEST_PART)
    assessed = LongTextField(PART_WORDS[NotePart.ASSESSED], longest=LONGEST_PART)
    plan = LongTextField(PART_WORDS[NotePart.PLAN], longest=LONGEST_PART)
    phrase = SelectField("Phrase", validate_choice=False)
    into = SelectField("Into", validate_choice=False)

    def offer(self, phrases: Iterable[OfferedPhrase], parts: Iterable[NotePart]) -> None:
        """The phrases that can be put in, and where."""
        self.phrase.choices = [SelectChoice(str(each.id), each.name) for each in phrases]
        self.into.choices = [SelectChoice(part.value, PART_WORDS[part]) for part in parts]

    def edits(self, sent: Mapping[str, Any]) -> dict[str, NoteEdit]:
        """What came back of each field that the page had, with what it held when it was opened."""
        base, mine = self._base(), {DAY: self.visited_on.data.isoformat()}
        mine |= {part: self[part].data or "" for part in NotePart if part in sent}
        return {name: NoteEdit(base.get(name, ""), text) for name, text in mine.items()}

    def shows(self, texts: Mapping[str, str]) -> None:
        """Carry what stands now, for the next time the page comes back."""
        self.seen.data, self.seen.raw_data = json.dumps(texts, separators=(",", ":")), None

    def _base(self) -> dict[str, str]:
        try:
            told = json.loads(self.seen.data or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in told.items()} if isinstance(told, dict) else {}


class SignNoteForm(Form):
    """A name under a note, over the version that was read."""

    version = VersionField()
    confirmed = BooleanField(
        "I have read this note and sign it as mine",
        [InputRequired("Tick the box: your name stands under this note.")],
    )


class DiscardNoteForm(Form):
    """Throwing a draft away, over the version that was read."""

    version = VersionField()


class AmendNoteForm(OnceForm):
    """What is added to a signed note, and why."""

    text = LongTextField("What is added", longest=LONGEST_AMENDMENT, required="Write what is to be added.")
    reason = LongTextField("Why", longest=LONGEST_REASON, required="Say why, in a few words.")


class PhraseForm(OnceForm):
    """A phrase of one's own: a new one, or `phrase` over the version that was seen."""

    phrase = HiddenField()
    version = VersionField(default=0)
    name = LineField("Name", longest=LONGEST_NAME, required="Give it a name to find it by.")
    text = LongTextField("Text", longest=LONGEST_PHRASE, required="Write the phrase.")
