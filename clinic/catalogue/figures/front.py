"""The same person seen from the front, and seen from above, for the small standing turns.

The reader faces the person: a turn to the person's left goes to the right of the paper.
"""

from dataclasses import dataclass
from math import cos, radians, sin

from clinic.catalogue.figures.geometry import Frame, Point, Station, limb

THIGH_SHAPE = (
    Station(-0.08, 7, 8), Station(0.1, 14.5, 13), Station(0.45, 13.6, 12), Station(0.8, 10.2, 9.8),
    Station(1.08, 6, 6),
)  # fmt: skip
SHANK_SHAPE = (
    Station(-0.1, 6, 6), Station(0.06, 9.2, 8.8), Station(0.33, 10.6, 9.6), Station(0.6, 8.4, 7.6),
    Station(1.03, 6, 6),
)  # fmt: skip
UPPER_ARM_SHAPE = (
    Station(0.0, 6, 6), Station(0.5, 7.6, 7.4), Station(0.95, 6.2, 6.2), Station(1.12, 3, 3),
)  # fmt: skip
SLEEVE_SHAPE = (
    Station(-0.12, 4.5, 4.5), Station(0.05, 9.4, 9.4), Station(0.4, 9.2, 9), Station(0.66, 8.6, 8.4),
)  # fmt: skip
FOREARM_SHAPE = (
    Station(-0.1, 4, 4), Station(0.15, 6.4, 6.2), Station(0.75, 4.5, 4.5), Station(1.0, 5.4, 5.2),
    Station(1.22, 3.4, 3.4),
)  # fmt: skip
SHOE = (
    (-6.5, 14), (6.5, 14), (8, 7), (9.6, 1), (9, -4.5), (4, -7.5), (-4, -7.5), (-9, -4.5), (-9.6, 1),
    (-8, 7),
)  # fmt: skip
SOLE = (
    (-6, 15), (0, 17), (6, 15), (7, 8), (5.8, -2), (8, -14), (6.5, -25), (0, -29.5), (-6.5, -25),
    (-8, -14), (-5.8, -2), (-7, 8),
)  # fmt: skip
HEAD = (
    (0, 23), (9, 20.5), (14, 12.5), (14.8, 2), (13, -8), (7.5, -16), (0, -18.5), (-7.5, -16), (-13, -8),
    (-14.8, 2), (-14, 12.5), (-9, 20.5),
)  # fmt: skip
HAIR = (
    (0, 25), (10, 22.5), (16, 13), (16.4, 2), (13.6, -1), (12.6, 8), (7, 13), (-4, 12.5), (-12, 8),
    (-13.6, -1), (-16.4, 2), (-16, 13), (-10, 22.5),
)  # fmt: skip
PELVIS_WIDE = 29.0


@dataclass(frozen=True)
class FrontPose:
    """Turns in degrees, positive to the person's left; slides in units, positive to the paper's right."""

    pelvis_turn: float = 0.0
    chest_turn: float = 0.0
    slide: float = 0.0
    feet_turn: float = 0.0
    lift: float = 0.0  # one hip higher


