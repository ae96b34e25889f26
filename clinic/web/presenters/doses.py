"""Doses in words, for forms and pages."""

from __future__ import annotations

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
