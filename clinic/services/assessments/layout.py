"""A section of an assessment as fields with names: what is asked, and what is asked once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace

from clinic.domain.assessment import BatteryItem, Field
from clinic.domain.findings import Place
from clinic.domain.spots import Spot, in_section, spots_of
from clinic.domain.types import Section, Side
from clinic.models import Assessment
from clinic.services.assessments import reading

SHARED = "section"  # stands for a test where something is asked once for a whole section


@dataclass(frozen=True, slots=True)
class Layout:
    """The fields of one section by name.

    `shared` are asked once for several tests; `follows` says which field of a test takes which of them over.
    """

    section: Section
    items: tuple[BatteryItem, ...]
    shared: tuple[Field, ...]
    spots: Mapping[str, Spot]
    follows: Mapping[str, str]


def layout(assessment: Assessment, section: Section) -> Layout:
    """The fields of a section."""
    items = in_section(reading.items_of(assessment), section)
    return lay_out(section, items)


def lay_out(section: Section, items: tuple[BatteryItem, ...]) -> Layout:
    """The fields of some tests; a position or a device that several ask for alike is asked once."""
    shared = _shared(items)
    spots = {spot.name: spot for spot in spots_of(items)}
    follows = {
        name: shared_name(each)
        for name, spot in spots.items()
        for each in shared
        if (spot.field.id, spot.field.options, spot.field.per_side) == (each.id, each.options, False)
    }
    asked = {shared_name(each): _shared_spot(items, each) for each in shared}
    return Layout(section, items, shared, asked | spots, follows)


def _shared(items: tuple[BatteryItem, ...]) -> tuple[Field, ...]:
    ways = [each for item in items for each in item.fields if each.way and each.options and not each.per_side]
    found = []
    for key in dict.fromkeys(each.id for each in ways):
        alike = [each for each in ways if each.id == key]
        options, asked = Counter(each.options for each in alike).most_common(1)[0]
        if asked > 1:
            found.append(next(each for each in alike if each.options == options))
    return tuple(found)


def shared_name(each: Field) -> str:
    """The name of the field that is asked once for the whole section."""
    return Place(SHARED, each.id, Side.NONE).name


def _shared_spot(items: tuple[BatteryItem, ...], each: Field) -> Spot:
    test = replace(items[0].test, id=SHARED, name="For the whole section", fields=(each,))
    return Spot(Place(SHARED, each.id, Side.NONE), test, each)
