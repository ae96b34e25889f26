"""Findings that want a doctor the same day: raised as a warning flag the moment they are recorded."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from clinic.domain.findings import Values
from clinic.domain.same_day import SameDayFinding, same_day_findings
from clinic.domain.spots import spots_of
from clinic.domain.warnings import highest
from clinic.extensions import db
from clinic.models import Assessment, Client, WarningFlag
from clinic.services import warnings
from clinic.services.actors import Actor
from clinic.services.assessments import reading
from clinic.services.assessments.history import earlier


def watch(actor: Actor, assessment: Assessment, values: Values) -> WarningFlag | None:
    """Raise what the values of an assessment ask for, in the caller's transaction; None if they ask nothing.

    A value that is put right afterwards clears nothing: somebody clears the flag, with a note.
    """
    items = reading.items_of(assessment)
    if not any(spot.field.warning and spot.place in values for spot in spots_of(items)):
        return None
    before = earlier(assessment)
    found = same_day_findings(items, values, before.values if before else {})
    if not found:
        return None
    client = db.session.get_one(Client, assessment.client_id)
    tier = highest(flag.spot.field.warning_tier for flag in found)
    return warnings.raise_from_assessment(actor, client, assessment, tier, _told(found))


def _told(found: Sequence[SameDayFinding]) -> list[dict[str, Any]]:
    """What was found, as the flag keeps it."""
    return [
        {
            "test": flag.spot.place.test,
            "field": flag.spot.place.field,
            "side": flag.spot.place.side.value,
            "value": flag.value,
            "before": flag.before,
            "limited_by_pain": flag.limited_by_pain,
        }
        for flag in found
    ]
