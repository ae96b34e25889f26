"""The person seen from the right side: joint angles in, shaped outlines out.

One body for every picture: 300 units tall, 7.5 heads, segment lengths as shares of height after
Drillis and Contini (thigh .245, shank .246, upper arm .186, forearm .146).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from clinic.catalogue.figures.geometry import (
    Frame,
    Point,
    Station,
    bend,
    limb,
    polar,
)

SHANK, THIGH, UPPER_ARM, FOREARM = 73.0, 73.5, 52.0, 45.0
ANKLE_HEIGHT = 12.0
SPINE = 96.0  # hip joint to the base of the neck

THIGH_SHAPE = (
    Station(-0.12, 4, 6), Station(-0.02, 14, 16), Station(0.12, 17, 18), Station(0.35, 15.5, 15.5),
    Station(0.62, 12.5, 12), Station(0.85, 11, 9.5), Station(1.0, 10.5, 8.5), Station(1.1, 5, 5),
)  # fmt: skip
SHANK_SHAPE = (
    Station(-0.11, 5, 4), Station(-0.02, 10.3, 8.5), Station(0.1, 10, 9.5), Station(0.3, 8.6, 13.2),
    Station(0.5, 7.6, 11.5), Station(0.75, 6, 7.5), Station(0.95, 6, 6.5), Station(1.04, 5.5, 6.5),
)  # fmt: skip
UPPER_ARM_SHAPE = (
    Station(-0.16, 4, 4), Station(-0.06, 9, 9), Station(0.15, 9.6, 9.6), Station(0.5, 8, 7.8),
    Station(0.9, 6.3, 6.3), Station(1.06, 5, 5.4), Station(1.12, 2, 2),
)  # fmt: skip
FOREARM_SHAPE = (
    Station(-0.1, 2.5, 2.5), Station(0.0, 6, 6.2), Station(0.25, 6.8, 7), Station(0.7, 4.8, 5),
    Station(1.0, 4.2, 4.4), Station(1.15, 5, 5.6), Station(1.36, 4.8, 5.2), Station(1.48, 2, 2.4),
)  # fmt: skip
FOREARM_ALONE = (*FOREARM_SHAPE[:5], Station(1.08, 3.4, 3.6))
PALM = (
    (-6, 1), (-3, 5.5), (3, 5), (11, 1.5), (19, -1), (22, -3.5), (19, -5.8), (8, -6), (-4, -5.8), (-7, -3),
)  # fmt: skip
BALL = 19.0  # from the ankle forward to the ball of the foot
SHOE = (
    (-5.5, 3), (-10, -2), (-11.5, -8), (-10, -12), (0, -12), (14, -12), (28, -12), (34, -11.5),
    (35.5, -8.5), (31, -5.5), (20, -2.5), (11, 1), (6, 4),
)  # fmt: skip
HEAD = (
    (-2, 23), (8, 20.5), (14, 13.5), (15.6, 7), (15.2, 4.6), (19.6, -2), (16.4, -4), (16.6, -7.5),
    (15.6, -10), (15, -14.5), (11, -17), (4, -14.5), (-5, -11), (-13, -9), (-17.4, 1), (-15, 14),
)  # fmt: skip
HAIR = (
    (-3, 24.5), (8, 22), (14.6, 14.6), (13.5, 11.5), (6, 12.5), (1.5, 8), (1, 1.5), (-3.5, 1), (-5, -5),
    (-9.5, -9.5), (-15, -8), (-18.6, 1), (-16, 15),
)  # fmt: skip
BACK = (
    (23, 16.5), (33, 16.5), (44, 15.2), (56, 17), (70, 20.5), (82, 20.5), (92, 14), (99, 7.5),
)  # fmt: skip
FRONT = (
    (97, 9), (90, 14), (82, 18.5), (70, 21), (58, 20), (46, 18.6), (34, 19.5), (23, 16.5),
)  # fmt: skip
PELVIS = (
    (-12.5, 33), (1, 34.8), (15, 32.3), (19.6, 26), (20.4, 13), (15, -2), (4, -12), (-8, -17),
    (-17, -15.5), (-22.6, -7), (-23.4, 4), (-20.6, 17), (-17, 28),
)  # fmt: skip
GROIN = (17.5, 3.0)
TAIL = (-23.6, 3.0)


@dataclass(frozen=True)
class SidePose:
    """Joint angles in degrees; every lean is measured from upright, forward positive."""

    shin: float = 1.0
    thigh: float = -1.0
    pelvis: float = 0.0
    waist: float = 0.0
    chest: float = 0.0
    neck: float = 14.0
    head: float = 0.0
    hand: tuple[float, float] | None = None  # from the hip joint, forward and up, in the pelvis' frame
    reach: Point | None = None  # or a fixed place on the paper
    arm_length: float = 1.0  # below 1: the elbow points toward the reader
    elbow: int = -1
    palm: bool = False  # the hand lies flat on the floor
    ankle: Point = Point(-4.0, -ANKLE_HEIGHT)
    seat: Point | None = None  # the hip rests here; the knees follow
    foot: float = 0.0
    toes: float = 0.0  # how far the toes bend up, as a heel lifts
    far_ankle: Point | None = None
    far_foot: float = 0.0
    far_toes: float = 0.0
    far_reach: Point | None = None  # the other hand, where it is not hidden behind this one
    far_palm: bool = False


@dataclass(frozen=True)
class SideBody:
    """The joints of a posed person and the outlines drawn around them."""

    pose: SidePose
    ankle: Point
    knee: Point
    hip: Point
    spine: tuple[tuple[Point, float], ...]
    skull: Frame

    @property
    def pelvis(self) -> Frame:
        """Give the pelvis' own axes at the hip joint."""
        return Frame(self.hip, self.pose.pelvis)

    @property
    def groin(self) -> Point:
        """Give the crease where the body folds."""
        return self.pelvis.place(*GROIN)

    @property
    def tail(self) -> Point:
        """Give the hindmost point of the pelvis."""
        return self.pelvis.place(*TAIL)

    @property
    def shoulder(self) -> Point:
        """Give the shoulder joint."""
        return self.along(83).place(-1, 0)

    def along(self, height: float) -> Frame:
        """Give the spine's axes at a height above the hip joint, measured along the spine."""
        step = min(range(len(self.spine)), key=lambda i: abs(i * STEP - height))
        point, lean = self.spine[step]
        return Frame(polar(point, height - step * STEP, lean), lean)

    def back(self, low: float, high: float) -> list[Point]:
        """Give the line of the back between two heights along the spine."""
        return [self.along(s).place(-out, 0) for s, out in BACK if low <= s <= high]

    def place_of(self, part: str) -> Point:
        """Find where the words of a fault point to."""
        places = {
            "back": self.along(50).place(-17, 0), "hollow": self.along(46).place(-16, 0), "knees": self.knee,
            "pelvis": self.pelvis.place(-16, 20), "legs": self.hip, "head": self.skull.place(-8, 12),
            "feet": self.ankle, "trunk": self.along(70).place(4, 0), "hips": self.pelvis.place(14, 12),
            "ribs": self.along(64).place(19, 0), "belly": self.along(40).place(18, 0),
        }  # fmt: skip
        return places[part]

    def outlines(self) -> list[list[Point]]:
        """Give all that is drawn of the person."""
        return [
            self.far_shoe(), *self.far_leg(), *self.far_arm(), self.shoe(), self.thigh(), self.shank(),
            self.trunk(), self.bowl(), self.neck(), self.head(), self.hair(), self.upper_arm(),
            *self.forearm(),
        ]  # fmt: skip

    def far_leg(self) -> tuple[list[Point], list[Point]]:
        """Outline the other leg, a little ahead because the feet stand hip-width apart."""
        knee, ankle = self.knee.moved(4.5, -1.5), self.far_ankle
        if self.pose.far_ankle is not None:
            knee = bend(self.hip, ankle, THIGH, SHANK, -1)
        return limb(self.hip, knee, THIGH_SHAPE), limb(knee, ankle, SHANK_SHAPE)

    @property
    def far_ankle(self) -> Point:
        """Give the other ankle, beside this one unless the pose puts it elsewhere."""
        return self.pose.far_ankle or self.ankle.moved(9, -3)

    def far_shoe(self) -> list[Point]:
        """Outline the other shoe."""
        return Frame(self.far_ankle, self.pose.far_foot).outline(_bent(SHOE, self.pose.far_toes))

    def far_arm(self) -> list[list[Point]]:
        """Outline the other arm; nothing where this one hides it."""
        wrist, share = self.pose.far_reach, self.pose.arm_length
        if wrist is None:
            return []
        shoulder = self.shoulder.moved(3, -1)
        elbow = bend(shoulder, wrist, UPPER_ARM * share, FOREARM * share, self.pose.elbow)
        return [limb(shoulder, elbow, UPPER_ARM_SHAPE), *_forearm(elbow, wrist, self.pose.far_palm)]

    def thigh(self) -> list[Point]:
        """Outline the thigh."""
        return limb(self.hip, self.knee, THIGH_SHAPE)

    def shank(self) -> list[Point]:
        """Outline the lower leg."""
        return limb(self.knee, self.ankle, SHANK_SHAPE)

    def shoe(self) -> list[Point]:
        """Outline the shoe."""
        return Frame(self.ankle, self.pose.foot).outline(_bent(SHOE, self.pose.toes))

    def bowl(self) -> list[Point]:
        """Outline the pelvis, a bowl with its rim at the belt."""
        return self.pelvis.outline(PELVIS)

    def trunk(self) -> list[Point]:
        """Outline the shirt from belt to collar."""
        back = [self.along(s).place(-out, 0) for s, out in BACK]
        return back + [self.along(s).place(out, 0) for s, out in FRONT]

    def neck(self) -> list[Point]:
        """Outline the neck, from inside the collar to inside the head."""
        low, high = self.along(90), self.skull
        nape = [low.place(-11, 0), low.place(-9.5, 8), high.place(-12.5, -6)]
        return [*nape, high.place(0, 0), high.place(7, -14), low.place(9, 9), low.place(12, 0)]

    def head(self) -> list[Point]:
        """Outline the head with a hint of nose and chin."""
        return self.skull.outline(HEAD)

    def hair(self) -> list[Point]:
        """Outline the hair."""
        return self.skull.outline(HAIR)

    @property
    def wrist(self) -> Point:
        """Give the wrist, wherever the hand was asked to be."""
        if self.pose.reach is not None:
            return self.pose.reach
        hand = self.pose.hand or (1.0, 14.0)
        return self.pelvis.place(*hand)

    @property
    def elbow(self) -> Point:
        """Give the elbow that joins shoulder and wrist."""
        share = self.pose.arm_length
        return bend(self.shoulder, self.wrist, UPPER_ARM * share, FOREARM * share, self.pose.elbow)

    def upper_arm(self) -> list[Point]:
        """Outline the upper arm."""
        return limb(self.shoulder, self.elbow, UPPER_ARM_SHAPE)

    def sleeve(self) -> list[Point]:
        """Outline the short sleeve over the upper arm."""
        return limb(self.shoulder, self.elbow, SLEEVE_SHAPE)

    def forearm(self) -> list[list[Point]]:
        """Outline the forearm and hand."""
        return _forearm(self.elbow, self.wrist, self.pose.palm)


