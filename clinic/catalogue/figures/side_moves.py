"""Moves of the shelf that are seen from the side: the poses of each and of its faults, nothing drawn.

Authored from the exercise catalogue's wording; a practitioner has yet to sign them off.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import cos, radians, sin

from clinic.catalogue.figures.geometry import Point
from clinic.catalogue.figures.poses import TALL
from clinic.catalogue.figures.side import BALL, SidePose, stand, tilted
from clinic.catalogue.figures.tasks import CHAIR, SEATED, Corners, block


@dataclass(frozen=True)
class Way:
    """An arrow that shows how the body goes, in the person's places; `bow` is how far it swings out."""

    start: Point
    end: Point
    bow: float = 0.0


@dataclass(frozen=True)
class SideFault:
    """A fault: its pose, the right words and the wrong ones, the amber parts; the first is pointed to."""

    pose: SidePose
    right: str
    wrong: str
    amber: tuple[str, ...]
    beside: SidePose | None = None  # the right pose, where it is not the move's end


@dataclass(frozen=True)
class SideMove:
    """A move between two poses among a few things, each pose with its words."""

    start: SidePose
    end: SidePose
    words: tuple[str, str]
    ways: tuple[Way, ...]
    things: tuple[Corners, ...] = ()
    faults: dict[str, SideFault] = field(default_factory=dict)
    lies: bool = False  # longer than high: its pictures stand one above the other


def _shoulders_kept(pose: SidePose) -> SidePose:
    """Move the hips so that the shoulders stay where they lie."""
    there = stand(pose).along(96).origin
    assert pose.seat is not None
    return replace(pose, seat=pose.seat.moved(NECK.x - there.x, NECK.y - there.y))


HIP = stand(TALL).hip
WORKTOP = (block(58, 118, -150, -142), block(66, 110, -142))


FLAT = SidePose(
    pelvis=-90, waist=-90, chest=-90, neck=-7, seat=Point(0, -24), ankle=Point(72, -12), reach=Point(-4, -8),
    arm_length=0.86, elbow=1,
)  # fmt: skip
NECK = stand(FLAT).along(96).origin
RAISED = _shoulders_kept(replace(FLAT, pelvis=-124, waist=-122, chest=-97, head=6, neck=0))
BRIDGE = SideMove(
    FLAT, RAISED, ("1. Lie, knees bent", "2. Lift your hips"), (Way(Point(-12, -92), Point(-12, -130)),),
    faults={
        "bridge_arches": SideFault(
            _shoulders_kept(replace(FLAT, pelvis=-104, waist=-136, chest=-110, head=16, neck=8)),
            "Ribs stay down", "Low back arches", ("ribs", "hollow"),
        ),
        "bridge_low": SideFault(
            _shoulders_kept(replace(FLAT, pelvis=-100, waist=-104, chest=-96, head=5)),
            "Hips in line", "Hips sag", ("hips", "pelvis"),
        ),
    },
    lies=True,
)  # fmt: skip

SIT = replace(tilted(SEATED, 32), ankle=Point(-10, -12), arm_length=0.9, hand=(34, 12))
RISEN = replace(TALL, seat=Point(-8, -158), ankle=Point(-10, -12), arm_length=0.9, hand=(2, 10))
SIT_TO_STAND = SideMove(
    SIT, RISEN, ("1. Nose over toes", "2. Stand tall"), (Way(Point(44, -200), Point(34, -268), -0.2),), CHAIR,
    faults={
        "sit_feet_ahead": SideFault(
            replace(tilted(SIT, 20), ankle=Point(34, -12)), "Feet drawn back", "Feet too far", ("feet",), SIT
        ),
        "sit_upright": SideFault(
            replace(tilted(SIT, -4), seat=Point(-50, -106)), "Lean first", "Chest stays up", ("trunk",), SIT
        ),
    },
)  # fmt: skip

HOLDING = replace(TALL, seat=HIP, reach=Point(64, -156), arm_length=0.82)
HEELS = 32.0  # degrees the heels lift; the toes stay flat
_RISE = Point(
    BALL - BALL * cos(radians(HEELS)) + 12 * sin(radians(HEELS)),
    12 - BALL * sin(radians(HEELS)) - 12 * cos(radians(HEELS)),
)
LIFTED = replace(
    HOLDING, seat=HIP.moved(*_RISE), ankle=HOLDING.ankle.moved(*_RISE), foot=HEELS, toes=HEELS,
    far_foot=HEELS, far_toes=HEELS,
)  # fmt: skip
CALF_RAISE = SideMove(
    HOLDING, LIFTED, ("1. Stand tall", "2. Heels up"), (Way(Point(-34, -10), Point(-34, -46)),), WORKTOP,
    faults={
        "calf_leans": SideFault(
            replace(tilted(LIFTED, 13), seat=LIFTED.ankle.moved(30, -143), neck=6),
            "Straight up", "Leans forward", ("trunk",),
        ),
        "calf_knees": SideFault(
            replace(LIFTED, seat=HIP.moved(0, 6)), "Knees straight", "Knees bend", ("knees",)
        ),
    },
)  # fmt: skip

SIDE_MOVES: dict[str, SideMove] = {
    "bridge": BRIDGE, "sit_to_stand": SIT_TO_STAND, "calf_raise": CALF_RAISE,
}  # fmt: skip
