"""Pictures of the hip hinge."""

from clinic.catalogue.figures.geometry import Point, arc, number, numbers, polyline
from clinic.catalogue.figures.panels import heading, mark_place
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.people import side_ghost, side_person
from clinic.catalogue.figures.poses import HINGE_FAULTS, HINGED, TALL, HingeFault
from clinic.catalogue.figures.side import SideBody, SidePose, stand

LONG_BACK = {"back", "hollow", "pelvis", "head"}


def whole() -> DrawingSheet:
    """Draw start as a ghost and end solid, with the arc, the crease and the way the hips go."""
    sheet = DrawingSheet(360, 336)
    sheet.floor(50, 310, 322)
    sheet.at(172, 320, 1)
    _both(sheet)
    end = stand(HINGED)
    _hips_back(sheet, end)
    sheet.label("fig-label-accent", "Hips back", Point(58, 114))
    sheet.leader("fig-accent", Point(240, 204), sheet.on(end.pelvis.place(22, 7)))
    sheet.label("fig-label-accent", "Fold here", Point(246, 210), "start")
    return sheet


def row() -> DrawingSheet:
    """Draw the same for a small square, heavier and without words."""
    sheet = DrawingSheet(320, 320, stroke=4.5)
    sheet.floor(40, 280, 312)
    sheet.at(150, 309, 0.97)
    _both(sheet)
    return sheet


def steps() -> DrawingSheet:
    """Draw start and end side by side."""
    sheet = DrawingSheet(360, 306, stroke=2.8)
    for left, pose, words in ((0, TALL, "1. Stand tall"), (180, HINGED, "2. Hips back")):
        body = _panel(sheet, left, pose)
        crease(sheet, body)
        heading(sheet, left, words)
    return sheet


def fault(key: str) -> DrawingSheet:
    """Draw the right pose beside a fault, the differing part in amber."""
    case = HINGE_FAULTS[key]
    sheet = DrawingSheet(360, 306, stroke=2.8)
    right = _panel(sheet, 0, case.beside)
    heading(sheet, 0, case.right, "tick")
    if LONG_BACK & set(case.amber):
        _long_back(sheet, right)
    wrong = _panel(sheet, 180, case.pose, case.amber)
    heading(sheet, 180, case.wrong, "caution")
    _point_out(sheet, wrong, case)
    return sheet


def _both(sheet: DrawingSheet) -> None:
    start, end = stand(TALL), stand(HINGED)
    side_ghost(sheet, start)
    side_person(sheet, end)
    crease(sheet, end)
    swing(sheet, start, end)


def crease(sheet: DrawingSheet, body: SideBody) -> None:
    """Mark where the body folds."""
    fold = [body.pelvis.place(23.5, 9), body.pelvis.place(14.5, 0), body.pelvis.place(7, -10)]
    sheet.line("fig-accent", sheet.curve(fold, closed=False), 1.7)


def swing(sheet: DrawingSheet, start: SideBody, end: SideBody) -> None:
    """Draw the way the head goes."""
    a, b = sheet.on(start.skull.place(27, 16)), sheet.on(end.skull.place(6, 36))
    radius = number(140 * sheet.scale)
    sheet.arrow("fig-accent", f"M{numbers(a)}A{radius} {radius} 0 0 1 {numbers(b)}", b, 136)


def _hips_back(sheet: DrawingSheet, end: SideBody) -> None:
    y = end.tail.y - 30
    a, b = sheet.on(Point(end.tail.x + 34, y)), sheet.on(Point(end.tail.x - 6, y))
    sheet.arrow("fig-accent", polyline([a, b]), b, -90)


def _panel(sheet: DrawingSheet, left: int, pose: SidePose, amber: tuple[str, ...] = ()) -> SideBody:
    sheet.floor(left + 12, left + 168, 294)
    sheet.at(left + 82, 292, 0.8)
    body = stand(pose)
    side_person(sheet, body, amber)
    return body


def _long_back(sheet: DrawingSheet, body: SideBody) -> None:
    low, high = body.pelvis.place(-32, 6), body.skull.place(-26, 8)
    sheet.line("fig-still", polyline([sheet.on(low), sheet.on(high)]), 1, dashed=True)


def _point_out(sheet: DrawingSheet, body: SideBody, case: HingeFault) -> None:
    part = body.place_of(case.amber[0])
    if case.amber[0] in ("back", "hollow"):
        sheet.line("fig-caution", sheet.curve(body.back(22, 82), closed=False), 2.4)
    if case.amber[0] == "pelvis":
        _curl(sheet, body)
    start, end = mark_place(sheet, 180, case.wrong).moved(0, 14), sheet.on(part)
    low = case.amber[0] in ("knees", "legs") or case.beside is TALL
    corner = [Point(start.x, end.y)] if low else []  # round the body, not across it
    sheet.leader("fig-caution", start, *corner, end)


def _curl(sheet: DrawingSheet, body: SideBody) -> None:
    """Draw how the tail curls under."""
    centre = sheet.on(body.hip)
    tip_lean = 176 + body.pose.pelvis
    radius = 34 * sheet.scale
    tip = Point(centre.x, centre.y + radius)
    sheet.arrow("fig-caution", arc(centre, radius, 268, 190), tip.moved(-6, 0), tip_lean - 90, 1.2)
