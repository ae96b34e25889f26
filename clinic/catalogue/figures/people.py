"""Putting the person on the sheet: solid or as a ghost, from the side, the front or above."""

from collections.abc import Sequence

from clinic.catalogue.figures.front import FrontBody, FrontPose, PlanBody
from clinic.catalogue.figures.geometry import Point, polyline
from clinic.catalogue.figures.lying import BENT, OnBackBody, OnSideBody
from clinic.catalogue.figures.paper import DrawingSheet
from clinic.catalogue.figures.side import SideBody

BOTH = (-1, 1)


def side_person(sheet: DrawingSheet, body: SideBody, caution: Sequence[str] = ()) -> None:
    """Draw the person from the side; parts named in caution are amber."""
    legs = "fig-caution-fill" if {"legs", "knees"} & set(caution) else "fig-legs"
    if far_arm := body.far_arm():
        sheet.shape("fig-far", *far_arm)
    sheet.shape("fig-far", body.far_shoe())
    sheet.shape("fig-far", *body.far_leg())
    sheet.shape("fig-caution-fill" if "feet" in caution else "fig-shoe", body.shoe())
    sheet.shape(legs, body.thigh(), body.shank())
    side_trunk(sheet, body, caution)


def side_trunk(sheet: DrawingSheet, body: SideBody, caution: Sequence[str] = ()) -> None:
    """Draw all that stands on the legs: pelvis, shirt, head, the near arm."""
    head = "fig-caution-fill" if "head" in caution else "fig-skin"
    shirt = "fig-caution-fill" if "trunk" in caution else "fig-shirt"
    sheet.shape(head, body.neck())
    sheet.shape(shirt, body.trunk())
    sheet.shape("fig-caution-fill" if "pelvis" in caution else "fig-pelvis", body.bowl())
    sheet.shape(head, body.head())
    sheet.shape("fig-hair", body.hair())
    sheet.shape("fig-skin", body.upper_arm(), *body.forearm())
    sheet.shape(shirt, body.sleeve())


def side_ghost(sheet: DrawingSheet, body: SideBody) -> None:
    """Draw where the person started, pale and whole."""
    sheet.marks.append('<g class="fig-ghost-line" stroke="#b3bbb3">')
    sheet.shape("fig-ghost", body.thigh(), body.shank(), body.shoe(), body.bowl(), body.trunk(), body.neck(),
                body.head())  # fmt: skip
    sheet.marks.append("</g>")


def on_back(sheet: DrawingSheet, body: OnBackBody, caution: Sequence[str] = ()) -> None:
    """Draw the person on the back, seen from above; parts named in caution are amber."""
    front = body.front
    sheet.shape("fig-legs", *front.leg(-BENT))
    sheet.shape("fig-shoe", front.shoe(-BENT))
    sheet.shape("fig-caution-fill" if "feet" in caution else "fig-shoe", body.sole())
    for outline in body.bent_leg():
        sheet.shape("fig-legs", outline)
    front_shirt(sheet, front)
    front_pelvis(sheet, front, "fig-caution-fill" if "pelvis" in caution else "fig-pelvis")
    _face(sheet, front.head(), front.hair(), front.nose())
    for side in BOTH:
        upper, sleeve, fore = body.arm(side)
        sheet.shape("fig-skin", upper, fore)
        sheet.shape("fig-shirt", sleeve)


def on_back_ghost(sheet: DrawingSheet, body: OnBackBody) -> None:
    """Draw where the bent leg started, pale."""
    sheet.marks.append('<g class="fig-ghost-line" stroke="#b3bbb3">')
    sheet.shape("fig-ghost", *body.bent_leg())
    sheet.marks.append("</g>")


def on_side(sheet: DrawingSheet, body: OnSideBody, caution: Sequence[str] = ()) -> None:
    """Draw the person on the side, propped on an elbow; parts named in caution are amber."""
    shirt = "fig-caution-fill" if "trunk" in caution else "fig-shirt"
    front = body.front
    sheet.shape("fig-far", *body.shanks())
    sheet.shape("fig-shoe", *body.shoes())
    upper, sleeve, fist = body.propped()
    sheet.shape("fig-skin", upper, fist)
    for outline in body.thighs():
        sheet.shape("fig-legs", outline)
    sheet.shape("fig-skin", body.high(*front.neck()))
    sheet.shape(shirt, body.trunk())
    sheet.shape(shirt, sleeve)
    sheet.shape("fig-caution-fill" if "pelvis" in caution else "fig-pelvis", body.bowl())
    _face(sheet, body.high(*front.head()), body.high(*front.hair()), body.high(*front.nose()))
    upper, sleeve, fore = body.upper_arm()
    sheet.shape("fig-skin", upper, fore)
    sheet.shape(shirt, sleeve)


