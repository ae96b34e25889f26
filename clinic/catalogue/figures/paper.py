"""The sheet a figure is drawn on: shapes with a class for the page's colours, attributes for mail."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

from clinic.catalogue.figures.geometry import Point, laid, number, numbers, polar, polyline, smooth

LINE, GROUND = "#24312c", "#8a9089"
FILLS = {
    "fig-ghost": "#dfe3dc", "fig-skin": "#ecd0b2", "fig-hair": "#8d8a84", "fig-shirt": "#cfe0d6",
    "fig-legs": "#f7f3ea", "fig-far": "#d9d4c6", "fig-shoe": "#4c4a45", "fig-pelvis": "#2b6353",
    "fig-prop": "#e6dfcf", "fig-caution-fill": "#f0b43c",
}  # fmt: skip
STROKES = {
    "fig-accent": "#a8492a", "fig-caution": "#b26a00", "fig-ground": GROUND, "fig-still": "#2b6353",
    "fig-detail": LINE, "fig-pale": "#ffffff", "fig-axis": "#ffffff", "fig-ghost-line": "#b3bbb3",
}  # fmt: skip
TEXTS = {"fig-label": LINE, "fig-label-accent": "#8f3c20", "fig-label-caution": "#7f4b00"}
OWN = "~own~"
TYPE = "Atkinson Hyperlegible Next Variable,Atkinson Hyperlegible Next,system-ui,sans-serif"


@dataclass
class DrawingSheet:
    """Collects shapes; places the drawn person at an origin and a scale, strokes staying the same width."""

    width: int
    height: int
    stroke: float = 3
    text: float = 16.5
    scale: float = 1.0
    origin: Point = Point(0, 0)
    lying: bool = False  # the person's head is toward the left instead of the top
    marks: list[str] = field(default_factory=list)

    def at(self, x: float, y: float, scale: float) -> None:
        """Put the person's floor point here from now on."""
        self.origin, self.scale = Point(x, y), scale

    def on(self, point: Point) -> Point:
        """Give the sheet's place of a point of the person."""
        x, y = laid(point) if self.lying else point
        return Point(self.origin.x + x * self.scale, self.origin.y + y * self.scale)

    def curve(self, points: Sequence[Point], closed: bool = True) -> str:
        """Write a smooth path in the sheet's places."""
        return smooth([self.on(p) for p in points], closed)

    def shape(self, kind: str, *outlines: Sequence[Point]) -> None:
        """Fill one or more closed outlines as one body part, with one line around them all.

        What lies below the sheet, where a picture shows the upper part of the person, is left out.
        """
        seen = [o for o in outlines if any(self.on(p).y < self.height for p in o)]
        if seen:
            self.area(kind, "".join(self.curve(o) for o in seen))

    def area(self, kind: str, path: str) -> None:
        """Fill a path that is already in the sheet's places."""
        self.marks.append(f'<path class="{kind}" fill="{FILLS[kind]}" d="{path}"/>')

    def line(self, kind: str, path: str, width: float = 1, dashed: bool = False) -> None:
        """Draw an open line, its width in strokes."""
        dash = (
            f' stroke-dasharray="{number(self.stroke * 1.6)} {number(self.stroke * 2.4)}"' if dashed else ""
        )
        weight = number(self.stroke * width)
        self.marks.append(
            f'<path class="{kind}" stroke="{STROKES[kind]}" stroke-width="{weight}"{dash} d="{path}"/>'
        )

    def arrow(self, kind: str, path: str, tip: Point, lean: float, width: float = 1.2) -> None:
        """Draw a line that ends in an open arrowhead; lean is the tip's direction from upright."""
        size = self.stroke * 3.4
        wings = [polar(tip, size, lean + 180 - 32), tip, polar(tip, size, lean + 180 + 32)]
        self.line(kind, path + polyline(wings), width)

    def dot(self, kind: str, centre: Point, radius: float) -> None:
        """Draw a small filled circle."""
        self.marks.append(
            f'<circle class="{kind}" cx="{number(centre.x)}" cy="{number(centre.y)}" r="{number(radius)}"'
            f' fill="{STROKES[kind]}" stroke="none"/>'
        )

    def patch(self, kind: str, centre: Point, radius: float) -> None:
        """Cover the line between two parts of one colour."""
        self.marks.append(
            f'<circle class="{kind}" cx="{number(centre.x)}" cy="{number(centre.y)}" r="{number(radius)}"'
            f' fill="{FILLS[kind]}" stroke="none"/>'
        )

    def label(self, kind: str, words: str, place: Point, anchor: str = "middle") -> None:
        """Write a few words."""
        where = "" if anchor == "start" else f' text-anchor="{anchor}"'
        self.marks.append(
            f'<text class="{kind}" x="{number(place.x)}" y="{number(place.y)}"{where}'
            f' fill="{TEXTS[kind]}">{escape(words)}</text>'
        )

    def leader(self, kind: str, *way: Point) -> None:
        """Lead the eye from words to the part they name, ending in a dot."""
        self.line(kind, polyline(way), 0.7)
        self.dot(kind, way[-1], self.stroke * 1.3)

    def floor(self, left: float, right: float, y: float) -> None:
        """Draw the floor."""
        self.line("fig-ground", f"M{numbers((left, y))}H{number(right)}")

    def share(self, name: str, draw: Callable[[], None]) -> None:
        """Draw something once, to be repeated; its id is completed when the picture is asked for."""
        self.marks.append(f'<defs><g id="{OWN}-{name}">')
        draw()
        self.marks.append("</g></defs>")

    def repeat(self, name: str, right: float) -> None:
        """Draw a shared part again, so far to the right."""
        self.marks.append(f'<use href="#{OWN}-{name}" x="{number(right)}"/>')

    def drawn(self) -> str:
        """Give everything drawn so far: shapes, whose lines stand outside their fill, then words."""
        shapes = "".join(m for m in self.marks if not m.startswith("<text"))
        words = "".join(m for m in self.marks if m.startswith("<text"))
        return (
            f'<g class="fig-body" fill="none" stroke="{LINE}" stroke-width="{number(self.stroke * 2)}"'
            f' paint-order="stroke" stroke-linecap="round" stroke-linejoin="round">{shapes}</g>'
            f'<g class="fig-words" font-family="{TYPE}" font-size="{number(self.text)}" font-weight="600">'
            f"{words}</g>"
        )
