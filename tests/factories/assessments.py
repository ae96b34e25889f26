"""Assessments for tests, made the way practitioners make them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from clinic.domain.findings import Place, Value
from clinic.domain.types import Section, Side
from clinic.extensions import db
from clinic.models import Assessment, Client
from clinic.services import assessment_reading as reading
from clinic.services import assessments
from clinic.services.actors import Actor

BATTERY = "hip_back_first_visit"
POSITIVE = Place("faber", "result", Side.RIGHT)
INTERNAL_LEFT = Place("hip_rotation", "internal_passive", Side.LEFT)
SETUP: Mapping[Place, Value] = {
    Place("hip_rotation", "position", Side.NONE): "seated",
    Place("hip_rotation", "device", Side.NONE): "goniometer",
}


def seen(actor: Actor, assessment: Assessment, section: Section = Section.ORTHOPEDIC) -> str:
    """What a page of a section would carry if it were opened now."""
    whole = assessments.whole(actor, assessment.id)
    db.session.refresh(whole, ["findings"])
    tests = {item.test.id for item in reading.in_section(reading.items_of(whole), section)}
    values = {at: value for at, value in reading.values_of(whole.findings).items() if at.test in tests}
    return reading.digest(values, whole.note)


def recorded(
    actor: Actor, assessment: Assessment, values: Mapping[Place, Value], section: Section = Section.ORTHOPEDIC
) -> int:
    """Save a section over what stands now."""
    return assessments.save_section(
        actor, assessment.id, section, values, None, seen(actor, assessment, section)
    )


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
