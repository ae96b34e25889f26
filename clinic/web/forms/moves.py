"""The form of a move with its rows of faults and uses, the library's filter, and a choice of two texts."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from werkzeug.datastructures import MultiDict
from wtforms import Field, FieldList, FormField, HiddenField, SelectField, SelectMultipleField
from wtforms import Form as PlainForm
from wtforms.fields import SelectChoice

from clinic.catalogue import load_catalogue
from clinic.catalogue.figures import MOVES
from clinic.domain import videos
from clinic.domain.errors import RuleBroken
from clinic.domain.own_moves import (
    LONGEST_CUE,
    LONGEST_LINE,
    MOST_CUES,
    MOST_FAULTS,
    MOST_LINES,
    MOST_TAGS,
    MOST_USES,
    FaultWords,
    MoveWords,
    UseWords,
    marks_of,
    tags_of,
)
from clinic.domain.search import searched
from clinic.domain.types import BodyPosition
from clinic.services.actors import Actor
from clinic.services.routines import own_moves
from clinic.services.routines.library import MoveFilter, Shown
from clinic.web.forms.base import OnceForm
from clinic.web.forms.fields import LineField, LinesField, LongTextField
from clinic.web.forms.routines import ClockField, VideoField
from clinic.web.forms.row_lists import RowList
from clinic.web.presenters.library import POSITION_WORDS, SHOWN_WORDS

ROW = re.compile(r"(faults|uses)-(\d{1,3})-(\w+)")
ROW_LISTS = {
    "faults": RowList("faults", MOST_FAULTS, {"name": ""}),
    "uses": RowList("uses", MOST_USES, {"name": ""}),
}
MINE, THEIRS = "mine", "theirs"
LONGEST_LIST = MOST_LINES * (LONGEST_LINE + 1)
FIELDS = tuple(each.name for each in fields(MoveWords))


class FaultForm(PlainForm):
    """One other fault; a row that is left empty is none."""

    key = HiddenField()
    name = LineField("Name", longest=120)
    see = LongTextField("What it looks like", longest=600)
    fix = LongTextField("The fix", longest=600)
    self_test = LongTextField("A test they can do by themselves", longest=600)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written into it."""
        return not (self.name.data or self.see.data or self.fix.data or self.self_test.data)

    def words(self) -> FaultWords:
        """What was written."""
        return FaultWords(
            key=(self.key.data or "")[:60],
            name=self.name.data or "",
            see=self.see.data or "",
            fix=self.fix.data or "",
            self_test=self.self_test.data or "",
        )


class UseForm(PlainForm):
    """One use in daily life; a row that is left empty is none."""

    key = HiddenField()
    name = LineField("Where", longest=120)
    how = LongTextField("How", longest=600)

    @property
    def is_blank(self) -> bool:
        """Whether nothing was written into it."""
        return not (self.name.data or self.how.data)

    def words(self) -> UseWords:
        """What was written."""
        return UseWords(key=(self.key.data or "")[:60], name=self.name.data or "", how=self.how.data or "")


