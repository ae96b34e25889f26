"""Pictures of the shelf's moves between two poses, each fitted to its sheet."""

from __future__ import annotations

from typing import NamedTuple

from clinic.catalogue.figures.geometry import Point, bowed, laid, polyline
from clinic.catalogue.figures.lying import OnBackBody, OnBackPose, OnSideBody, OnSidePose
from clinic.catalogue.figures.panels import PANEL, heading, mark_place
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.people import (
    on_back,
    on_back_ghost,
    on_side,
    on_side_ghost,
    side_ghost,
    side_person,
)
from clinic.catalogue.figures.posed_moves import POSED_MOVES, Pose, PosedFault, PosedMove, midway
from clinic.catalogue.figures.side import SideBody, stand

MARGIN, HEADING = 14, 40
WIDE, HIGH = 360, 306
LINES = {"back", "hollow"}  # faults that a line along the back shows
LOW = {"feet", "knees", "legs"}
Body = SideBody | OnBackBody | OnSideBody


class Panel(NamedTuple):
    """A part of a sheet with a floor of its own."""

    left: int
    top: int
    width: int
    floor: int
    scale: float
    middle: float  # the person's place that stands in the middle


class Extent(NamedTuple):
    """How far a move reaches on its paper, from its start to its end with the things around it."""

    left: float
    right: float
    top: float
    bottom: float

    @property
    def middle(self) -> float:
        """Give what stands in the middle."""
        return (self.left + self.right) / 2

    def scale(self, width: float, height: float) -> float:
        """Say how large it may be drawn."""
        return min(width / (self.right - self.left), height / (self.bottom - self.top))


def whole(key: str) -> DrawingSheet:
    """Draw start as a ghost and end solid, with the way between them."""
    move = POSED_MOVES[key]
    sheet, panel = _single(move)
    _both(sheet, move, panel)
    return sheet


def between(key: str, share: float) -> DrawingSheet:
    """Draw one moment on the way from start to end, over the ghost of the start."""
    move = POSED_MOVES[key]
    sheet, panel = _single(move)
    _set(sheet, move, panel)
    ghost(sheet, body_of(move.start))
    person(sheet, body_of(midway(move.start, move.end, share)))
    return sheet


def row(key: str) -> DrawingSheet:
    """Draw the same for a small square, heavier."""
    move = POSED_MOVES[key]
    reach = _extent(move, ways=True)
    sheet = DrawingSheet(320, 320, stroke=4.5)
    scale = min(move.largest, reach.scale(304, 300))
    floor = 320 if move.lowest < 0 else round(160 + (reach.bottom - reach.top) * scale / 2)
    _both(sheet, move, Panel(0, 0, 320, floor, scale, reach.middle))
    return sheet


def steps(key: str) -> DrawingSheet:
    """Draw start and end beside each other, or one above the other where they lie."""
    move = POSED_MOVES[key]
    sheet, panels = _panels(move)
    for panel, pose, words in zip(panels, (move.start, move.end), move.words, strict=True):
        _person(sheet, move, panel, pose)
        heading(sheet, panel.left, words, width=panel.width, top=panel.top)
    return sheet


def fault(key: str, name: str) -> DrawingSheet:
    """Draw the right pose and a fault, the differing part in amber."""
    move = POSED_MOVES[key]
    case = move.faults[name]
    sheet, (first, second) = _panels(move, case.pose)
    right = _person(sheet, move, first, case.beside or move.end)
    heading(sheet, first.left, case.right, "tick", first.width, first.top)
    if isinstance(right, SideBody) and LINES & set(case.amber):
        _long_back(sheet, right)
    wrong = _person(sheet, move, second, case.pose, case.amber)
    heading(sheet, second.left, case.wrong, "caution", second.width, second.top)
    if isinstance(wrong, SideBody) and LINES & set(case.amber):
        sheet.line("fig-caution", sheet.curve(wrong.back(22, 82), closed=False), 2.4)
    _point_out(sheet, second, case, sheet.on(wrong.place_of(case.amber[0])), move.lies)
    return sheet


def _single(move: PosedMove) -> tuple[DrawingSheet, Panel]:
    reach = _extent(move, ways=True)
    scale = min(move.largest, reach.scale(WIDE - 2 * MARGIN, 320))
    margin = 0 if move.lowest < 0 else MARGIN
    sheet = DrawingSheet(WIDE, round((reach.bottom - reach.top) * scale) + MARGIN + margin)
    return sheet, Panel(0, 0, WIDE, sheet.height - margin, scale, reach.middle)


