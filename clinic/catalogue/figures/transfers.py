"""Pictures of daily tasks done with the hinge."""

from clinic.catalogue.figures.geometry import Point, polyline
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.people import side_person
from clinic.catalogue.figures.side import stand
from clinic.catalogue.figures.tasks import TASKS, Corners


def whole(key: str) -> DrawingSheet:
    """Draw the person at the task."""
    return _drawn(key, DrawingSheet(320, 320))


def row(key: str) -> DrawingSheet:
    """Draw the same for a small square."""
    return _drawn(key, DrawingSheet(320, 320, stroke=4.5))


def _drawn(key: str, sheet: DrawingSheet) -> DrawingSheet:
    task = TASKS[key]
    floor = sheet.height - 12
    sheet.floor(14, sheet.width - 14, floor)
    edges = [x for thing in task.things for x, _ in thing] + [-62.0, 78.0]
    sheet.at(sheet.width / 2 - (min(edges) + max(edges)) / 2, floor - 2, 1)
    for thing in task.things:
        _thing(sheet, thing)
    side_person(sheet, stand(task.pose))
    return sheet


def _thing(sheet: DrawingSheet, thing: Corners) -> None:
    corners = [sheet.on(Point(x, y)) for x, y in thing]
    sheet.area("fig-prop", polyline(corners, closed=True))