class MoveWordsForm(OnceForm):
    """A whole move. `seen` are the marks of what the page showed."""

    seen = HiddenField()
    name = LineField("Name", longest=120, required="Give the move a name.")
    purpose = LongTextField("What it is for", longest=600, required="Say what it is for; clients read it.")
    body_position = SelectField(
        "Position",
        choices=[SelectChoice("", "Not said"), *(SelectChoice(*each) for each in POSITION_WORDS.items())],
    )
    tags = LineField("Tags", longest=MOST_TAGS * 40)
    equipment = LinesField("Equipment", longest=LONGEST_LIST)
    figure = SelectField("Drawing")
    video = VideoField("Your own video of this move", longest=300)
    setup = LinesField("Get ready", longest=LONGEST_LIST)
    steps = LinesField("Steps", longest=LONGEST_LIST)
    cues = LinesField("Cues", longest=MOST_CUES * (LONGEST_CUE + 40))
    range_words = LongTextField("How far", longest=600)
    feet_words = LongTextField("Feet", longest=600)
    knees_words = LongTextField("Knees", longest=600)
    tempo_there = LineField("The way out is called", longest=40)
    tempo_back = LineField("The way back is called", longest=40)
    stop_if = LinesField("Stop if", longest=LONGEST_LIST)
    easier = LinesField("Easier versions", longest=LONGEST_LIST)
    harder = LinesField("Harder versions", longest=LONGEST_LIST)
    mistake_name = LineField("Its name", longest=120)
    mistake_faults = SelectMultipleField("Pick one or more")
    mistake_see = LongTextField("What it looks like", longest=600)
    mistake_fix = LongTextField("The fix", longest=600)
    mistake_test = LongTextField("A test they can do by themselves", longest=600)
    mistake_second = ClockField("Its time in your video", longest=8)
    faults = FieldList(FormField(FaultForm), max_entries=MOST_FAULTS + 1)
    uses = FieldList(FormField(UseForm), max_entries=MOST_USES + 1)

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        shipped = load_catalogue()
        drawn = [SelectChoice(key, shipped.exercises[key].name) for key in MOVES if key in shipped.exercises]
        self.figure.choices = [SelectChoice("", "None"), *drawn]
        self.mistake_faults.choices = [
            SelectChoice(fault.id, fault.name) for fault in shipped.mistake_candidates
        ]

    @classmethod
    def of(cls, words: MoveWords | None) -> MoveWordsForm:
        """A move as it stands, or an empty form."""
        return cls(data={} if words is None else _form_data(words))

    def words(self) -> MoveWords:
        """What was sent, as the rules take it."""
        position = self.body_position.data
        plain: dict[str, Any] = {name: getattr(self, name).data or "" for name in PLAIN}
        lines: dict[str, Any] = {name: getattr(self, name).lines for name in LINES}
        return MoveWords(
            **plain,
            **lines,
            body_position=BodyPosition(position) if position in POSITION_WORDS else None,
            tags=tags_of(self.tags.data or ""),
            video=self.video.video,
            mistake_faults=tuple(self.mistake_faults.data or ()),
            mistake_second=self.mistake_second.second,
            faults=tuple(row.words() for row in self._written("faults")),
            uses=tuple(row.words() for row in self._written("uses")),
        )

    def marks(self) -> dict[str, str]:
        """What the page showed, by field; a page that is not ours showed nothing of all."""
        try:
            read = json.loads(self.seen.data or "{}")
        except ValueError:
            return {}
        return {name: str(read.get(name, "")) for name in FIELDS} if isinstance(read, dict) else {}

    def be_asked_by(self, actor: Actor, move_id: Any = None) -> None:
        """Who makes it, and which move it is."""
        self._asked = actor, move_id

    def rules(self) -> Iterator[RuleBroken]:
        """What is wrong with the move as a whole and with each of its rows."""
        actor, move_id = self._asked
        return own_moves.problems(actor, self.words(), move_id)

    def _written(self, name: str) -> list[Any]:
        rows = [entry.form for entry in self[name].entries]
        return [row for row in rows if not row.is_blank]

    def _refuse(self, problem: RuleBroken) -> None:
        super()._refuse(problem)
        for rows in (
            self.faults,
            self.uses,
        ):  # a list of rows keeps what was wrong with them when it was asked
            rows.errors = [entry.errors for entry in rows.entries if entry.errors]

    def _field_of(self, problem: RuleBroken) -> Field | None:
        """Its field, also one within a row; what is about all rows stands at the top."""
        found = ROW.fullmatch(problem.field or "")
        if found is None:
            return None if problem.field in ROW_LISTS else super()._field_of(problem)
        field: Field = self._written(found[1])[int(found[2])][found[3]]
        return field


