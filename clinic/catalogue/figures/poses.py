"""The poses of both moves and their faults: joint angles, nothing drawn.

Authored from the exercise catalogue's wording; a practitioner has yet to sign them off.
"""

from dataclasses import dataclass, replace

from clinic.catalogue.figures.front import FrontPose
from clinic.catalogue.figures.side import SidePose, tilted

TALL = SidePose(arm_length=0.75, elbow=1)
HINGED = tilted(replace(TALL, shin=3, thigh=25), 50)


@dataclass(frozen=True)
class HingeFault:
    """One fault of the hinge: its pose, the right one beside it, the words, the amber parts."""

    pose: SidePose
    right: str
    wrong: str
    amber: tuple[str, ...] = ()
    beside: SidePose = HINGED


@dataclass(frozen=True)
class TurnFault:
    """One fault of the small turns, seen from the front and from above."""

    pose: FrontPose
    right: str
    wrong: str
    amber: tuple[str, ...]


HINGE_FAULTS = {
    "rounding": HingeFault(
        replace(HINGED, pelvis=22, waist=58, chest=90, neck=22, thigh=20),
        "Back stays long", "Low back rounds", ("back",),
    ),
    "tuck": HingeFault(
        replace(HINGED, pelvis=2, waist=46, chest=58, thigh=20, shin=6),
        "Tail points back", "Tail tucks under", ("pelvis",),
    ),
    "over_arch": HingeFault(
        replace(HINGED, pelvis=70, waist=42, chest=28, neck=0, head=-12, hand=(13, 26)),
        "Ribs over pelvis", "Low back arches", ("hollow",),
    ),
    "squatting": HingeFault(
        replace(tilted(HINGED, 18), shin=31, thigh=60), "Hips go back", "Hips drop down", ("legs",)
    ),
    "knees_forward": HingeFault(
        replace(tilted(HINGED, 46), shin=31, thigh=43), "Shins stay tall", "Knees go forward", ("knees",)
    ),
    "knees_locked": HingeFault(
        replace(HINGED, shin=-9, thigh=6, waist=58, chest=62),
        "Knees stay soft", "Knees lock back", ("knees",),
    ),
    "head_up": HingeFault(replace(HINGED, neck=-22, head=-56), "Neck stays long", "Head tips up", ("head",)),
    "lean_back_top": HingeFault(
        replace(TALL, shin=4, thigh=-12, pelvis=-10, waist=-24, chest=-30, neck=8, head=8, hand=(12, -2)),
        "Finish up tall", "Body leans back", ("hollow",), TALL,
    ),
}  # fmt: skip

TURN = 18.0
FACING = FrontPose()
TURNED_LEFT = FrontPose(pelvis_turn=TURN)
TURNED_RIGHT = FrontPose(pelvis_turn=-TURN)

TURN_FAULTS = {
    "trunk_turns": TurnFault(
        FrontPose(pelvis_turn=TURN + 4, chest_turn=34), "Chest is still", "Chest turns too", ("trunk",)
    ),
    "slide_not_turn": TurnFault(
        FrontPose(slide=24, lift=2), "Weight is even", "Hips slide over", ("pelvis",)
    ),
    "feet_swivel": TurnFault(
        FrontPose(pelvis_turn=TURN, feet_turn=34), "Feet stay put", "Feet swivel too", ("feet",)
    ),
}
