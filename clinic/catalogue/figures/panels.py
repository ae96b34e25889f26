"""What the side-by-side pictures share: the words over each panel."""

from clinic.catalogue.figures.geometry import Point, polyline
from clinic.catalogue.figures.paper import DrawingSheet

PANEL = 180


def heading(
    sheet: DrawingSheet, left: int, words: str, mark: str = "", width: int = PANEL, top: int = 0
) -> None:
    """Write a panel's few words, after a tick or a triangle where there is a right and a wrong."""
    kind = "fig-label-caution" if mark == "caution" else "fig-label"
    sheet.label(kind, words, Point(left + width / 2 + (9 if mark else 0), top + 27))
    place = mark_place(sheet, left, words, width, top)
    if mark == "caution":
        corners = [place.moved(-6.5, 5), place.moved(0, -7.5), place.moved(6.5, 5)]
        sheet.line("fig-caution", polyline(corners, closed=True), 0.9)
    elif mark == "tick":
        sheet.line("fig-still", polyline([place.moved(-6, 0), place.moved(-2, 5), place.moved(6, -6)]), 1.1)


def mark_place(sheet: DrawingSheet, left: int, words: str, width: int = PANEL, top: int = 0) -> Point:
    """Find where the sign before a heading stands, clear of the words in any of the fonts we name."""
    return Point(max(left + width / 2 - len(words) * sheet.text * 0.245 - 10, left + 9), top + 22)
