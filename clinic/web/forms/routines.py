"""The form that readies a routine for publishing: cues, doses, videos and what the named mistake is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice
from wtforms.validators import ValidationError

from clinic.catalogue import load_catalogue
from clinic.domain import videos
from clinic.domain.errors import RuleBroken
from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import FEWEST_CUES, LONGEST_CUE, MOST_CUES
from clinic.models import Practice, RoutineItem, RoutineVersion
from clinic.services.routines.own_moves import MistakeMeaning, asks_for_meaning
from clinic.services.routines.publishing import (
    MoveEdit,
    RoutineEdit,
    problems,
)
from clinic.services.routines.wording import content_of, dose_of, mistake_in_words
from clinic.web.forms.base import Form
from clinic.web.forms.doses import DoseForm, dose_data
from clinic.web.forms.fields import LineField, LongTextField
from clinic.web.forms.programs import MOST_MOVES


class CuesField(LongTextField):
    """Two to four cues, one on each line; `data` is a tuple."""

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        self.data = "\n".join(line.strip() for line in (self.data or "").splitlines() if line.strip())
        if not FEWEST_CUES <= len(self.cues) <= MOST_CUES:
            raise ValueError(f"Write {FEWEST_CUES} to {MOST_CUES} cues, one on each line.")
        if any(len(cue) > LONGEST_CUE for cue in self.cues):
            raise ValueError(f"A cue is short: at most {LONGEST_CUE} characters.")

    @property
    def cues(self) -> tuple[str, ...]:
        """The lines."""
        return tuple((self.data or "").splitlines())


class VideoField(LineField):
    """A link to the practice's own video; `video` is its provider and id, or None."""

    video: VideoContent | None = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        if self.data:
            try:
                found = videos.parse(self.data)
            except RuleBroken as refused:
                raise ValueError(str(refused)) from None
            self.video = VideoContent(provider=found.provider, id=found.id)


class ClockField(LineField):
    """A place in a video, written 4:30; `second` counts from its beginning."""

    second: int | None = None

    def process_formdata(self, valuelist: Sequence[str]) -> None:
        super().process_formdata(valuelist)
        if self.data:
            try:
                self.second = videos.parse_clock(self.data)
            except RuleBroken as refused:
                raise ValueError(str(refused)) from None


class MoveForm(PlainForm):
    """What can be changed about one move."""

    cues = CuesField("Cues", longest=MOST_CUES * (LONGEST_CUE + 1))
    video = VideoField("Your own video of this move", longest=300)
    dose = FormField(DoseForm)


class PublishForm(Form):
    """A whole draft. `seen` is the digest of what the page held; no mistake is chosen beforehand."""

    seen = HiddenField()
    moves = FieldList(FormField(MoveForm), max_entries=MOST_MOVES)
    faults = SelectMultipleField("Pick one or more")
    own_see = LongTextField("What it looks like", longest=400)
    own_fix = LongTextField("The fix", longest=400)
    own_test = LongTextField("A test they can do by themselves", longest=400)
    video_time = ClockField("Its time in your video", longest=8)
    change_note = LongTextField("What is new", longest=400)
    accept = BooleanField("I have read this wording and these doses and take them as my practice’s own")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.faults.choices = [
            SelectChoice(fault.id, fault.name) for fault in load_catalogue().mistake_candidates
        ]

    @classmethod
    def of(cls, version: RoutineVersion, seen: str) -> PublishForm:
        """The form as the draft stands, or as it was sent."""
        return cls(
            data={
                "seen": seen,
                "moves": [_move_data(item) for item in version.items],
                "change_note": version.change_note,
                **_mistake_data(version),
            }
        )

    def edit(self, version: RoutineVersion) -> RoutineEdit:
        """What was sent, by the draft's items."""
        pairs = zip(version.items, self.moves.entries, strict=True)
        return RoutineEdit(
            {item.id: self._move(item, entry.form) for item, entry in pairs}, self.change_note.data or ""
        )

    def be_asked_by(self, practice: Practice, version: RoutineVersion, *, publishing: bool) -> None:
        """Whose draft it is, and whether it is to be published or kept."""
        self._asked, self._publishing = (version, practice), publishing

    def validate_accept(self, field: BooleanField) -> None:
        """For publishing, that the wording was taken as the practice's own."""
        if self._publishing and not field.data:
            raise ValidationError("Tick the box to say that you have read it and take it as your own.")

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against keeping or publishing it."""
        return problems(*self._asked, self.edit(self._asked[0]), publishing=self._publishing)

    def fits(self, version: RoutineVersion) -> bool:
        """Whether the form has as many moves as the draft: another number was not made by our page."""
        return len(self.moves.entries) == len(version.items)

    def _move(self, item: RoutineItem, form: MoveForm) -> MoveEdit:
        return MoveEdit(
            cues=form.cues.cues,
            dose=form.dose.form.dose(),
            video=form.video.video,
            mistake=self._mistake() if asks_for_meaning(item.exercise) else None,
        )

    def _mistake(self) -> MistakeMeaning:
        return MistakeMeaning(
            fault_keys=tuple(self.faults.data or ()),
            see=self.own_see.data or "",
            fix=self.own_fix.data or "",
            self_test=self.own_test.data or "",
            video_second=self.video_time.second,
        )


def _move_data(item: RoutineItem) -> dict[str, Any]:
    content = content_of(item.exercise)
    video = content.video
    return {
        "cues": "\n".join(content.cues),
        "video": videos.watch_url(video.provider, video.id) if video else "",
        "dose": dose_data(dose_of(item)),
    }


def _mistake_data(version: RoutineVersion) -> dict[str, Any]:
    asked = (item.exercise.named_mistake for item in version.items if asks_for_meaning(item.exercise))
    row = next(filter(None, asked), None)
    if row is None:
        return {}
    own = row.see not in (None, mistake_in_words(row.fault_keys)[0])
    return {
        "faults": list(row.fault_keys),
        "own_see": row.see if own else "",
        "own_fix": row.fix if own else "",
        "own_test": row.self_test if own else "",
        "video_time": "" if row.video_second is None else videos.clock(row.video_second),
    }
