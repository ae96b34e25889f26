"""Forms of assessments: beginning one, one section as a sheet of fields, signing, discarding."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from werkzeug.datastructures import MultiDict
from wtforms import BooleanField, HiddenField, RadioField
from wtforms.validators import InputRequired

from clinic.catalogue.assessment import BatteryItem
from clinic.domain.errors import RuleBroken
from clinic.domain.findings import Place, Value, read, written
from clinic.domain.types import Side
from clinic.services.assessment_reading import Spot, Values, normal_value, spots
from clinic.web.forms.base import Form
from clinic.web.forms.fields import DatePartsField, LongTextField, VersionField, printable

MOST_STRANGERS = 5  # named on the page; there may be thousands
OWN = frozenset({"csrf_token", "seen", "note", "act"})


class BeginForm(Form):
    """Which battery, and when it was taken."""

    battery = RadioField("Battery", [InputRequired("Choose a battery.")])
    taken_on = DatePartsField("Date taken", required="Enter the day it was taken.")


class SectionForm(Form):
    """What a section's page holds besides its sheet; `seen` is what the page showed when it was opened."""

    seen = HiddenField()
    note = LongTextField("Note", longest=2000)


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
class Sheet:
    """The fields of a section: as typed, as values, and what is wrong with them.

    `strangers` are names of fields that the page does not have.
    """

    typed: Mapping[Place, list[str]]
    values: Values
    problems: Mapping[Place, str] = field(default_factory=dict)
    strangers: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether it can be saved."""
        return not self.problems and not self.strangers


def name_of(place: Place) -> str:
    """The name, and the id, of a place's field."""
    return "-".join(place)


def stored_sheet(items: Iterable[BatteryItem], values: Values) -> Sheet:
    """A sheet that shows what is stored."""
    known = {spot.place: spot.field for spot in spots(items)}
    typed = {place: written(known[place], value) for place, value in values.items() if place in known}
    return Sheet(typed, values)


def read_sheet(form: MultiDict[str, str], items: Iterable[BatteryItem]) -> Sheet:
    """A sheet as it was sent; every field of it is read, so that all that is wrong is said at once."""
    known = {name_of(spot.place): spot for spot in spots(items)}
    typed: dict[Place, list[str]] = {}
    values: dict[Place, Value] = {}
    problems, strangers = _misplaced(form, known)
    for name, spot in known.items():
        given = [text for each in form.getlist(name) if (text := printable(each).strip()[:600])]
        if not given:
            continue
        typed[spot.place] = given
        try:
            value = read(spot.field, given)
        except RuleBroken as problem:
            problems[spot.place] = problem.message
        else:
            if value is not None:
                values[spot.place] = value
    return Sheet(typed, values, problems, strangers)


def fill_normal(sheet: Sheet, items: Iterable[BatteryItem], test_key: str) -> tuple[Sheet, int]:
    """The sheet with what is empty in one test filled as normal; and how many fields that were."""
    added: dict[Place, Value] = {}
    typed = dict(sheet.typed)
    for spot in spots(item for item in items if item.test.id == test_key):
        value = normal_value(spot.field)
        if value is None or spot.place in typed:
            continue
        added[spot.place] = value
        typed[spot.place] = written(spot.field, value)
    return replace(sheet, typed=typed, values={**sheet.values, **added}), len(added)


def merged(mine: Sheet, stored: Values, items: Iterable[BatteryItem]) -> Sheet:
    """Two people's sheets as one: what was typed here stands, and what was left empty is taken over."""
    theirs = stored_sheet(items, stored)
    return replace(mine, typed={**theirs.typed, **mine.typed}, values={**theirs.values, **mine.values})


def _misplaced(
    form: MultiDict[str, str], known: Mapping[str, Spot]
) -> tuple[dict[Place, str], tuple[str, ...]]:
    problems: dict[Place, str] = {}
    strangers = []
    by_field: dict[tuple[str, str], Spot] = {}
    for spot in known.values():
        by_field.setdefault((spot.place.test, spot.place.field), spot)
    for name in form:
        if name in known or name in OWN:
            continue
        test, _, rest = name.partition("-")
        near = by_field.get((test, rest.partition("-")[0]))
        if near is None:
            strangers.append(printable(name)[:60])
        elif near.place.side is Side.NONE:
            problems[near.place] = "This is recorded once, without a side."
        else:
            problems[near.place] = "Say which side: left or right."
    return problems, tuple(strangers[:MOST_STRANGERS])
