"""The moves in motion, in the prescribed tempo, as declarative animation: no script, no style."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from itertools import accumulate

from clinic.catalogue.figures import hinge as hinge_pictures
from clinic.catalogue.figures import posed_pictures
from clinic.catalogue.figures import turns as turn_pictures
from clinic.catalogue.figures.front import FrontBody, PlanBody
from clinic.catalogue.figures.geometry import Point, Station, limb, number, numbers
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.people import (
    front_details,
    front_still,
    plan_feet,
    plan_pelvis,
    side_ghost,
    side_trunk,
)
from clinic.catalogue.figures.posed_moves import POSED_MOVES
from clinic.catalogue.figures.poses import FACING, HINGED, TALL, TURN, TURNED_LEFT, TURNED_RIGHT
from clinic.catalogue.figures.side import THIGH_SHAPE, SideBody, stand
from clinic.domain.doses import Tempo

EASE, STAY = ".4 0 .6 1", "0 0 1 1"
EASE_IN, EASE_OUT = ".5 0 1 1", "0 0 .5 1"
KNEECAP = 9.0
THIGH_IN_MOTION = (
    *THIGH_SHAPE[:-1],
    Station(1.04, 5, 5),
)  # no line across the knee where thigh turns on shank


def beats(tempo: str) -> tuple[int, ...]:
    """Read "3-1-2-0": seconds down, pause, up, pause. ValueError when it is not a tempo, or never moves."""
    read = Tempo.parse(tempo)
    if read.out + read.back == 0:
        raise ValueError(f"nothing moves in {tempo!r}")
    return (read.out, read.pause, read.back, read.rest)


def hinge(tempo: Sequence[float]) -> DrawingSheet:
    """Draw the hinge going down and up over the ghost of its start."""
    sheet = DrawingSheet(360, 336)
    sheet.floor(50, 310, 322)
    sheet.at(172, 320, 1)
    start, end = stand(TALL), stand(HINGED)
    side_ghost(sheet, start)
    clock = _clock(tempo)
    sheet.shape("fig-far", start.far_shoe())
    _leg(sheet, start, end, clock, far=True)
    sheet.shape("fig-shoe", start.shoe())
    _leg(sheet, start, end, clock, far=False)
    hinge_pictures.swing(sheet, start, end)
    return sheet


def _leg(sheet: DrawingSheet, start: SideBody, end: SideBody, clock: str, far: bool) -> None:
    """Nest the turns of ankle, knee and hip; the near leg carries the trunk."""
    shin = end.pose.shin - start.pose.shin
    thigh = -(end.pose.thigh - start.pose.thigh)
    kind = "fig-far" if far else "fig-legs"
    lower = start.far_leg()[1] if far else start.shank()
    ankle, knee = (start.far_ankle, start.knee.moved(4.5, -1.5)) if far else (start.ankle, start.knee)
    _turning(sheet, ankle, (0, shin), clock)
    sheet.shape(kind, lower)
    _turning(sheet, knee, (0, thigh - shin), clock)
    sheet.shape(kind, limb(start.hip, knee, THIGH_IN_MOTION))
    sheet.patch(kind, sheet.on(knee.moved(1, 0)), KNEECAP)
    if not far:
        _turning(sheet, start.hip, (0, end.pose.pelvis - start.pose.pelvis - thigh), clock)
        side_trunk(sheet, start)
        hinge_pictures.crease(sheet, start)
        sheet.marks.append("</g>")
    sheet.marks.append("</g></g>")


def turn(tempo: Sequence[float]) -> DrawingSheet:
    """Draw the small turn to the left and to the right, from the front and from above."""
    sheet = DrawingSheet(360, 336)
    sheet.floor(16, 184, 322)
    sheet.at(100, 318, 1)
    there_and_back = _clock([*tempo, *tempo])
    facing = FrontBody(FACING)
    front_still(sheet, facing)
    sheet.shape("fig-pelvis", facing.bowl())
    middle, left, right = (front_details(sheet, FrontBody(p)) for p in (FACING, TURNED_LEFT, TURNED_RIGHT))
    values = ";".join((middle, left, left, middle, middle, right, right, middle, middle))
    sheet.line("fig-pale", middle, 0.7)
    sheet.marks[-1] = sheet.marks[-1].replace(
        "/>", f'><animate attributeName="d" values="{values}" {there_and_back}/></path>'
    )
    _plan(sheet, there_and_back)
    turn_pictures.plan_words(sheet)
    return sheet


def _plan(sheet: DrawingSheet, clock: str) -> None:
    sheet.at(268, 160, 1)
    body = PlanBody(FACING, Point(0, 0), 1.85)
    plan_feet(sheet, body)
    _turning(sheet, Point(0, 0), (0, -TURN, -TURN, 0, 0, TURN, TURN, 0, 0), clock)
    plan_pelvis(sheet, body)
    turn_pictures.pointer(sheet, body)
    sheet.marks.append("</g>")
    sheet.line("fig-still", sheet.curve(body.chest()), 1, dashed=True)


def from_side(key: str, tempo: Sequence[float]) -> DrawingSheet:
    """Draw a move of the shelf going there and back, by the outlines of its start, half way and end."""
    start, half, end = (posed_pictures.between(key, share) for share in (0.0, 0.5, 1.0))
    clock = _clock(tempo, halves=True)
    for i, (a, b, c) in enumerate(zip(start.marks, half.marks, end.marks, strict=True)):
        if a != c:
            s, m, e = (mark.split(' d="')[1].split('"')[0] for mark in (a, b, c))
            values = ";".join((s, m, e, e, m, s, s))
            animation = f'<animate attributeName="d" values="{values}" {clock}/>'
            start.marks[i] = a.replace("/>", f">{animation}</path>")
    return start


def _turning(sheet: DrawingSheet, centre: Point, angles: Sequence[float], clock: str) -> None:
    """Open a group that turns about a joint; two angles mean there and back."""
    steps = [angles[0], angles[1], angles[1], angles[0], angles[0]] if len(angles) == 2 else angles
    place = numbers(sheet.on(centre))
    values = ";".join(f"{number(angle)} {place}" for angle in steps)
    sheet.marks.append(
        f'<g><animateTransform attributeName="transform" type="rotate" values="{values}" {clock}/>'
    )


def _clock(tempo: Sequence[float], *, halves: bool = False) -> str:
    """Write the times of a cycle: moving beats ease in and out, pauses stay.

    With `halves`, there is a moment half way of each moving beat.
    """
    parts: list[tuple[float, str]] = []
    for i, seconds in enumerate(tempo):
        if i % 2:
            parts.append((seconds, STAY))
        elif halves:
            parts += [(seconds / 2, EASE_IN), (seconds / 2, EASE_OUT)]
        else:
            parts.append((seconds, EASE))
    whole = sum(tempo)
    times = ["0", *(f"{t / whole:.4g}" for t in accumulate(seconds for seconds, _ in parts))]
    splines = ";".join(spline for _, spline in parts)
    return (
        f'dur="{whole:g}s" keyTimes="{";".join(times)}" calcMode="spline" keySplines="{splines}"'
        ' repeatCount="indefinite"'
    )


PICTURES: dict[str, Callable[[Sequence[float]], DrawingSheet]] = {
    "hip_hinge": hinge,
    "hip_turns_standing": turn,
    **{key: partial(from_side, key) for key in POSED_MOVES},
}
