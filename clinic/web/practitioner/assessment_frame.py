"""What every page of one assessment shows, and the ways between them."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.domain.assessment import BatteryItem
from clinic.domain.doubtful import negative_with_familiar_pain
from clinic.domain.findings import Values
from clinic.domain.same_day import same_day_findings
from clinic.domain.types import AssessmentStatus, Section
from clinic.models import Assessment, ExerciseMistake
from clinic.services import access, warnings
from clinic.services.assessments import history as assessment_history
from clinic.services.assessments import reading
from clinic.services.assessments import recording as assessments
from clinic.services.clock import today_in
from clinic.services.routines import signoffs
from clinic.web.authz import current_actor
from clinic.web.presenters import assessment_sheet as sheets
from clinic.web.presenters import assessments as words
from clinic.web.presenters.assessment_warnings import raised_words


def frame(
    assessment: Assessment, mistake: ExerciseMistake | None, values: Values | None = None
) -> dict[str, Any]:
    """What every page of one assessment shows: who, when, the flags, the way between the sections.

    `values` are those that it reads now, where it is amended.
    """
    items = reading.items_of(assessment)
    values = reading.values_of(assessment.findings) if values is None else values
    earlier = assessment_history.earlier(assessment)
    wording = assessments.wording_of(assessment)
    signed = signoffs.signatures(assessment.practice_id, [wording]) if wording else {}
    return {
        "assessment": assessment,
        "client": assessment.client,
        "name": reading.name_of(assessment),
        "today": today(),
        "tabs": sheets.tabs(items, values),
        "flags": words.flag_lines(
            same_day_findings(items, values, earlier.values if earlier else {}),
            earlier.taken_on if earlier else None,
        ),
        "questions": words.question_lines(negative_with_familiar_pain(items, values)),
        "raised": raised_words(warnings.raised_from(assessment)),
        "earlier": earlier,
        "wording": wording,
        "signature": signed.get(wording.scope) if wording else None,
    }


def named_mistake(items: tuple[BatteryItem, ...]) -> ExerciseMistake | None:
    asked = any(
        code == "named_mistake" for item in items for field in item.fields for code, _ in field.options
    )
    return assessments.named_mistake(current_actor()) if asked else None


def is_signed(assessment: Assessment) -> bool:
    return assessment.status is AssessmentStatus.SIGNED


def today() -> date:
    return today_in(access.practice_of(current_actor()).time_zone)


def to_section(assessment_id: uuid.UUID, section: Section, anchor: str | None = None) -> Response:
    at = "practitioner.assessment_recording.edit"
    return redirect(url_for(at, assessment_id=assessment_id, section=section.value, _anchor=anchor), 303)


def to_show(assessment_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.assessments.show", assessment_id=assessment_id), 303)
