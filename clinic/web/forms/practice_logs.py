"""The form a client logs a day with."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from wtforms import HiddenField, IntegerField, RadioField, SelectMultipleField
from wtforms.fields import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional, ValidationError

from clinic.catalogue import load_catalogue
from clinic.domain.diary_entries import LONGEST_NOTE, DiaryEntry, seen_as
from clinic.domain.errors import NotFound
from clinic.domain.practising import MOST_REPS, Practised, Repetitions
from clinic.domain.types import LogObstacle, LogOutcome, MistakeAnswer
from clinic.domain.words import say
from clinic.services.programs.late_logs import LateLog
from clinic.web.forms.base import Form
from clinic.web.forms.fields import LongTextField, OneOfField, PainField

OUTCOMES = {
    LogOutcome.DONE: say("Done"),
    LogOutcome.PARTLY: say("Partly"),
    LogOutcome.NOT_DONE: say("Not today"),
}
MISTAKES = {
    MistakeAnswer.YES: say("Yes"),
    MistakeAnswer.NO: say("No"),
    MistakeAnswer.NOT_SURE: say("Not sure"),
}


OBSTACLES = {
    LogObstacle.HURTS: say("It hurts"),
    LogObstacle.NO_TIME: say("No time"),
    LogObstacle.FORGOT: say("I forgot"),
    LogObstacle.NOT_SURE_HOW: say("I was not sure how to do it"),
    LogObstacle.OTHER: say("Something else"),
}


@dataclass(frozen=True, slots=True)
class LogQuestions:
    """What the form of a day asks about: the named mistake, the moves by prescription, the day before."""

    mistake: str | None = None
    moves: Mapping[uuid.UUID, str] = field(default_factory=dict)
    morning: bool = False


class SettledField(RadioField):
    """How yesterday's pain is now, in the catalogue's words; `told` is None where nothing was said."""

    def __init__(self, label: str = "", **options: Any) -> None:
        rule = load_catalogue().dosing.pain_rule
        choices = [SelectChoice("yes", rule.settled_text), SelectChoice("no", rule.still_up_text)]
        options.setdefault("validators", [Optional()])
        super().__init__(label or rule.morning_question, choices=choices, **options)

    @property
    def told(self) -> bool | None:
        return {"yes": True, "no": False}.get(self.data or "")


class PractisedField(HiddenField):
    """What guided practice counted, as its script writes it; a way's words are checked where it is logged.

    A list of {"moves": [ids], "both": n, "left": n, "right": n, "way": words}. What cannot be read is
    nothing: the day is logged as it is said.
    """

    @property
    def told(self) -> Mapping[uuid.UUID, Practised]:
        """What was counted, by prescription."""
        try:
            return {
                uuid.UUID(move): _practised(each) for each in json.loads(self.data) for move in each["moves"]
            }
        except (AttributeError, KeyError, RecursionError, TypeError, ValueError):
            return {}

    @property
    def sore(self) -> frozenset[uuid.UUID]:
        """The prescriptions of the moves that were too sore to go on with."""
        if not self.told:
            return frozenset()
        marked = (each["moves"] for each in json.loads(self.data) if each.get("sore") is True)
        return frozenset(uuid.UUID(move) for moves in marked for move in moves)


def _practised(each: Mapping[str, Any]) -> Practised:
    reps = Repetitions(*(min(max(int(each[side]), 0), MOST_REPS) for side in ("both", "left", "right")))
    return Practised(reps, way_words=str(each["way"]))


class LogForm(Form):
    """How a day went. Only the outcome is needed; nothing is chosen beforehand."""

    day = HiddenField()
    outcome = OneOfField(
        say("How did it go?"), LogOutcome, OUTCOMES, required=say("Choose done, partly or not today.")
    )
    pain = PainField(say("Highest pain while you practised"), validators=[Optional()])
    mistake = OneOfField(say("Did you notice the mistake?"), MistakeAnswer, MISTAKES)
    note = LongTextField(say("Note"), longest=LONGEST_NOTE)
    hurting = SelectMultipleField(say("Which move was it?"), choices=[], validate_choice=False)
    obstacle = OneOfField(say("What got in the way?"), LogObstacle, OBSTACLES)
    settled = SettledField()
    practised = PractisedField()
    seen = HiddenField()  # what was known of the day when it was opened; empty: whatever it was

    def validate_day(self, field: HiddenField) -> None:
        try:
            date.fromisoformat(field.data or "")
        except ValueError:
            raise ValidationError(say("Open this page again: it lost the day it was for.")) from None

    def local_date(self) -> date:
        """The day the form was opened for; only on a valid form."""
        return date.fromisoformat(self.day.data or "")

    def entry(self) -> DiaryEntry:
        """What was said, in the service's shape; only on a valid form."""
        return DiaryEntry(
            LogOutcome(self.outcome.data),
            self.pain.points,
            self.mistake.data,
            self.note.data,
            self.obstacle.data,
            self._hurting(),
            self.practised.told,
        )

    def _hurting(self) -> frozenset[uuid.UUID]:
        """The moves that were ticked. One that is asked no longer is left out, and the pain stays."""
        if "hurting" not in self:
            return frozenset()
        asked = {str(each.value) for each in self.hurting.choices}
        return frozenset(uuid.UUID(each) for each in self.hurting.data or () if each in asked)

    @classmethod
    def for_day(cls, day: date, entry: DiaryEntry | None, about: LogQuestions) -> LogForm:
        """The form of a day, holding what was logged already."""
        form = cls(
            day=day.isoformat(),
            outcome=entry.outcome if entry else None,
            pain=str(entry.pain) if entry and entry.pain is not None else None,
            mistake=entry.mistake if entry else None,
            note=entry.note if entry else None,
            obstacle=entry.obstacle if entry else None,
            hurting=[str(each) for each in entry.hurting] if entry else [],
            seen=seen_as(entry),
        )
        form.ask_about(about)
        return form

    def ask_about(self, about: LogQuestions) -> None:
        """Ask by the practice's name of the mistake, which of several moves hurt, and of the day before."""
        if about.mistake:
            self.mistake.label.text = say("Did you notice the %(mistake)s?", mistake=about.mistake)
        if len(about.moves) > 1:
            self.hurting.choices = [SelectChoice(str(move_id), name) for move_id, name in about.moves.items()]
        else:
            del self.hurting
        if not about.morning:
            del self.settled

    @property
    def told_settled(self) -> bool | None:
        """How it is this morning, if that was asked and said."""
        return self.settled.told if "settled" in self else None