STEP = 2.0
SLEEVE_SHAPE = (
    Station(-0.18, 5, 5), Station(-0.06, 10, 10), Station(0.15, 10.6, 10.6), Station(0.5, 9.8, 9.6),
    Station(0.58, 9, 9),
)  # fmt: skip


def _forearm(elbow: Point, wrist: Point, palm: bool) -> list[list[Point]]:
    """Outline a forearm with its hand: in line with it, or flat on the floor."""
    if not palm:
        return [limb(elbow, wrist, FOREARM_SHAPE)]
    return [limb(elbow, wrist, FOREARM_ALONE), Frame(wrist, 0).outline(PALM)]


def _bent(shoe: Sequence[tuple[float, float]], toes: float) -> list[tuple[float, float]]:
    """Bend a shoe's toes up at the ball of the foot."""
    ball = Frame(Point(BALL, ANKLE_HEIGHT), -toes)
    places = [
        ball.place(forward - BALL, up + ANKLE_HEIGHT) if forward > BALL else Point(forward, -up)
        for forward, up in shoe
    ]
    return [(place.x, -place.y) for place in places]


def stand(pose: SidePose) -> SideBody:
    """Build the body from the floor up."""
    knee = polar(pose.ankle, SHANK, pose.shin)
    hip = polar(knee, THIGH, -pose.thigh)
    if pose.seat is not None:
        hip, knee = pose.seat, bend(pose.seat, pose.ankle, THIGH, SHANK, -1)
    spine = _spine(hip, pose)
    top = spine[round(SPINE / STEP)]
    skull = Frame(polar(top[0], 25, top[1] + pose.neck), pose.head + top[1])
    return SideBody(pose, pose.ankle, knee, hip, spine, skull)


def _spine(hip: Point, pose: SidePose) -> tuple[tuple[Point, float], ...]:
    point, points = hip, []
    for i in range(round((SPINE + 8) / STEP)):
        lean = _lean(pose, i * STEP)
        points.append((point, lean))
        point = polar(point, STEP, lean)
    return tuple(points)


def _lean(pose: SidePose, height: float) -> float:
    """Blend the leans of pelvis, low back and chest; the pelvis itself is rigid up to the belt."""
    knots = ((22.0, pose.pelvis), (46.0, pose.waist), (78.0, pose.chest))
    if height <= knots[0][0]:
        return pose.pelvis
    for (low, a), (high, b) in pairwise(knots):
        if height <= high:
            return a + (b - a) * (height - low) / (high - low)
    return pose.chest


def tilted(pose: SidePose, lean: float) -> SidePose:
    """Lean pelvis, low back and chest together: the long back of a hinge."""
    return replace(pose, pelvis=lean, waist=lean, chest=lean)
