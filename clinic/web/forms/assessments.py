"""Forms of assessments: beginning one, a section as a sheet of fields, two sheets as one, signing."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired

from clinic.domain.cleaning import many_lines, printable
from clinic.domain.findings import Entry, Unread, enter, spelled
from clinic.domain.standing_out import normal_value
from clinic.domain.types import Side
from clinic.services.assessments.drafts import NOTE, FieldCollision, FieldEdit
from clinic.services.assessments.layout import Layout
from clinic.services.assessments.sheets import SectionSheet
from clinic.web.forms.base import Form
from clinic.web.forms.fields import DatePartsField, LongTextField, VersionField

MOST_STRANGERS = 5  # named on the page; there may be thousands
OWN = frozenset({"csrf_token", "seen", "note", "act", "as_normal"})
MINE, THEIRS = "mine", "theirs"


class BeginForm(Form):
    """Which battery, and when it was taken."""

    battery = RadioField("Battery", [InputRequired("Choose a battery.")])
    taken_on = DatePartsField("Date taken", required="Enter the day it was taken.")


class SectionForm(Form):
    """What a section's page holds besides its sheet; `seen` is what its fields held when it was opened."""

    seen = HiddenField()
    note = LongTextField("Note", longest=2000, render_kw={"maxlength": 2000})

    def base(self) -> dict[str, str]:
        """What each field held when the page was opened; nothing where it came back unreadable."""
        try:
            told = json.loads(self.seen.data or "{}")
        except (ValueError, RecursionError):
            return {}
        return {str(name): str(text) for name, text in told.items()} if isinstance(told, dict) else {}

    def shows(self, texts: Mapping[str, str]) -> None:
        """Carry what the fields hold now, for the next time the page comes back."""
        self.seen.data, self.seen.raw_data = json.dumps(texts, separators=(",", ":")), None


class DayForm(Form):
    """The day a draft was taken; `was` is the one the page showed."""

    was = HiddenField()
    taken_on = DatePartsField("Date taken", required="Enter the day it was taken.")

    def shown(self) -> date:
        """The day that the page showed; one that no assessment has, where it came back unreadable."""
        try:
            return date.fromisoformat(self.was.data or "")
        except ValueError:
            return date.min


class SignForm(Form):
    """A name under an assessment, over the version that was read."""

    version = VersionField()
    confirmed = BooleanField(
        "I have read these findings and sign them as mine",
        [InputRequired("Tick the box: your name stands under these findings.")],
    )


class DiscardForm(Form):
    """Throwing a draft away, over the version that was read."""

    version = VersionField()


@dataclass(frozen=True, slots=True)
class Choices:
    """Fields that two people filled in differently, and which of the two was chosen for each."""

    collided: Mapping[str, FieldCollision]
    picked: Mapping[str, str]

    @property
    def missing(self) -> list[str]:
        """The fields that nothing was chosen for."""
        return [name for name in self.collided if self.picked.get(name) not in (MINE, THEIRS)]

    @property
    def mine(self) -> dict[str, Entry]:
        """What the one who chooses had filled in."""
        return {name: each.mine for name, each in self.collided.items() if each.mine is not None}

    def edits(self) -> dict[str, FieldEdit]:
        """What is changed by choosing so."""
        return {
            name: FieldEdit(spelled(each.theirs), each.mine)
            for name, each in self.collided.items()
            if self.picked.get(name) == MINE
        }


def read_sheet(form: MultiDict[str, str], laid: Layout) -> SectionSheet:
    """A sheet as it was sent; every field of it is read, so that all that is wrong is said at once."""
    misplaced, strangers = _misplaced(form, laid)
    read = {
        name: enter(spot.field, [printable(each)[:600] for each in form.getlist(name)])
        for name, spot in laid.spots.items()
    }
    entries = {name: entry for name, entry in read.items() if entry is not None}
    marked = frozenset(form.getlist("as_normal")) & entries.keys()
    as_normal = frozenset(name for name in marked if entries[name] == normal_value(laid.spots[name].field))
    foreign = any(isinstance(each, Unread) and not each.is_slip for each in entries.values())
    return SectionSheet(entries, as_normal, misplaced, strangers, bool(misplaced or strangers or foreign))


def read_choices(form: MultiDict[str, str], laid: Layout) -> Choices:
    """What was chosen where two people filled in the same field differently."""

    def version(of: str, name: str) -> Entry | None:
        text = many_lines(form.get(f"{of}-{name}", ""))
        return (text or None) if name == NOTE else enter(laid.spots[name].field, [text])

    names = [name for name in form.getlist("differs") if name in laid.spots or name == NOTE]
    collided = {name: FieldCollision(version(MINE, name), version(THEIRS, name)) for name in names}
    return Choices(collided, {name: form.get(f"pick-{name}", "") for name in names})


def _misplaced(form: MultiDict[str, str], laid: Layout) -> tuple[dict[str, str], tuple[str, ...]]:
    problems: dict[str, str] = {}
    strangers = []
    for name in form:
        if name in laid.spots or name in OWN:
            continue
        stem = name.rpartition("-")[0]
        alike = (spot for each, spot in laid.spots.items() if each.rpartition("-")[0] in (stem, name))
        near = next(alike, None)
        if near is None:
            strangers.append(printable(name)[:60])
        elif near.place.side is Side.NONE:
            problems[near.name] = "This is recorded once, without a side."
        else:
            problems[near.name] = "Say which side: left or right."
    return problems, tuple(strangers[:MOST_STRANGERS])
