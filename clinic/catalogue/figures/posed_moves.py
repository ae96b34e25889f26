"""Moves of the shelf that go between two poses: these, and those of their faults, nothing drawn.

Authored from the exercise catalogue's wording; a practitioner has yet to sign them off.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields, replace
from math import cos, radians, sin
from typing import Any

from clinic.catalogue.figures.geometry import Point
from clinic.catalogue.figures.lying import OnBackPose, OnSidePose
from clinic.catalogue.figures.poses import TALL
from clinic.catalogue.figures.side import BALL, SidePose, stand, tilted
from clinic.catalogue.figures.tasks import CHAIR, SEATED, Corners, block

Pose = SidePose | OnBackPose | OnSidePose


@dataclass(frozen=True)
class Way:
    """An arrow that shows how the body goes, in the person's places; `bow` is how far it swings out."""

    start: Point
    end: Point
    bow: float = 0.0


@dataclass(frozen=True)
class PosedFault:
    """A fault: its pose, the right words and the wrong ones, the amber parts; the first is pointed to."""

    pose: Pose
    right: str
    wrong: str
    amber: tuple[str, ...]
    beside: Pose | None = None  # the right pose, where it is not the move's end


@dataclass(frozen=True)
class PosedMove:
    """A move between two poses among a few things, each pose with its words."""

    start: Pose
    end: Pose
    words: tuple[str, str]
    ways: tuple[Way, ...]
    things: tuple[Corners, ...] = ()
    faults: dict[str, PosedFault] = field(default_factory=dict)
    lies: bool = False  # longer than high: its pictures stand one above the other
    lowest: float = 0.0  # what is shown ends here; 0 is the floor
    from_above: bool = False  # lying, the head toward the left
    largest: float = 1.0  # at most so large, beside the person of the other pictures


def midway(start: Pose, end: Pose, share: float) -> Pose:
    """Give the pose at a share of the way between two that hold the same places."""
    return replace(
        start, **{f.name: _midway(getattr(start, f.name), getattr(end, f.name), share) for f in fields(start)}
    )


def _midway(start: Any, end: Any, share: float) -> Any:
    if isinstance(start, tuple):
        values = [a + (b - a) * share for a, b in zip(start, end, strict=True)]
        return Point(*values) if isinstance(start, Point) else tuple(values)
    return start if start is None or isinstance(start, bool) else start + (end - start) * share


def _shoulders_kept(pose: SidePose) -> SidePose:
    """Move the hips so that the shoulders stay where they lie."""
    there = stand(pose).along(96).origin
    return replace(pose, seat=LYING_HIP.moved(NECK.x - there.x, NECK.y - there.y))


HIP = stand(TALL).hip
WORKTOP = (block(40, 112, -155, -147), block(56, 106, -147))

LYING_HIP = Point(0, -24)
FLAT = SidePose(
    pelvis=-90, waist=-90, chest=-90, neck=-7, seat=LYING_HIP, ankle=Point(72, -12), reach=Point(-3, -9),
    arm_length=0.86, elbow=1,
)  # fmt: skip
NECK = stand(FLAT).along(96).origin
RAISED = _shoulders_kept(replace(FLAT, pelvis=-124, waist=-122, chest=-97, head=6, neck=0))
BRIDGE = PosedMove(
    FLAT, RAISED, ("1. Lie, knees bent", "2. Lift your hips"), (Way(Point(-12, -92), Point(-12, -130)),),
    faults={
        "bridge_arches": PosedFault(
            _shoulders_kept(replace(FLAT, pelvis=-104, waist=-136, chest=-110, head=16, neck=8)),
            "Ribs stay down", "Low back arches", ("ribs", "hollow"),
        ),
        "bridge_low": PosedFault(
            _shoulders_kept(replace(FLAT, pelvis=-100, waist=-104, chest=-96, head=5)),
            "Hips in line", "Hips sag", ("hips", "pelvis"),
        ),
    },
    lies=True, largest=1.15,
)  # fmt: skip

