"""Plane geometry for the drawn person: points, limbs with a shape, and smooth SVG paths."""

from collections.abc import Sequence
from math import atan2, cos, degrees, hypot, radians, sin, sqrt
from typing import NamedTuple


class Point(NamedTuple):
    """A place on the paper: x to the right, y downward, the floor at y = 0."""

    x: float
    y: float

    def moved(self, dx: float, dy: float) -> "Point":
        """Give the point shifted by (dx, dy)."""
        return Point(self.x + dx, self.y + dy)


class Station(NamedTuple):
    """How far the outline stands before and behind a bone, at a share of its length."""

    at: float
    front: float
    back: float


class Frame(NamedTuple):
    """A body part's own axes: an origin and how far its upward axis leans forward, in degrees."""

    origin: Point
    lean: float

    def place(self, forward: float, up: float) -> Point:
        """Give the paper point of a place measured forward and up in this frame."""
        s, c = sin(radians(self.lean)), cos(radians(self.lean))
        return Point(self.origin.x + forward * c + up * s, self.origin.y + forward * s - up * c)

    def outline(self, places: Sequence[tuple[float, float]]) -> list[Point]:
        """Place each (forward, up) pair."""
        return [self.place(forward, up) for forward, up in places]


def polar(origin: Point, length: float, lean: float) -> Point:
    """Go up from the origin by a length along an axis leaning forward by so many degrees."""
    return Frame(origin, lean).place(0, length)


def limb(top: Point, end: Point, stations: Sequence[Station]) -> list[Point]:
    """Outline a limb around its bone: down the front, up the back."""
    length = hypot(end.x - top.x, end.y - top.y) or 1.0
    dx, dy = (end.x - top.x) / length, (end.y - top.y) / length

    def beside(at: float, out: float) -> Point:
        return Point(top.x + at * length * dx + out * dy, top.y + at * length * dy - out * dx)

    front = [beside(s.at, s.front) for s in stations]
    back = [beside(s.at, -s.back) for s in reversed(stations)]
    return front + back


def bend(start: Point, end: Point, first: float, second: float, side: int) -> Point:
    """Find the joint between two bones that reach from start to end; side says which way it points."""
    reach = min(hypot(end.x - start.x, end.y - start.y), first + second - 0.01)
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    out = side * sqrt(max(first**2 - along**2, 0.0))
    ux, uy = (end.x - start.x) / reach, (end.y - start.y) / reach
    return Point(start.x + along * ux - out * uy, start.y + along * uy + out * ux)


def direction(low: Point, high: Point) -> float:
    """Say how far the way from low to high leans clockwise of upright, in degrees."""
    return degrees(atan2(high.x - low.x, low.y - high.y))


def around(centre: Point, radius: float, angle: float) -> Point:
    """Give the point at a clock angle: 0 is up, positive is clockwise, degrees."""
    return polar(centre, radius, angle)


def laid(point: Point) -> Point:
    """Turn a place by a quarter, so that what was up is to the left."""
    return Point(point.y, -point.x)


def number(value: float) -> str:
    """Write a coordinate in as few characters as one decimal needs."""
    text = f"{value:.1f}".rstrip("0").rstrip(".")
    text = {"-0": "0", "": "0"}.get(text, text)
    return text.replace("0.", ".", 1) if text.startswith(("0.", "-0.")) else text


def numbers(values: Sequence[float]) -> str:
    """Join coordinates, letting a minus sign serve as the separator."""
    written = ""
    for value in values:
        text = number(value)
        written += text if not written or text.startswith("-") else f" {text}"
    return written


def smooth(points: Sequence[Point], closed: bool = True) -> str:
    """Draw one smooth path through the points: a quadratic spline, two numbers a point.

    Each `t` mirrors the handle before it; aiming from the mirrored handle keeps rounding from adding up.
    """
    knots = _through(points, closed)
    start = _rounded(_middle(knots[-1], knots[0]) if closed else knots[0])
    handle, pen = _rounded(knots[0 if closed else 1]), start
    path = f"M{numbers(start)}q{numbers(_from(start, handle))}"
    steps: list[Point] = []
    for target in knots[1:] if closed else knots[2:-1]:
        end = _rounded(_middle(handle, target))
        steps.append(_from(pen, end))
        handle, pen = Point(2 * end.x - handle.x, 2 * end.y - handle.y), end
    steps.append(_from(pen, start if closed else _rounded(knots[-1])))
    first, rest = numbers(steps[0]), [value for step in steps[1:] for value in step]
    gap = "" if first.startswith("-") else " "
    return path + gap + first + (f"t{numbers(rest)}" if rest else "") + ("z" if closed else "")


def _through(points: Sequence[Point], closed: bool) -> list[Point]:
    """Push the handles outward until the curve, not the handles, meets the points."""
    knots = list(points)
    for _ in range(3):
        knots = [
            p
            if not closed and i in (0, len(points) - 1)
            else _pushed(p, knots[i - 1], knots[i], knots[(i + 1) % len(knots)])
            for i, p in enumerate(points)
        ]
    return knots


def _pushed(point: Point, before: Point, here: Point, after: Point) -> Point:
    met = [0.75 * h + 0.125 * (b + a) for b, h, a in zip(before, here, after, strict=True)]
    return Point(here.x + 0.9 * (point.x - met[0]), here.y + 0.9 * (point.y - met[1]))


def _middle(a: Point, b: Point) -> Point:
    return Point((a.x + b.x) / 2, (a.y + b.y) / 2)


def _rounded(point: Point) -> Point:
    return Point(round(point.x, 1), round(point.y, 1))


def _from(pen: Point, there: Point) -> Point:
    return Point(round(there.x - pen.x, 1), round(there.y - pen.y, 1))


def polyline(points: Sequence[Point], closed: bool = False) -> str:
    """Draw straight lines through the points."""
    return "M" + "L".join(numbers(p) for p in points) + ("z" if closed else "")


def arc(centre: Point, radius: float, start: float, end: float) -> str:
    """Draw a circular arc between two clock angles (degrees, 0 up, clockwise)."""
    a, b = around(centre, radius, start), around(centre, radius, end)
    large, sweep = int(abs(end - start) > 180), int(end > start)
    return f"M{numbers(a)}A{number(radius)} {number(radius)} 0 {large} {sweep} {numbers(b)}"


def bowed(start: Point, end: Point, bow: float) -> tuple[str, float]:
    """Draw a curve that swings out to the left of its way, and say how it leans at its end, in degrees."""
    middle = _middle(start, end)
    handle = Point(middle.x + (end.y - start.y) * bow, middle.y - (end.x - start.x) * bow)
    return f"M{numbers(start)}Q{numbers([*handle, *end])}", direction(handle, end)
