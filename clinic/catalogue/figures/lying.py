"""The person lying on the back, seen from above, and lying on a side, seen from the front.

Both are built from the outlines of the standing person seen from the front.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import radians, sin

from clinic.catalogue.figures.front import (
    FOREARM_SHAPE,
    SHANK_SHAPE,
    SHOE,
    SLEEVE_SHAPE,
    SOLE,
    THIGH_SHAPE,
    UPPER_ARM_SHAPE,
    FrontBody,
    FrontPose,
)
from clinic.catalogue.figures.geometry import Frame, Point, limb

Outlines = list[list[Point]]
BENT = 1  # the side of the bent leg: the person's left


@dataclass(frozen=True)
class OnBackPose:
    """On the back, one knee bent: how far it has fallen out and the pelvis rolled, in degrees."""

    fallen: float = 0.0
    roll: float = 0.0
    away: float = 0.0  # how far the foot has slid down the mat


@dataclass(frozen=True)
class OnBackBody:
    """Outlines of the person on the back, seen from above, the head toward the top of the paper."""

    pose: OnBackPose

    @cached_property
    def front(self) -> FrontBody:
        """Give the same person facing the reader."""
        return FrontBody(FrontPose(pelvis_turn=self.pose.roll))

    @property
    def heel(self) -> Point:
        """Give the heel of the foot that stands on the mat."""
        return Point(25 + self.pose.away * 0.2, -92 + self.pose.away)

    @property
    def knee(self) -> Point:
        """Give the bent knee: it falls about the line from hip to heel."""
        high = 62 - self.pose.away * 0.35
        return Point(19 + high * sin(radians(self.pose.fallen)), -120 + self.pose.away * 0.5)

    def bent_leg(self) -> Outlines:
        """Outline the lower leg, and the thigh over it."""
        return [limb(self.knee, self.heel, SHANK_SHAPE), limb(self.front.hip(BENT), self.knee, THIGH_SHAPE)]

    def sole(self) -> list[Point]:
        """Outline the foot that stands on the mat."""
        frame = Frame(self.heel.moved(0, 2), -6 - self.pose.fallen * 0.2)
        return frame.outline([(x, up * 0.95) for x, up in SOLE])

    def arm(self, side: int) -> Outlines:
        """Outline upper arm, sleeve and forearm, the hand on the hip bone."""
        shoulder, elbow = Point(31.0 * side, -240), Point(53.0 * side, -202)
        return [
            limb(shoulder, elbow, UPPER_ARM_SHAPE), limb(shoulder, elbow, SLEEVE_SHAPE),
            limb(elbow, Point(29.0 * side, -172), FOREARM_SHAPE),
        ]  # fmt: skip

    def outlines(self) -> Outlines:
        """Give all that is drawn of the person."""
        front = self.front
        arms = [outline for side in (-1, 1) for outline in self.arm(side)]
        return [
            *front.leg(-BENT), front.shoe(-BENT), *self.bent_leg(), self.sole(), front.trunk(), front.bowl(),
            front.hair(), *arms,
        ]  # fmt: skip

    def place_of(self, part: str) -> Point:
        """Find where the words of a fault point to."""
        return {"pelvis": self.front.centre.moved(14, -8), "feet": self.heel.moved(3, 14)}[part]


@dataclass(frozen=True)
class OnSidePose:
    """On one side, propped on an elbow: how far legs and chest lean to that side, in degrees."""

    legs: float = 72.0
    chest: float = 72.0
    elbow: float = -150.0  # its place on the floor


@dataclass(frozen=True)
class OnSideBody:
    """Outlines of the person on the side, face to the reader, the head toward the left of the paper."""

    pose: OnSidePose

    @cached_property
    def front(self) -> FrontBody:
        """Give the same person standing."""
        return FrontBody(FrontPose())

    def low(self, *points: Point) -> list[Point]:
        """Lean places of pelvis and thighs about the lower knee, which rests on the floor."""
        frame = Frame(Point(0, -2), -self.pose.legs)
        return frame.outline([(p.x + 28, -(p.y + 86)) for p in points])

    def high(self, *points: Point) -> list[Point]:
        """Lean places of chest, head and arms about the belt."""
        frame = Frame(self.low(BELT)[0], -self.pose.chest)
        return frame.outline([(p.x, -(p.y - BELT.y)) for p in points])

    @property
    def shoulder(self) -> Point:
        """Give the shoulder that carries."""
        return self.high(Point(-29, -238))[0]

    @property
    def elbow(self) -> Point:
        """Give the elbow on the floor."""
        return Point(self.pose.elbow, -9)

    def thighs(self) -> Outlines:
        """Outline both thighs, the lower one first."""
        return [
            self.low(*limb(self.front.hip(side), Point(14.0 * side, -88), THIGH_SHAPE)) for side in (-1, 1)
        ]

    def shanks(self) -> Outlines:
        """Outline the lower legs, which go away from the reader, with their soles."""
        legs: Outlines = []
        for side in (-1, 1):
            knee = self.low(Point(14.0 * side, -90))[0]
            ankle = knee.moved(34, -13)
            legs += [limb(knee, ankle, SHANK_SHAPE)]
        return legs

    def shoes(self) -> Outlines:
        """Outline the shoes at their ends."""
        ends = [self.low(Point(14.0 * side, -90))[0].moved(36, -14) for side in (-1, 1)]
        return [Frame(end, 60).outline([(x * 0.8, up * 0.8) for x, up in SHOE]) for end in ends]

    def trunk(self) -> list[Point]:
        """Outline the shirt; its belt keeps to the pelvis."""
        return [(self.low(p) if p.y > -180 else self.high(p))[0] for p in self.front.trunk()]

    def propped(self) -> Outlines:
        """Outline the arm that carries: upper arm, sleeve, and the forearm that comes toward the reader."""
        return [
            limb(self.shoulder, self.elbow, UPPER_ARM_SHAPE), limb(self.shoulder, self.elbow, SLEEVE_SHAPE),
            limb(self.elbow, self.elbow.moved(-27, 2), FOREARM_SHAPE),
        ]  # fmt: skip

    def upper_arm(self) -> Outlines:
        """Outline the other arm, its hand on the hip."""
        shoulder, elbow, hand = Point(31, -240), Point(52, -204), Point(28, -166)
        return [
            self.high(*limb(shoulder, elbow, UPPER_ARM_SHAPE)),
            self.high(*limb(shoulder, elbow, SLEEVE_SHAPE)),
            self.high(*limb(elbow, hand, FOREARM_SHAPE)),
        ]

    def bowl(self) -> list[Point]:
        """Outline the pelvis."""
        return self.low(*self.front.bowl())

    def outlines(self) -> Outlines:
        """Give all that is drawn of the person."""
        return [
            *self.shanks(), *self.shoes(), *self.thighs(), self.trunk(), self.bowl(),
            self.high(*self.front.hair()), *self.propped(), *self.upper_arm(),
        ]  # fmt: skip

    def place_of(self, part: str) -> Point:
        """Find where the words of a fault point to."""
        return {"pelvis": self.low(Point(10, -158))[0], "trunk": self.high(Point(6, -226))[0]}[part]


BELT = Point(0, -172)
