"""Daily tasks done with the hinge: the pose and the things around it. Authored; awaits a signature."""

from dataclasses import dataclass, replace

from clinic.catalogue.figures.geometry import Point
from clinic.catalogue.figures.poses import TALL
from clinic.catalogue.figures.side import SidePose, tilted

Corners = tuple[tuple[float, float], ...]  # of furniture or a load; the floor is y = 0


@dataclass(frozen=True)
class Task:
    """A person at a task."""

    pose: SidePose
    things: tuple[Corners, ...]


def block(left: float, right: float, top: float, bottom: float = 0.0) -> Corners:
    """Give a plain box."""
    return ((left, top), (right, top), (right, bottom), (left, bottom))


TAP = ((96, -152), (96, -186), (72, -186), (72, -178), (76, -178), (76, -182), (92, -182), (92, -152))
SINK = (block(40, 118, -152, -142), block(50, 114, -142), TAP)
CHAIR_BACK = ((-110, -74), (-122, -158), (-114, -160), (-100, -74))
CHAIR = (block(-104, -98, -72), block(-30, -24, -66), block(-110, -18, -74, -66), CHAIR_BACK)
STOOL = (block(12, 76, -42, -34), block(20, 26, -34), block(62, 68, -34))
BASKET = (((34, -50), (92, -50), (86, 0), (40, 0)), block(44, 52, -56, -50), block(74, 82, -56, -50))
CAR_SEAT = (
    ((-140, -30), (-38, -26), (-34, -62), (-120, -62)),
    ((-126, -54), (-158, -150), (-138, -158), (-104, -62)),
    ((-150, -158), (-170, -196), (-150, -200), (-136, -164)),
)
OPEN_DOOR = ((58, -38), (16, -46), (16, -40), (58, -28))
WASHER = (block(58, 140, -130), block(58, 140, -130, -112), OPEN_DOOR)
REACHING = replace(TALL, arm_length=1.0)
SEATED = replace(REACHING, seat=Point(-58, -95))

TASKS = {
    "sink": Task(replace(tilted(REACHING, 26), shin=2, thigh=13, reach=Point(46, -158)), SINK),
    "washing_machine": Task(replace(tilted(REACHING, 42), shin=3, thigh=22, reach=Point(58, -136)), WASHER),
    "car": Task(replace(tilted(TALL, 46), shin=10, thigh=56, arm_length=0.9, hand=(34, -14)), CAR_SEAT),
    "dressing": Task(
        replace(tilted(SEATED, 36), ankle=Point(34, -54), far_ankle=Point(2, -12), reach=Point(38, -84)),
        CHAIR + STOOL,
    ),
    "chair": Task(
        replace(
            tilted(SEATED, 40), ankle=Point(-6, -12), far_ankle=Point(3, -15), arm_length=0.9, hand=(34, 12)
        ),
        CHAIR,
    ),
    "pick_up": Task(replace(tilted(REACHING, 68), shin=16, thigh=56, reach=Point(52, -72)), BASKET),
}
