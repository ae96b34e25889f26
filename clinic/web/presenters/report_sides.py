"""Left against right of every angle of an assessment, as one picture with its words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

from flask import get_template_attribute

from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Values, in_figures
from clinic.domain.side_difference import JointMotion, SideDifference, motions
from clinic.domain.spots import BOTH_SIDES
from clinic.domain.types import FieldKind

TICK = 15  # degrees
LEAST, MOST = 0, 90  # the scale when all angles lie on it
LONGEST = 28  # letters of a name beside the scale


@dataclass(frozen=True, slots=True)
class SidesRow:
    """One angle on both sides; `apart` once they differ by the test's limit, `usual` a published range."""

    name: str
    label: str
    left: float
    right: float
    usual: tuple[float, float] | None
    apart: bool
    words: str


def sides_picture(items: Sequence[BatteryItem], values: Values) -> dict[str, Any] | None:
    """The picture as SVG with what it shows in words; None where no angle was taken on both sides."""
    rows = list(_rows(items, values))
    if not rows:
        return None
    ends = [end for row in rows for end in (row.left, row.right, *(row.usual or ()))]
    low = min(LEAST, floor(min(ends) / TICK) * TICK)
    high = max(MOST, ceil(max(ends) / TICK) * TICK)
    draw = get_template_attribute("components/charts_sides.html", "sides_chart")
    return {
        "svg": str(draw(rows, low, high)),
        "alt": "Left and right on a scale of degrees. " + "; ".join(map(_told, rows)) + ".",
        "title": _title(rows),
        "usual": any(row.usual for row in rows),
    }


def _rows(items: Sequence[BatteryItem], values: Values) -> Iterator[SidesRow]:
    known = {(motion.test.id, motion.field.id): motion for motion in motions(items, values)}
    for item in items:
        for field in item.fields:
            left, right = (values.get(Place(item.test.id, field.id, side)) for side in BOTH_SIDES)
            if field.kind is FieldKind.DEGREES and isinstance(left, float) and isinstance(right, float):
                motion = known.get((item.test.id, field.id))
                yield SidesRow(
                    name=_short(item.test.name),
                    label=_short(field.label),
                    left=left,
                    right=right,
                    usual=motion.usual if motion else None,
                    apart=motion is not None and motion.stand is SideDifference.APART,
                    words=_words(abs(left - right), motion),
                )


def _words(by: float, motion: JointMotion | None) -> str:
    if not by:
        return "Same on both sides"
    if motion is not None and motion.stand is SideDifference.WITHIN_ERROR:
        return f"{_degrees(by)}, within error"
    return f"{_degrees(by)} apart"


def _title(rows: Sequence[SidesRow]) -> str:
    """What the picture says, as its title."""
    apart = [row for row in rows if row.apart]
    if not apart:
        return "No angle differs between the sides by its limit or more"
    noun, its = ("angle differs", "its") if len(apart) == 1 else ("angles differ", "their")
    return f"{len(apart)} {noun} between the sides by {its} limit or more"


def _told(row: SidesRow) -> str:
    usual = f", usual {_degrees(row.usual[0])} to {_degrees(row.usual[1])}" if row.usual else ""
    return f"{row.name}, {row.label}: left {_degrees(row.left)}, right {_degrees(row.right)}{usual}"


def _short(name: str) -> str:
    return name if len(name) <= LONGEST else f"{name[: LONGEST - 1].rstrip(' ,(')}…"


def _degrees(number: float) -> str:
    return f"{in_figures(round(number, 2))}°"