@dataclass(frozen=True)
class FrontBody:
    """Outlines of the person facing the reader."""

    pose: FrontPose

    @property
    def centre(self) -> Point:
        """Give the middle of the pelvis."""
        return Point(self.pose.slide, -154)

    def leg(self, side: int) -> tuple[list[Point], list[Point]]:
        """Outline thigh and lower leg; side is +1 for the person's left."""
        hip, knee, ankle = self.hip(side), self.knee(side), Point(17.0 * side, -13)
        return _sided(hip, knee, THIGH_SHAPE, side), _sided(knee, ankle, SHANK_SHAPE, side)

    def hip(self, side: int) -> Point:
        """Give the hip joint."""
        return Point(13.5 * side + self.pose.slide, -152 - self.pose.lift * side)

    def knee(self, side: int) -> Point:
        """Give the knee, which follows hip and foot."""
        twist = 13 * sin(radians(self.pose.feet_turn))
        return Point(15.5 * side + self.pose.slide / 2 + twist, -86)

    def kneecap(self, side: int) -> list[Point]:
        """Mark the kneecap, so that the knee's direction can be seen."""
        x, y = self.knee(side)
        x += 6 * sin(radians(self.pose.feet_turn))
        return [Point(x - 4.5, y - 2), Point(x - 3, y + 3.5), Point(x + 3, y + 3.5), Point(x + 4.5, y - 2)]

    def shoe(self, side: int) -> list[Point]:
        """Outline a shoe pointing at the reader."""
        toe = 16 * sin(radians(self.pose.feet_turn))
        ankle = Point(17.0 * side, -1)
        return [Point(ankle.x + x + toe * (14 - up) / 21, ankle.y - up) for x, up in SHOE]

    def bowl(self) -> list[Point]:
        """Outline the pelvis."""
        x, y = self.centre
        narrow = cos(radians(self.pose.pelvis_turn))
        right = [(24.5, -25), (28.5, -12), (29.5, 2), (27, 10), (17, 17.5)]
        left = [(-a, b) for a, b in reversed(right)]
        tilt = self.pose.lift / 28
        places = [(0.0, -23.0), *right, (0.0, 23.0), *left]
        return [Point(x + a * narrow, y + b - a * tilt) for a, b in places]

    def buckle(self) -> Point:
        """Give the belt buckle, at the front of the pelvis."""
        return self.on_pelvis(0, -17)

    def seam(self) -> list[Point]:
        """Give the front seam, from buckle to crotch."""
        x, y = self.centre
        return [self.on_pelvis(0, -10), self.on_pelvis(0, 4).moved(0.5, 0), Point(x, y + 20)]

    def pocket(self, side: int) -> list[Point]:
        """Give a crease at the front of one hip; it opens or closes as the pelvis turns."""
        return [self.on_pelvis(38 * side, -12), self.on_pelvis(50 * side, 0), self.on_pelvis(70 * side, 7)]

    def on_pelvis(self, azimuth: float, down: float) -> Point:
        """Give the paper point of a place on the pelvis' front, azimuth to the person's left."""
        x, y = self.centre
        return Point(x + (PELVIS_WIDE - 2) * sin(radians(azimuth + self.pose.pelvis_turn)), y + down)

    def trunk(self) -> list[Point]:
        """Outline the shirt; a turned chest shows one shoulder nearer."""
        turn = radians(self.pose.chest_turn)
        narrow, near = cos(turn), 7 * sin(turn)
        waist = self.pose.slide
        right = [(9, -256, 0.0), (21, -251, 0.0), (32, -242, near), (28, -218, 0.0), (23, -196, 0.0)]
        points = [Point(x * narrow + near * 0.4, y + dy) for x, y, dy in right]
        points += [Point(24.5 + waist, -174), Point(waist, -172), Point(-24.5 + waist, -174)]
        return points + [Point(-x * narrow + near * 0.4, y - dy) for x, y, dy in reversed(right)]

    def neck(self) -> list[Point]:
        """Outline the neck."""
        right = [Point(12, -254), Point(8.5, -260), Point(8, -272)]
        return [Point(0, -248), *right, *(Point(-x, y) for x, y in reversed(right))]

    @property
    def skull(self) -> Frame:
        """Give the head's own axes."""
        return Frame(Point(0, -279), 0)

    def head(self) -> list[Point]:
        """Outline the face."""
        return self.skull.outline(HEAD)

    def hair(self) -> list[Point]:
        """Outline the hair."""
        return self.skull.outline(HAIR)

    def nose(self) -> list[Point]:
        """Hint at the nose, straight ahead."""
        return self.skull.outline([(0.5, 3), (2.4, -3.5), (-1, -4.5)])

    def arm(self, side: int) -> tuple[list[Point], list[Point], list[Point]]:
        """Outline upper arm, sleeve and forearm of an arm crossed over the chest."""
        turn = radians(self.pose.chest_turn)
        drift = 9 * sin(turn)
        near = 6 * sin(turn) * side
        shoulder = Point(31.0 * side * cos(turn) + drift * 0.4, -241 + near)
        elbow = Point(33.0 * side * cos(turn) + drift, -195 + near)
        hand = Point(-12.0 * side + drift * 1.2, -222 - 3 * side)
        return (_sided(shoulder, elbow, UPPER_ARM_SHAPE, side), _sided(shoulder, elbow, SLEEVE_SHAPE, side),
                limb(elbow, hand, FOREARM_SHAPE))  # fmt: skip


def _sided(top: Point, end: Point, shape: tuple[Station, ...], side: int) -> list[Point]:
    stations = shape if side > 0 else tuple(Station(s.at, s.back, s.front) for s in shape)
    return limb(top, end, stations)


@dataclass(frozen=True)
class PlanBody:
    """The person from above, toes toward the foot of the paper."""

    pose: FrontPose
    centre: Point
    scale: float = 1.3

    @property
    def middle(self) -> Point:
        """Give the middle of the pelvis."""
        return self.centre.moved(self.pose.slide * self.scale, 0)

    def foot(self, side: int) -> list[Point]:
        """Outline a sole; it turns about the heel."""
        heel = self.centre.moved(18.5 * side * self.scale, 4 * self.scale)
        frame = Frame(heel, -self.pose.feet_turn)
        return frame.outline([(x * self.scale, up * self.scale) for x, up in SOLE])

    def pelvis(self) -> list[Point]:
        """Outline the pelvis, turned."""
        return _oval(Frame(self.middle, -self.pose.pelvis_turn), PELVIS_WIDE * self.scale, 13.5 * self.scale)

    def chest(self) -> list[Point]:
        """Outline the chest and shoulders."""
        return _oval(Frame(self.centre, -self.pose.chest_turn), 39 * self.scale, 18 * self.scale)

    def pointer(self, turn: float, start: float, end: float) -> tuple[Point, Point]:
        """Give a short line pointing where a part of the body faces."""
        frame = Frame(self.middle, 180 - turn)
        return frame.place(0, start * self.scale), frame.place(0, end * self.scale)


def _oval(frame: Frame, wide: float, deep: float) -> list[Point]:
    """Outline a rounded, slightly flattened oval."""
    eighths = [(cos(radians(a)), sin(radians(a))) for a in range(0, 360, 45)]
    return frame.outline([(wide * c, deep * s * (1.04 if abs(c) > 0.5 else 1)) for c, s in eighths])
