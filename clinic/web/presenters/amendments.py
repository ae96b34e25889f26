"""Amendments in words: what was signed, what it reads now, why, by whom and when."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.amendments import AddedAmendment
from clinic.domain.findings import Place, Value
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import FieldKind, Side
from clinic.services.assessments.history import AssessmentRecord
from clinic.web.presenters.assessments import SIDE_WORDS, field_name, keyboard, value_words

NOTHING = "nothing recorded"


@dataclass(frozen=True, slots=True)
class AmendmentWords:
    """One amendment as it is read; place is empty where it is a note alone."""

    place: str
    was: str
    now: str
    note: str
    reason: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class PlaceWords:
    """One place that may be amended, with what stands there."""

    key: str
    name: str
    stands: str
    unit: str
    control: str
    keyboard: str


@dataclass(frozen=True, slots=True)
class TestPlaces:
    """The places of one test."""

    name: str
    places: tuple[PlaceWords, ...]


def told(record: AssessmentRecord, added: Iterable[AddedAmendment], mistake: str) -> list[AmendmentWords]:
    """The amendments of an assessment, oldest first."""
    spots = {spot.place: spot for spot in spots_of(record.items)}
    return [_told(each, spots.get(each.place) if each.place else None, mistake) for each in added]


def places(record: AssessmentRecord, mistake: str) -> list[TestPlaces]:
    """Every place of an assessment, test by test."""
    return [
        TestPlaces(item.test.name, tuple(_places(record, item.test.id, mistake))) for item in record.items
    ]


def place(spot: Spot, stands: Value | None, mistake: str) -> PlaceWords:
    """One place, with what stands there now."""
    return PlaceWords(
        key=spot.name,
        name=field_name(spot.test, spot.field, spot.place.side),
        stands=_words(spot, stands, mistake),
        unit="/10" if spot.field.kind is FieldKind.PAIN else spot.field.unit,
        control=_control(spot),
        keyboard=keyboard(spot.field),
    )


def _places(record: AssessmentRecord, test: str, mistake: str) -> Iterator[PlaceWords]:
    for spot in spots_of(item for item in record.items if item.test.id == test):
        side = SIDE_WORDS[spot.place.side].lower()
        name = f"{spot.field.label}{f', {side}' if side else ''}"
        stands = _words(spot, record.values.get(spot.place), mistake)
        yield PlaceWords(spot.name, name, stands, spot.field.unit, _control(spot), keyboard(spot.field))


def _told(added: AddedAmendment, spot: Spot | None, mistake: str) -> AmendmentWords:
    name = was = now = ""
    if added.place is not None:
        name = field_name(spot.test, spot.field, added.place.side) if spot else _unknown(added.place)
        was, now = (_words(spot, value, mistake) for value in (added.old, added.new))
    return AmendmentWords(name, was, now, added.note, added.reason, added.by, added.at)


def _words(spot: Spot | None, value: Value | None, mistake: str) -> str:
    if value is None:
        return NOTHING
    return value_words(spot.field, value, mistake) if spot else str(value)


def _unknown(at: Place) -> str:
    side = f", {at.side}" if at.side is not Side.NONE else ""
    return f"{at.test}, {at.field}{side}".replace("_", " ")


def _control(spot: Spot) -> str:
    field = spot.field
    if field.kind is FieldKind.FAULTS:
        return "checks"
    if field.options and (not field.is_numeric or field.kind is FieldKind.GRADE):
        return "radios"
    return "number" if field.is_numeric else "text"
