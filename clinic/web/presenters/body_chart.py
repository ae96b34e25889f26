"""The body to press: which part of the drawing stands for which field, and for which answer to "where".

The drawing is ours: legs and pelvis from the front and from behind, on a sheet of 240 by 372 units, its
middle at 120. Parts are given for the half at the viewer's right and mirrored; they reach beyond the outline,
so that a narrow shin is no narrow target. Levels lie round the points that the catalogue's tests name, not
over whole dermatomes, which texts draw differently.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from clinic.domain.assessment import BatteryItem, Field
from clinic.domain.types import FieldKind, Side
from clinic.services.assessments.layout import Layout

WIDTH, HEIGHT, MIDDLE = 240, 372, 120
OUTLINE = (
    "M120 5 L160 5 C160 22 172 38 177 66 C181 96 179 140 174 178 C171 196 179 214 178 240 "
    "C176 272 165 296 165 320 C165 334 181 346 181 358 C181 366 170 369 158 369 C148 369 144 364 145 352 "
    "C146 340 148 332 147 320 C145 298 138 274 139 246 C139 228 145 212 143 192 C140 158 131 128 125 106 "
    "C124 103 122 101 120 100"
)
FRONT, BACK = "front", "back"
VIEWS = {FRONT: "From the front", BACK: "From behind"}
REDUCED = "reduced"  # an answer that only fields of feeling have

Points = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class BodyPart:
    """A part of the drawing at the viewer's right, and where its words stand."""

    view: str
    points: Points
    words: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Region:
    """A part on one side of the body; `target` is the field it sets, or the answer that it is."""

    target: str
    side: Side
    name: str
    short: str
    points: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class View:
    """The body from one side, with its parts; `left_first` where the body's left is at the viewer's left."""

    key: str
    title: str
    left_first: bool
    regions: tuple[Region, ...]


@dataclass(frozen=True, slots=True)
class BodyChart:
    """A body for one test, or for a question after the place of pain."""

    key: str
    views: tuple[View, ...]


LEVELS: Mapping[str, tuple[BodyPart, ...]] = {
    "l1": (BodyPart(FRONT, ((120, 96), (188, 48), (196, 80), (120, 128)), (152, 90)),),
    "l2": (BodyPart(FRONT, ((112, 130), (196, 82), (196, 146), (112, 158)), (160, 132)),),
    "l3": (BodyPart(FRONT, ((112, 158), (196, 146), (196, 216), (112, 216)), (158, 188)),),
    "l4": (BodyPart(FRONT, ((120, 216), (160, 216), (156, 334), (120, 334)), (147, 262)),),
    "l5": (
        BodyPart(FRONT, ((160, 216), (206, 216), (206, 372), (128, 372), (128, 334), (156, 334)), (168, 262)),
    ),
    "s1": (
        BodyPart(BACK, ((156, 222), (206, 222), (206, 372), (126, 372), (126, 330), (156, 330)), (168, 262)),
    ),
    "s2": (BodyPart(BACK, ((112, 118), (196, 118), (196, 222), (112, 222)), (158, 186)),),
}
PLACES: Mapping[str, tuple[BodyPart, ...]] = {
    "groin": (BodyPart(FRONT, ((120, 60), (150, 44), (158, 84), (124, 124), (120, 124)), (136, 88)),),
    "lateral_hip": (BodyPart(FRONT, ((150, 44), (206, 30), (206, 110), (160, 110), (158, 84)), (168, 80)),),
    "thigh_anterior": (
        BodyPart(FRONT, ((112, 126), (160, 110), (206, 110), (206, 196), (112, 196)), (158, 150)),
    ),
    "low_back": (BodyPart(BACK, ((120, 0), (200, 0), (200, 34), (120, 34)), (146, 22)),),
    "sij": (BodyPart(BACK, ((120, 34), (150, 34), (144, 78), (120, 78)), (133, 58)),),
    "buttock": (
        BodyPart(
            BACK, ((150, 34), (206, 34), (206, 118), (112, 118), (112, 104), (120, 78), (144, 78)), (152, 98)
        ),
    ),
    "thigh_posterior": (BodyPart(BACK, ((112, 118), (206, 118), (206, 204), (112, 204)), (157, 162)),),
    "leg_below_knee": (
        BodyPart(FRONT, ((112, 196), (206, 196), (206, 322), (112, 322)), (159, 254)),
        BodyPart(BACK, ((112, 204), (206, 204), (206, 322), (112, 322)), (159, 254)),
    ),
    "foot": (
        BodyPart(FRONT, ((112, 322), (206, 322), (206, 372), (112, 372)), (160, 352)),
        BodyPart(BACK, ((112, 322), (206, 322), (206, 372), (112, 372)), (160, 352)),
    ),
}
SHORT_PLACES = {
    "lateral_hip": "Hip",
    "sij": "SIJ",
    "low_back": "Back",
    "thigh_anterior": "Thigh",
    "thigh_posterior": "Thigh",
    "leg_below_knee": "Leg",
}


def charts(laid: Layout) -> dict[str, BodyChart]:
    """The bodies of a section's tests, by test."""
    found = {}
    for item in laid.items:
        felt = [field for field in item.fields if field.id in LEVELS and _is_felt(field)]
        if len(felt) > 1:
            found[item.test.id] = BodyChart(item.test.id, tuple(_felt_views(item, felt)))
    return found


def places(laid: Layout) -> BodyChart | None:
    """The body that a place of pain is pressed on, where a test of the section asks for one."""
    asked = next((field for item in laid.items for field in item.fields if is_place(field)), None)
    if asked is None:
        return None
    parts = [(code, words, code, PLACES[code]) for code, words in asked.options if code in PLACES]
    return BodyChart("places", tuple(_views(parts, SHORT_PLACES, by_field=False)))


def is_place(field: Field) -> bool:
    """Whether a field asks where on the body."""
    return field.kind is FieldKind.CHOICE and sum(code in PLACES for code, _ in field.options) > 2


def _is_felt(field: Field) -> bool:
    return field.per_side and any(code == REDUCED for code, _ in field.options)


def _felt_views(item: BatteryItem, felt: list[Field]) -> Iterator[View]:
    parts = [(f"{item.test.id}-{each.id}", each.label, each.id, LEVELS[each.id]) for each in felt]
    yield from _views(parts, {each.id: each.id.upper() for each in felt}, by_field=True)


def _views(
    parts: list[tuple[str, str, str, tuple[BodyPart, ...]]], short: Mapping[str, str], *, by_field: bool
) -> Iterator[View]:
    for view, title in VIEWS.items():
        regions = tuple(
            _region(target, words, short.get(key, words), part, side, by_field=by_field)
            for target, words, key, each in parts
            for part in each
            if part.view == view
            for side in (Side.RIGHT, Side.LEFT)
        )
        if regions:
            yield View(view, title, view == BACK, regions)


def _region(target: str, words: str, short: str, part: BodyPart, side: Side, *, by_field: bool) -> Region:
    # from the front the body's left is at the viewer's right; from behind it is not
    mirrored = (side is Side.RIGHT) == (part.view == FRONT)
    across = [(WIDTH - x if mirrored else x, y) for x, y in part.points]
    return Region(
        target=f"{target}-{side.value}" if by_field else target,
        side=side,
        name=f"{words}, {side.value}",
        short=short,
        points=" ".join(f"{x},{y}" for x, y in across),
        x=WIDTH - part.words[0] if mirrored else part.words[0],
        y=part.words[1],
    )