SIT = replace(tilted(SEATED, 32), ankle=Point(-10, -12), arm_length=0.9, hand=(34, 12))
RISEN = replace(TALL, seat=Point(-8, -158), ankle=Point(-10, -12), arm_length=0.9, hand=(2, 10))
SIT_TO_STAND = PosedMove(
    SIT, RISEN, ("1. Nose over toes", "2. Stand tall"), (Way(Point(44, -200), Point(34, -268), -0.2),), CHAIR,
    faults={
        "sit_feet_ahead": PosedFault(
            replace(tilted(SIT, 20), ankle=Point(34, -12)), "Feet drawn back", "Feet too far", ("feet",), SIT
        ),
        "sit_upright": PosedFault(
            replace(tilted(SIT, -4), seat=Point(-50, -106)), "Lean first", "Chest stays up", ("trunk",), SIT
        ),
    },
)  # fmt: skip

HOLDING = replace(TALL, seat=HIP, reach=Point(46, -161), palm=True, arm_length=1.0, elbow=-1)
HEELS = 32.0  # degrees the heels lift; the toes stay flat
_RISE = Point(
    BALL - BALL * cos(radians(HEELS)) + 12 * sin(radians(HEELS)),
    12 - BALL * sin(radians(HEELS)) - 12 * cos(radians(HEELS)),
)
LIFTED = replace(
    HOLDING, seat=HIP.moved(*_RISE), ankle=HOLDING.ankle.moved(*_RISE), foot=HEELS, toes=HEELS,
    far_foot=HEELS, far_toes=HEELS,
)  # fmt: skip
CALF_RAISE = PosedMove(
    HOLDING, LIFTED, ("1. Stand tall", "2. Heels up"), (Way(Point(-34, -10), Point(-34, -46)),), WORKTOP,
    faults={
        "calf_leans": PosedFault(
            replace(tilted(LIFTED, 13), seat=LIFTED.ankle.moved(30, -143), neck=6),
            "Straight up", "Leans forward", ("trunk",),
        ),
        "calf_knees": PosedFault(
            replace(LIFTED, seat=HIP.moved(0, 6)), "Knees straight", "Knees bend", ("knees",)
        ),
    },
)  # fmt: skip

BEHIND, AHEAD = Point(-58, -12), Point(64, -12)
APART = replace(
    TALL, seat=Point(-55, -158), ankle=BEHIND, hand=(10, 22), arm_length=0.8, far_ankle=Point(-49, -15)
)
_PUSHED = replace(  # the far leg stays behind, on its toes
    tilted(APART, 7), seat=Point(4, -121), ankle=AHEAD, far_ankle=Point(-62, -30), far_foot=44, far_toes=44,
)  # fmt: skip
LUNGE = PosedMove(
    APART, _PUSHED, ("1. Stand tall", "2. Step and bend"), (Way(Point(100, -118), Point(58, -152)),),
    faults={
        "lunge_heel": PosedFault(
            replace(_PUSHED, seat=Point(26, -118), ankle=Point(67, -22), foot=26, toes=26),
            "Heel stays down", "Heel lifts", ("feet",),
        ),
        "lunge_folds": PosedFault(tilted(_PUSHED, 44), "Chest up tall", "Chest drops", ("trunk",)),
    },
)  # fmt: skip

STANDING = replace(HOLDING, far_ankle=Point(0, -13))
BACKWARD = replace(tilted(STANDING, 5), ankle=Point(-60.5, -25.5), foot=24)
LEG_LIFT = PosedMove(
    STANDING, BACKWARD, ("1. Stand tall", "2. Leg back"),
    (Way(Point(-46, -92), Point(-84, -80), -0.1),), WORKTOP,
    faults={
        "lift_arches": PosedFault(
            replace(BACKWARD, pelvis=34, waist=-4, chest=-10, neck=18, ankle=Point(-92, -54), foot=42),
            "Back stays long", "Low back arches", ("hollow",),
        ),
        "lift_leans": PosedFault(
            replace(tilted(BACKWARD, 40), neck=2, head=-16, ankle=Point(-92, -54), foot=42),
            "Stay up tall", "Chest drops", ("trunk",),
        ),
    },
)  # fmt: skip

FOURS = replace(
    tilted(SidePose(), 78), seat=Point(-40, -84), ankle=Point(-112, -9), foot=172, far_ankle=Point(-104, -12),
    far_foot=172, reach=Point(46, -6), palm=True, far_reach=Point(58, -8), far_palm=True, neck=-2, head=-4,
)  # fmt: skip
REACHING_OUT = replace(
    FOURS,
    ankle=Point(-184, -92),
    foot=86,
    far_reach=Point(136, -112),
    far_palm=False,
)
BIRD_DOG = PosedMove(
    FOURS, REACHING_OUT, ("1. Hands and knees", "2. Arm and leg long"), (), lies=True, largest=1.15,
    faults={
        "dog_sags": PosedFault(
            replace(REACHING_OUT, pelvis=104, waist=78, chest=58, neck=6, ankle=Point(-176, -130), foot=104),
            "Back stays long", "Back sags", ("belly", "hollow"),
        ),
        "dog_head": PosedFault(
            replace(REACHING_OUT, neck=-30, head=-52), "Neck stays long", "Head tips up", ("head",)
        ),
    },
)  # fmt: skip

