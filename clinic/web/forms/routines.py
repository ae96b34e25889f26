"""The form that readies a routine for publishing: cues, doses, videos and what the named mistake is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from wtforms import BooleanField, FieldList, FormField, HiddenField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice

from clinic.catalogue import load_catalogue
from clinic.domain import videos
from clinic.domain.errors import RuleBroken
from clinic.domain.moves import VideoContent
from clinic.domain.own_moves import FEWEST_CUES, LONGEST_CUE, MOST_CUES
from clinic.domain.routine_plans import MOST_MOVES
from clinic.models import Practice, RoutineItem, RoutineVersion
from clinic.services.routines import own_moves
from clinic.services.routines.own_moves import MistakeMeaning
from clinic.services.routines.publishing import (
    MoveEdit,
    RoutineEdit,
    asked_mistake,
    problems,
    tick_problems,
)
from clinic.services.routines.signoffs import Wording
from clinic.services.routines.wording import content_of, dose_of, wordings_of
from clinic.web.forms.base import Form
from clinic.web.forms.doses import DoseForm, dose_data
from clinic.web.forms.fields import LineField, LongTextField

MOST_TEXTS = 2 * MOST_MOVES + 8


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
    """What can be changed about one move; `item` says which one of the draft it is."""

    item = HiddenField()
    cues = CuesField("Cues", longest=MOST_CUES * (LONGEST_CUE + 1))
    video = VideoField("Your own video of this move", longest=300)
    dose = FormField(DoseForm)


class TickForm(PlainForm):
    """One text that is signed: whether it is taken as the practice's own."""

    scope = HiddenField()
    taken = BooleanField("I have read this and take it as my practice’s own")


class PublishForm(Form):
    """A whole draft. `seen` is the digest of what the page held; nothing is ticked beforehand."""

    seen = HiddenField()
    moves = FieldList(FormField(MoveForm), max_entries=MOST_MOVES)
    ticks = FieldList(FormField(TickForm), max_entries=MOST_TEXTS)
    faults = SelectMultipleField("Pick one or more")
    own_see = LongTextField("What it looks like", longest=400)
    own_fix = LongTextField("The fix", longest=400)
    own_test = LongTextField("A test they can do by themselves", longest=400)
    video_time = ClockField("Its time in your video", longest=8)
    change_note = LongTextField("What is new", longest=400)

    def __init__(self, *sent: Any, **options: Any) -> None:
        super().__init__(*sent, **options)
        self.faults.choices = [
            SelectChoice(fault.id, fault.name) for fault in load_catalogue().mistake_candidates
        ]

    @classmethod
    def of(cls, version: RoutineVersion, wordings: Sequence[Wording], seen: str) -> PublishForm:
        """The form as the draft stands, or as it was sent."""
        return cls(data=_form_data(version, wordings, seen))

    def edit(self, version: RoutineVersion) -> RoutineEdit:
        """What was sent, by the draft's items."""
        asked = asked_mistake(version)
        forms = {entry.form.item.data: entry.form for entry in self.moves.entries}
        return RoutineEdit(
            {item.id: self._move(forms[str(item.id)], asks=item is asked) for item in version.items},
            self.change_note.data or "",
            self.accepted(),
        )

    def accepted(self) -> frozenset[str]:
        """The texts that were ticked."""
        return frozenset(entry.form.scope.data or "" for entry in self.ticks.entries if entry.form.taken.data)

    def be_asked_by(self, practice: Practice, version: RoutineVersion, *, publishing: bool) -> None:
        """Whose draft it is, and whether it is to be published or kept."""
        self._asked, self._publishing = (version, practice), publishing

    def rules(self) -> Iterator[RuleBroken]:
        """What speaks against keeping or publishing it."""
        version, practice = self._asked
        if not self.moves.errors:
            yield from problems(version, practice, self.edit(version), publishing=self._publishing)
        if self._publishing:
            yield from tick_problems(wordings_of(version, practice), practice.id, self.accepted())

    def fits(self, version: RoutineVersion) -> bool:
        """Whether the form has the moves of the draft, in whatever order."""
        sent = [entry.form.item.data for entry in self.moves.entries]
        return sorted(map(str, sent)) == sorted(str(item.id) for item in version.items)

    def meet(self, version: RoutineVersion, wordings: Sequence[Wording], seen: str) -> PublishForm:
        """The form for the draft of now with what was typed about the moves it still has; nothing ticked."""
        typed = {entry.form.item.data: entry.form for entry in self.moves.entries}
        form = PublishForm(None, data=_form_data(version, wordings, seen))
        for entry in form.moves.entries:
            if mine := typed.get(entry.form.item.data):
                entry.form.cues.data, entry.form.video.data = mine.cues.data, mine.video.data
                if (dose := mine.dose.form.whole()) is not None:
                    entry.form.dose.form.show(dose)
        for name in ("faults", "own_see", "own_fix", "own_test", "video_time", "change_note"):
            form[name].data = self[name].data
        return form

    def left_over(self, version: RoutineVersion) -> list[str]:
        """The cues that were typed for moves which the draft has no more."""
        held = {str(item.id) for item in version.items}
        gone = (entry.form for entry in self.moves.entries if entry.form.item.data not in held)
        return [" / ".join(form.cues.cues) for form in gone]

    def tick_of(self, scope: str) -> TickForm | None:
        """The tick of a text."""
        return next((entry.form for entry in self.ticks.entries if entry.form.scope.data == scope), None)

    def _refuse(self, problem: RuleBroken) -> None:
        tick = self.tick_of(problem.field or "")
        if tick is None:
            super()._refuse(problem)
        else:
            tick.taken.errors = [problem.message]
            self.ticks.errors = [entry.errors for entry in self.ticks.entries]

    def _move(self, form: MoveForm, *, asks: bool) -> MoveEdit:
        return MoveEdit(
            cues=form.cues.cues,
            dose=form.dose.form.dose(),
            video=form.video.video,
            mistake=self._mistake() if asks else None,
        )

    def _mistake(self) -> MistakeMeaning:
        return MistakeMeaning(
            fault_keys=tuple(self.faults.data or ()),
            see=self.own_see.data or "",
            fix=self.own_fix.data or "",
            self_test=self.own_test.data or "",
            video_second=self.video_time.second,
        )


def _form_data(version: RoutineVersion, wordings: Sequence[Wording], seen: str) -> dict[str, Any]:
    return {
        "seen": seen,
        "moves": [_move_data(item) for item in version.items],
        "ticks": [{"scope": each.scope, "taken": False} for each in wordings],
        "change_note": version.change_note,
        **_mistake_data(version),
    }


def _move_data(item: RoutineItem) -> dict[str, Any]:
    content = content_of(item.exercise)
    video = content.video
    return {
        "item": str(item.id),
        "cues": "\n".join(content.cues),
        "video": videos.watch_url(video.provider, video.id) if video else "",
        "dose": dose_data(dose_of(item)),
    }


def _mistake_data(version: RoutineVersion) -> dict[str, Any]:
    asked = asked_mistake(version)
    if asked is None:
        return {}
    words = own_moves.words_of(asked.exercise)
    return {
        "faults": list(words.mistake_faults),
        "own_see": words.mistake_see,
        "own_fix": words.mistake_fix,
        "own_test": words.mistake_test,
        "video_time": "" if words.mistake_second is None else videos.clock(words.mistake_second),
    }
