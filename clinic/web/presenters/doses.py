"""Doses in words, for forms and pages."""

from __future__ import annotations

from collections.abc import Iterable

from clinic.domain.doses import Dose, minutes_per_day
from clinic.domain.types import DoseSide, MoveRange, Support

SIDES = {
    DoseSide.BOTH: "Both sides together",
    DoseSide.ALTERNATE: "Each side in turn",
    DoseSide.LEFT: "Left",
    DoseSide.RIGHT: "Right",
    DoseSide.AFFECTED: "The side that bothers them",
}
RANGES = {
    MoveRange.TINY: "Very small",
    MoveRange.SMALL: "Small",
    MoveRange.HALF: "About half way",
    MoveRange.FULL: "All the way",
    MoveRange.PAIN_FREE: "As far as it does not hurt",
}
SUPPORTS = {
    Support.NONE: "None",
    Support.WALL: "A wall",
    Support.CHAIR: "A chair",
    Support.DOWEL: "A stick along the back",
}


def load_in_words(doses: Iterable[Dose]) -> str:
    """The load meter: what all the doses together ask of a day."""
    minutes = minutes_per_day(doses)
    return f"{minutes} minute a day" if minutes == 1 else f"{minutes} minutes a day"
