"""Assessments for tests, made the way practitioners make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clinic.domain.findings import Entry, Place, Value, enter, written
from clinic.domain.types import Section, Side
from clinic.extensions import db
from clinic.models import Assessment, Client
from clinic.services.actors import Actor
from clinic.services.assessments import drafts
from clinic.services.assessments import layout as layouts
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.drafts import FieldEdit

BATTERY = "hip_back_first_visit"
POSITIVE = Place("faber", "result", Side.RIGHT)
INTERNAL_LEFT = Place("hip_rotation", "internal_passive", Side.LEFT)
SETUP: Mapping[Place, Value] = {
    Place("hip_rotation", "position", Side.NONE): "seated",
    Place("hip_rotation", "device", Side.NONE): "goniometer",
}


def recorded(
    actor: Actor, assessment: Assessment, values: Mapping[Place, Value], section: Section = Section.ORTHOPEDIC
) -> int:
    """Put exactly these values into a section, over what stands now."""
    whole = assessments.whole(actor, assessment.id)
    db.session.refresh(whole, ["findings", "draft", "note"])
    laid = layouts.layout(whole, section)
    stands = drafts.standing(whole, laid)
    wanted = {place.name: _typed(laid, place, value) for place, value in values.items()}
    edits = {
        name: FieldEdit(stands.texts.get(name, ""), wanted.get(name))
        for name in stands.entries.keys() | wanted.keys()
        if name != drafts.NOTE and stands.entries.get(name) != wanted.get(name)
    }
    return drafts.keep(actor, assessment.id, section, edits).changed


def _typed(laid: layouts.Layout, place: Place, value: Value) -> Entry | None:
    spot = laid.spots.get(place.name)
    return enter(spot.field, written(spot.field, value)) if spot else value


def draft(actor: Actor, client: Client, day: date = date(2026, 3, 2)) -> Assessment:
    """An empty draft."""
    return assessments.begin(actor, client.id, BATTERY, day)


def signed(
    actor: Actor, client: Client, day: date, values: Mapping[Place, Value] | None = None
) -> Assessment:
    """A signed assessment with some orthopedic findings."""
    assessment = draft(actor, client, day)
    recorded(actor, assessment, {POSITIVE: "positive"} if values is None else values)
    assessments.sign(actor, assessment.id, assessments.whole(actor, assessment.id).version)
    return assessment