def on_side_ghost(sheet: DrawingSheet, body: OnSideBody) -> None:
    """Draw where the person started, pale and whole."""
    sheet.marks.append('<g class="fig-ghost-line" stroke="#b3bbb3">')
    sheet.shape("fig-ghost", *body.thighs(), body.bowl(), body.trunk(), body.high(*body.front.hair()))
    sheet.marks.append("</g>")


def _face(sheet: DrawingSheet, head: Sequence[Point], hair: Sequence[Point], nose: Sequence[Point]) -> None:
    sheet.shape("fig-skin", head)
    sheet.shape("fig-hair", hair)
    sheet.line("fig-detail", sheet.curve(nose, closed=False), 0.7)


def front_person(sheet: DrawingSheet, body: FrontBody, caution: Sequence[str] = ()) -> None:
    """Draw the person from the front, arms crossed over the chest; parts named in caution are amber."""
    front_still(sheet, body, caution)
    front_pelvis(sheet, body, "fig-caution-fill" if "pelvis" in caution else "fig-pelvis")


def front_still(sheet: DrawingSheet, body: FrontBody, caution: Sequence[str] = ()) -> None:
    """Draw everything but the pelvis: what ought to stay still in a small turn."""
    front_legs(sheet, body, caution)
    front_shirt(sheet, body, caution)
    front_upper(sheet, body, caution)


def front_legs(sheet: DrawingSheet, body: FrontBody, caution: Sequence[str] = ()) -> None:
    """Draw legs, kneecaps and shoes."""
    shoes = "fig-caution-fill" if "feet" in caution else "fig-shoe"
    sheet.shape("fig-legs", *(outline for side in BOTH for outline in body.leg(side)))
    sheet.line("fig-detail", "".join(sheet.curve(body.kneecap(side), closed=False) for side in BOTH), 0.7)
    sheet.shape(shoes, *(body.shoe(side) for side in BOTH))


def front_shirt(sheet: DrawingSheet, body: FrontBody, caution: Sequence[str] = ()) -> None:
    """Draw the shirt from collar to belt."""
    sheet.shape("fig-skin", body.neck())
    sheet.shape("fig-caution-fill" if "trunk" in caution else "fig-shirt", body.trunk())


def front_upper(sheet: DrawingSheet, body: FrontBody, caution: Sequence[str] = ()) -> None:
    """Draw the head and the crossed arms."""
    _face(sheet, body.head(), body.hair(), body.nose())
    arms = [body.arm(side) for side in BOTH]
    for upper, _, fore in arms:
        sheet.shape("fig-skin", upper, fore)
    sheet.shape("fig-caution-fill" if "trunk" in caution else "fig-shirt", *(sleeve for _, sleeve, _ in arms))


def front_pelvis(sheet: DrawingSheet, body: FrontBody, kind: str = "fig-pelvis") -> None:
    """Draw the pelvis with buckle, seam and the two hip creases that show its turn."""
    sheet.shape(kind, body.bowl())
    sheet.line("fig-pale", front_details(sheet, body), 0.7)


def front_details(sheet: DrawingSheet, body: FrontBody) -> str:
    """Write the lines on the front of the pelvis."""
    creases = "".join(sheet.curve(body.pocket(side), closed=False) for side in BOTH)
    x, y = sheet.on(body.buckle())
    size = 4.5 * sheet.scale
    buckle = polyline(
        [Point(x + a * size, y + b * size) for a, b in ((-1, -1), (1, -1), (1, 1), (-1, 1))], closed=True
    )
    return creases + sheet.curve(body.seam(), closed=False) + buckle


def plan_person(sheet: DrawingSheet, body: PlanBody, caution: Sequence[str] = ()) -> None:
    """Draw feet, pelvis and chest from above; the pelvis' start pale beneath it."""
    plan_feet(sheet, body, caution)
    if body.pose.pelvis_turn or body.pose.slide:
        sheet.shape("fig-ghost", PlanBody(FrontPose(), body.centre, body.scale).pelvis())
    plan_pelvis(sheet, body, caution)
    chest = "fig-caution" if "trunk" in caution else "fig-still"
    sheet.line(chest, sheet.curve(body.chest()), 1, dashed=True)


def plan_feet(sheet: DrawingSheet, body: PlanBody, caution: Sequence[str] = ()) -> None:
    """Draw both soles."""
    sheet.shape("fig-caution-fill" if "feet" in caution else "fig-far", *(body.foot(side) for side in BOTH))


def plan_pelvis(sheet: DrawingSheet, body: PlanBody, caution: Sequence[str] = ()) -> None:
    """Draw the pelvis and the axis it turns on."""
    sheet.shape("fig-caution-fill" if "pelvis" in caution else "fig-pelvis", body.pelvis())
    sheet.dot("fig-axis", sheet.on(body.middle), sheet.stroke * 1.2)