PLAIN = (
    *("name", "purpose", "range_words", "feet_words", "knees_words", "tempo_there", "tempo_back", "figure"),
    *("mistake_name", "mistake_see", "mistake_fix", "mistake_test"),
)
LINES = ("setup", "steps", "cues", "stop_if", "easier", "harder", "equipment")


def rearranged(sent: MultiDict[str, str], act: str) -> MultiDict[str, str]:
    """The form as it was sent, with a row of one of its lists added, taken out or moved ("up:faults:1")."""
    verb, _, rest = act.partition(":")
    name, _, which = rest.partition(":")
    rows = ROW_LISTS.get(name)
    return rows.rearranged(sent, f"{verb}:{which}" if which else verb) if rows else sent


def shown_marks(words: MoveWords) -> str:
    """The marks of a move as its page brings them along."""
    return json.dumps(marks_of(words), separators=(",", ":"))


def settled(form: MoveWordsForm, sent: Mapping[str, str], differs: list[str]) -> dict[str, str]:
    """What counts as seen once somebody chose, of each field that differs, which text to keep.

    Theirs: as if this form had changed nothing. Mine: as if it had been opened on theirs, which was seen.
    """
    seen, mine = form.marks(), marks_of(form.words())
    for name in differs:
        seen[name] = sent.get(f"{THEIRS}-{name}", "") if sent.get(f"pick-{name}") == MINE else mine[name]
    return seen


def wanted_from(args: Mapping[str, str]) -> MoveFilter:
    """The filter that an address names; anything unknown is left out."""
    number = args.get("page", "")
    return MoveFilter(
        text=searched(args.get("q", "")),
        tag=searched(args.get("tag", "")),
        position=BodyPosition(args["position"]) if args.get("position") in POSITION_WORDS else None,
        shown=Shown(args["shown"]) if args.get("shown") in SHOWN_WORDS else Shown.OFFERED,
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 5 else 1,
    )


def address_parts(wanted: MoveFilter) -> dict[str, str]:
    """What the library's address says of a filter, without the page; empty for the library as it opens."""
    parts = {
        "q": wanted.text,
        "tag": wanted.tag,
        "position": wanted.position.value if wanted.position else "",
        "shown": "" if wanted.shown is Shown.OFFERED else wanted.shown.value,
    }
    return {name: value for name, value in parts.items() if value}


def filter_fields(wanted: MoveFilter, tags: list[str]) -> dict[str, dict[str, Any]]:
    """The fields of the filter bar, holding what is wanted now."""
    here = [*tags, *([wanted.tag] if wanted.tag and wanted.tag not in tags else [])]
    return {
        "q": _bar_field("q", "Name, what it is for, cue or equipment", wanted.text),
        "tag": _bar_field("tag", "Tag", wanted.tag, [("", "All"), *((tag, tag) for tag in here)]),
        "position": _bar_field(
            "position", "Position", wanted.position or "", [("", "Any"), *POSITION_WORDS.items()]
        ),
        "shown": _bar_field("shown", "Show", wanted.shown.value, list(SHOWN_WORDS.items())),
    }


def _bar_field(
    name: str, label: str, data: str, choices: list[tuple[str, str]] | None = None
) -> dict[str, Any]:
    field: dict[str, Any] = {"id": name, "name": name, "label": label, "data": data}
    return field if choices is None else field | {"choices": choices}


def _form_data(words: MoveWords) -> dict[str, Any]:
    video, second = words.video, words.mistake_second
    return {
        **{name: getattr(words, name) for name in PLAIN},
        **{name: "\n".join(getattr(words, name)) for name in LINES},
        "seen": shown_marks(words),
        "body_position": words.body_position or "",
        "tags": ", ".join(words.tags),
        "video": videos.watch_url(video.provider, video.id) if video else "",
        "mistake_faults": list(words.mistake_faults),
        "mistake_second": "" if second is None else videos.clock(second),
        "faults": [{name: getattr(each, name) for name in each.__slots__} for each in words.faults],
        "uses": [{name: getattr(each, name) for name in each.__slots__} for each in words.uses],
    }