def _reads(parse: Callable[[str], object]) -> Callable[[Form, HiddenField], None]:
    """A validator: what a script wrote can be read."""

    def check(form: Form, field: HiddenField) -> None:
        try:
            parse(field.data or "")
        except ValueError:
            raise ValidationError(say("This cannot be read.")) from None

    return check


MOST_SECONDS = 10**9  # thirty years: what a clock may be wrong by


class LateLogForm(Form):
    """A log that a device kept, as its script sends it: when it was, by a clock that may be wrong."""

    key = HiddenField(validators=[_reads(uuid.UUID)])
    day = HiddenField(validators=[_reads(date.fromisoformat)])
    age = IntegerField(validators=[InputRequired(), NumberRange(-MOST_SECONDS, MOST_SECONDS)])  # by its clock
    outcome = OneOfField(say("How did it go?"), LogOutcome, OUTCOMES, required=say("Choose one."))
    practised = PractisedField()
    moves = HiddenField()  # what the device has kept of the program, as a digest
    mark = HiddenField()  # whom it waited for

    def late_log(self) -> LateLog:
        """The same in the service's shape; only on a valid form."""
        return LateLog(
            uuid.UUID(self.key.data),
            date.fromisoformat(self.day.data or ""),
            timedelta(seconds=self.age.data or 0),
            LogOutcome(self.outcome.data),
            self.practised.told,
            self.practised.sore,
        )


class MorningForm(Form):
    """How the pain of the day before is now."""

    settled = SettledField(validators=[InputRequired(say("Choose one of the two."))])


class EasierForm(Form):
    """An easier way of a move: each is a button."""

    move = HiddenField()
    way = IntegerField(validators=[InputRequired()])

    @property
    def move_id(self) -> uuid.UUID:
        """The move, as the client has it; NotFound for what is none."""
        try:
            return uuid.UUID(self.move.data or "")
        except ValueError:
            raise NotFound from None
