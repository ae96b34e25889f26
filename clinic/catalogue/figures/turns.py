"""Pictures of the small standing hip turns: the person from the front, feet and pelvis from above."""

from collections.abc import Callable

from clinic.catalogue.figures.front import FrontBody, FrontPose, PlanBody
from clinic.catalogue.figures.geometry import Point, direction, number, numbers, polar, polyline
from clinic.catalogue.figures.panels import PANEL, heading, mark_place
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.people import (
    front_legs,
    front_pelvis,
    front_person,
    front_shirt,
    front_still,
    front_upper,
    plan_person,
)
from clinic.catalogue.figures.poses import FACING, TURN_FAULTS, TURNED_LEFT, TURNED_RIGHT, TurnFault

SHARED = "still"


def whole() -> DrawingSheet:
    """Draw the person from the front and, larger, feet, pelvis and chest from above."""
    sheet = DrawingSheet(360, 336)
    sheet.floor(16, 184, 322)
    sheet.at(100, 318, 1)
    front_person(sheet, FrontBody(TURNED_LEFT))
    _around_pelvis(sheet)
    sheet.at(268, 160, 1)
    _plan(sheet, PlanBody(TURNED_LEFT, Point(0, 0), 1.85))
    plan_words(sheet)
    return sheet


def row() -> DrawingSheet:
    """Draw the same for a small square, heavier and without words."""
    sheet = DrawingSheet(320, 320, stroke=4.5)
    sheet.floor(16, 160, 312)
    sheet.at(88, 307, 0.98)
    front_person(sheet, FrontBody(TURNED_LEFT))
    _around_pelvis(sheet)
    sheet.at(238, 190, 1)
    _plan(sheet, PlanBody(TURNED_LEFT, Point(0, 0), 1.7))
    return sheet


def steps() -> DrawingSheet:
    """Draw the middle, the turn to the left and the turn to the right."""
    sheet = DrawingSheet(360, 360, stroke=2.6)
    panels = ((FACING, "1. Start"), (TURNED_LEFT, "2. Left"), (TURNED_RIGHT, "3. Right"))
    sheet.at(60, 264, 0.74)
    sheet.share(SHARED, lambda: front_still(sheet, FrontBody(FACING)))
    for i, (pose, words) in enumerate(panels):
        left = i * 120
        sheet.floor(left + 10, left + 110, 266)
        sheet.repeat(SHARED, left)
        sheet.at(left + 60, 264, 0.74)
        front_pelvis(sheet, FrontBody(pose))
        sheet.at(left + 60, 306, 1)
        _plan(sheet, PlanBody(pose, Point(0, 0), 1.05))
        heading(sheet, left, words, width=120)
    return sheet


def fault(key: str) -> DrawingSheet:
    """Draw the right turn beside a fault, the differing part in amber in both views."""
    case = TURN_FAULTS[key]
    sheet = DrawingSheet(360, 386, stroke=2.8)
    heading(sheet, 0, case.right, "tick")
    heading(sheet, PANEL, case.wrong, "caution")
    _panel(sheet, 0, TURNED_LEFT)
    _panel(sheet, PANEL, case.pose, case.amber)
    _point_out(sheet, case)
    return sheet


def _panel(sheet: DrawingSheet, left: int, pose: FrontPose, amber: tuple[str, ...] = ()) -> None:
    sheet.floor(left + 12, left + 168, 282)
    sheet.at(left + 92, 279, 0.78)
    body = FrontBody(pose)
    _once(sheet, "legs", left, "feet" in amber or pose.slide != 0, lambda: front_legs(sheet, body, amber))
    _once(sheet, "shirt", left, "trunk" in amber or pose.slide != 0, lambda: front_shirt(sheet, body, amber))
    front_pelvis(sheet, body, "fig-caution-fill" if "pelvis" in amber else "fig-pelvis")
    _once(sheet, "upper", left, "trunk" in amber, lambda: front_upper(sheet, body, amber))
    sheet.at(left + 92, 325, 1)
    _plan(sheet, PlanBody(pose, Point(0, 0), 1.25), amber)


def _once(sheet: DrawingSheet, name: str, left: int, differs: bool, draw: Callable[[], None]) -> None:
    """Draw a part in the first panel; in the second, repeat it unless the fault changes it."""
    if left == 0:
        sheet.share(name, draw)
    if left and differs:
        draw()
    else:
        sheet.repeat(name, left)


def _plan(sheet: DrawingSheet, body: PlanBody, amber: tuple[str, ...] = ()) -> None:
    """Draw the view from above with where chest and pelvis face."""
    plan_person(sheet, body, amber)
    if body.pose.pelvis_turn and not amber:
        ends = body.pointer(body.pose.chest_turn, 19, 33)
        sheet.line("fig-still", polyline([sheet.on(p) for p in ends]))
    if body.pose.pelvis_turn:
        pointer(sheet, body)


def pointer(sheet: DrawingSheet, body: PlanBody) -> None:
    """Draw where the pelvis faces."""
    edge, tip = (sheet.on(p) for p in body.pointer(body.pose.pelvis_turn, 15, 35))
    sheet.arrow("fig-accent", polyline([edge, tip]), tip, direction(edge, tip))


def _around_pelvis(sheet: DrawingSheet) -> None:
    """Draw the upright axis and the little turn to and fro around it."""
    sheet.line("fig-accent", polyline([sheet.on(Point(0, -122)), sheet.on(Point(0, -14))]), 0.7, dashed=True)
    left, right = sheet.on(Point(-46.5, -153)), sheet.on(Point(46.5, -153))
    wide, deep = number(47 * sheet.scale), number(13 * sheet.scale)
    path = f"M{numbers(left)}A{wide} {deep} 0 1 0 {numbers(right)}"
    size = sheet.stroke * 3.2
    for tip, lean in ((left, 16), (right, -16)):
        path += polyline([polar(tip, size, lean + 148), tip, polar(tip, size, lean + 212)])
    sheet.line("fig-accent", path, 1.2)


def plan_words(sheet: DrawingSheet) -> None:
    """Name what is seen from above."""
    sheet.label("fig-label", "From above", Point(268, 62))
    sheet.label("fig-label", "Chest still", Point(268, 108))
    sheet.label("fig-label-accent", "Pelvis turns", Point(268, 262))
    sheet.label("fig-label", "R", Point(206, 226))
    sheet.label("fig-label", "L", Point(330, 226))


def _point_out(sheet: DrawingSheet, case: TurnFault) -> None:
    start = mark_place(sheet, PANEL, case.wrong).moved(0, 14)
    sheet.at(272, 279, 0.78)
    body = FrontBody(case.pose)
    places = {"trunk": Point(-30, -225), "pelvis": body.centre.moved(-20, 0), "feet": Point(-16, -4)}
    end = sheet.on(places[case.amber[0]])
    sheet.leader("fig-caution", start, Point(start.x, end.y), end)