def _panels(move: PosedMove, *others: Pose) -> tuple[DrawingSheet, tuple[Panel, Panel]]:
    reach = _extent(move, *others)
    if not move.lies:
        margin = 0 if move.lowest < 0 else MARGIN
        scale = min(0.8 * move.largest, reach.scale(PANEL - 20, HIGH - HEADING - margin))
        height = HEADING + round((reach.bottom - reach.top) * scale) + margin
        sides = [Panel(left, 0, PANEL, height - margin, scale, reach.middle) for left in (0, PANEL)]
        return DrawingSheet(WIDE, height, stroke=2.8), (sides[0], sides[1])
    scale = min(move.largest, reach.scale(WIDE - 2 * MARGIN, 200))
    height = HEADING + round((reach.bottom - reach.top) * scale) + MARGIN
    rows = [Panel(0, top, WIDE, top + height - MARGIN, scale, reach.middle) for top in (0, height)]
    return DrawingSheet(WIDE, 2 * height, stroke=2.8), (rows[0], rows[1])


def _both(sheet: DrawingSheet, move: PosedMove, panel: Panel) -> None:
    _set(sheet, move, panel)
    ghost(sheet, body_of(move.start))
    person(sheet, body_of(move.end))
    for way in move.ways:
        a, b = sheet.on(way.start), sheet.on(way.end)
        path, lean = bowed(a, b, way.bow)
        sheet.arrow("fig-accent", path, b, lean)


def _person(
    sheet: DrawingSheet, move: PosedMove, panel: Panel, pose: Pose, amber: tuple[str, ...] = ()
) -> Body:
    _set(sheet, move, panel)
    body = body_of(pose)
    person(sheet, body, amber)
    return body


def _set(sheet: DrawingSheet, move: PosedMove, panel: Panel) -> None:
    """Draw floor and things, and put the person in the panel's middle."""
    if move.lowest == 0:
        sheet.floor(panel.left + MARGIN, panel.left + panel.width - MARGIN, panel.floor)
    sheet.lying = move.from_above
    middle = panel.left + panel.width / 2
    sheet.at(middle - panel.middle * panel.scale, panel.floor - 2 - move.lowest * panel.scale, panel.scale)
    for thing in move.things:
        sheet.area("fig-prop", polyline([sheet.on(Point(x, y)) for x, y in thing], closed=True))


def body_of(pose: Pose) -> Body:
    """Build the body of a pose."""
    if isinstance(pose, OnBackPose):
        return OnBackBody(pose)
    return OnSideBody(pose) if isinstance(pose, OnSidePose) else stand(pose)


def person(sheet: DrawingSheet, body: Body, amber: tuple[str, ...] = ()) -> None:
    """Draw the person as the pose asks."""
    if isinstance(body, OnBackBody):
        on_back(sheet, body, amber)
    elif isinstance(body, OnSideBody):
        on_side(sheet, body, amber)
    else:
        side_person(sheet, body, amber)


def ghost(sheet: DrawingSheet, body: Body) -> None:
    """Draw where the person started, pale."""
    if isinstance(body, OnBackBody):
        on_back_ghost(sheet, body)
    elif isinstance(body, OnSideBody):
        on_side_ghost(sheet, body)
    else:
        side_ghost(sheet, body)


def _extent(move: PosedMove, *others: Pose, ways: bool = False) -> Extent:
    bodies = [body_of(pose) for pose in (move.start, move.end, *others)]
    points = [p for body in bodies for outline in body.outlines() for p in outline]
    points += [Point(x, y) for thing in move.things for x, y in thing]
    points += [p for way in move.ways for p in (way.start, way.end) if ways]
    points = [laid(p) for p in points] if move.from_above else points
    seen = [p for p in points if p.y <= move.lowest]
    return Extent(min(p.x for p in seen), max(p.x for p in seen), min(p.y for p in seen), move.lowest)


def _long_back(sheet: DrawingSheet, body: SideBody) -> None:
    low, high = body.pelvis.place(-32, 6), body.along(90).place(-26, 0)
    sheet.line("fig-still", polyline([sheet.on(low), sheet.on(high)]), 1, dashed=True)


def _point_out(sheet: DrawingSheet, panel: Panel, case: PosedFault, end: Point, lies: bool) -> None:
    """Lead from the words to the part: from above, or round the body to what is low."""
    start = mark_place(sheet, panel.left, case.wrong, panel.width, panel.top).moved(0, 14)
    if lies:
        sheet.leader("fig-caution", Point(end.x, start.y), end)
    elif case.amber[0] in LOW:
        edge = panel.left + (10 if end.x < panel.left + panel.width / 2 else panel.width - 10)
        sheet.leader("fig-caution", Point(edge, start.y), Point(edge, end.y), end)
    else:
        sheet.leader("fig-caution", start, end)
