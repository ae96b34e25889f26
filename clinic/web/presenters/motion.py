"""Range of motion as it is drawn: left and right on one scale of degrees, over the range that is usual."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil, floor

from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Values, in_figures
from clinic.domain.side_difference import JointMotion, SideDifference, motions
from clinic.web.presenters.assessments import lower_first, value_words

TICK = 30  # degrees between two lines of the scale
WIDTH = 240  # of the drawing, without its ends


@dataclass(frozen=True, slots=True)
class Dot:
    """One side of a motion: where it lies on the drawing, its letter and its figures."""

    x: float
    letter: str
    words: str


@dataclass(frozen=True, slots=True)
class MotionRow:
    """One motion. `kind` is how the sides stand: equal, within_error, apart; empty where one was taken."""

    name: str
    way: str
    dots: tuple[Dot, ...]
    norm: tuple[float, float] | None
    norm_words: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True)
class MotionChart:
    """All motions on one scale; ticks are places with their words."""

    rows: tuple[MotionRow, ...]
    ticks: tuple[tuple[float, str], ...]


def motion_chart(items: Sequence[BatteryItem], values: Values) -> MotionChart | None:
    """The motions of an assessment; None where none was taken."""
    found = list(motions(items, values))
    if not found:
        return None
    low, high = _ends(found)
    scale = WIDTH / (high - low)
    ticks = tuple(
        (round((tick - low) * scale, 1), f"{in_figures(tick)}°") for tick in range(low, high + 1, TICK)
    )
    return MotionChart(tuple(_row(motion, low, scale) for motion in found), ticks)


def _ends(found: Iterable[JointMotion]) -> tuple[int, int]:
    """From nought, or from below it, to the next line above everything that is drawn."""
    drawn = [end for motion in found for end in (motion.left, motion.right) if end is not None]
    drawn += [motion.usual[1] for motion in found if motion.usual]
    return min(0, floor(min(drawn) / TICK) * TICK), max(60, ceil(max(drawn) / TICK) * TICK)


def _row(motion: JointMotion, low: int, scale: float) -> MotionRow:
    def at(angle: float) -> float:
        return round((angle - low) * scale, 1)

    sides = (("L", motion.left), ("R", motion.right))
    usual = motion.usual
    return MotionRow(
        name=f"{motion.test.name}, {lower_first(motion.field.label)}",
        way=", ".join(
            value_words(field, value) if value is not None else f"{lower_first(field.label)} not noted"
            for field, value in motion.way
        ),
        dots=tuple(
            Dot(at(angle), letter, f"{in_figures(angle)}°") for letter, angle in sides if angle is not None
        ),
        norm=(at(usual[0]), at(usual[1])) if usual else None,
        norm_words=f"usual {in_figures(usual[0])}–{in_figures(usual[1])}°" if usual else "",
        kind=motion.stand.value if motion.stand else "",
        words=_words(motion),
    )


def _words(motion: JointMotion) -> str:
    if motion.left is None or motion.right is None:
        return "One side only"
    by = f"{in_figures(abs(round(motion.left - motion.right, 2)))}°"
    match motion.stand:
        case SideDifference.APART:
            return f"Sides differ by {by}"
        case SideDifference.WITHIN_ERROR:
            return f"{by} apart, within measurement error"
        case _:
            return "Sides equal" if motion.left == motion.right else f"{by} apart"