CUSHION = block(-26, 20, -8)
HALF_KNEEL = replace(
    TALL, seat=Point(0, -92), ankle=Point(-72, -13), foot=176, far_ankle=Point(60, -12), hand=(10, 20),
    arm_length=0.8,
)  # fmt: skip
FORWARD = replace(HALF_KNEEL, seat=Point(22, -88), pelvis=-6, waist=-3, chest=0)
HIP_FLEXOR = PosedMove(
    HALF_KNEEL, FORWARD, ("1. Kneel tall", "2. Hips forward"),
    (Way(Point(62, -118), Point(98, -118)),), (CUSHION,),
    faults={
        "flexor_arches": PosedFault(
            replace(FORWARD, pelvis=30, waist=-8, chest=-14, neck=18), "Tail tucked", "Low back arches",
            ("hollow",),
        ),
        "flexor_leans": PosedFault(
            replace(tilted(FORWARD, 34), seat=Point(8, -91)), "Chest up tall", "Chest drops", ("trunk",)
        ),
    },
)  # fmt: skip

CHIN_OUT = replace(tilted(SEATED, 2), ankle=Point(-2, -12), hand=(34, 8), arm_length=0.9, neck=40, head=-4)
CHIN_IN = replace(CHIN_OUT, neck=2, head=4)
CHIN_TUCK = PosedMove(
    CHIN_OUT, CHIN_IN, ("1. Sit tall", "2. Chin back"), (Way(Point(16, -202), Point(-14, -202)),), CHAIR,
    faults={
        "tuck_nods": PosedFault(replace(CHIN_IN, neck=22, head=34), "Eyes level", "Chin drops", ("head",)),
        "tuck_tips": PosedFault(replace(CHIN_IN, neck=10, head=-30), "Eyes level", "Head tips up", ("head",)),
    },
    lowest=-66, largest=1.8,
)  # fmt: skip

PROPPED = OnSidePose(legs=90, chest=52)
PLANK = OnSidePose()
SIDE_PLANK = PosedMove(
    PROPPED, PLANK, ("1. Lie on your side", "2. Lift your hips"), (Way(Point(-36, -92), Point(-36, -128)),),
    faults={
        "plank_sags": PosedFault(OnSidePose(legs=84, chest=60), "Hips in line", "Hips sag", ("pelvis",)),
        "plank_shoulder": PosedFault(
            OnSidePose(legs=70, chest=88), "Push away", "Sinks down", ("trunk",)
        ),
    },
    lies=True, largest=1.15,
)  # fmt: skip

MAT = block(-76, 100, -322, 18)
PILLOW = block(-40, 40, -312, -252)
KNEE_UP, KNEE_OUT = OnBackPose(), OnBackPose(fallen=56)
HIP_ROTATION = PosedMove(
    KNEE_UP, KNEE_OUT, ("1. Knee up", "2. Knee out"),
    (Way(Point(44, -76), Point(90, -100), -0.15),), (MAT, PILLOW),
    faults={
        "rotation_rolls": PosedFault(
            OnBackPose(fallen=70, roll=30), "Pelvis is still", "Pelvis rolls", ("pelvis",)
        ),
        "rotation_slides": PosedFault(
            OnBackPose(fallen=56, away=36), "Foot stays", "Foot slides", ("feet",)
        ),
    },
    lies=True, from_above=True, lowest=76, largest=1.15,
)  # fmt: skip

POSED_MOVES: dict[str, PosedMove] = {
    "push_away_lunge": LUNGE, "standing_leg_lift": LEG_LIFT, "bridge": BRIDGE, "bird_dog": BIRD_DOG,
    "side_plank_knees": SIDE_PLANK, "hip_flexor_stretch": HIP_FLEXOR, "hip_rotation_lying": HIP_ROTATION,
    "sit_to_stand": SIT_TO_STAND, "chin_tuck": CHIN_TUCK, "calf_raise": CALF_RAISE,
}  # fmt: skip
