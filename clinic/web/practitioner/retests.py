"""Taking the same items again: those of an assessment, or exactly those that a program answers."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.models import Assessment
from clinic.services.assessments import reading, retests
from clinic.web.authz import current_actor
from clinic.web.refusals import told_on_the_next_page


def again(assessment_id: uuid.UUID) -> Response:
    """Begin a draft with the same items as an assessment."""
    with told_on_the_next_page():
        return _to_first_section(retests.begin_again(current_actor(), assessment_id))
    return redirect(url_for("practitioner.assessments.show", assessment_id=assessment_id), 303)


def program(program_id: uuid.UUID) -> Response:
    """Begin a draft with exactly what a program answers."""
    with told_on_the_next_page():
        return _to_first_section(retests.begin_for_program(current_actor(), program_id))
    return redirect(url_for("practitioner.programs.show", program_id=program_id), 303)


def _to_first_section(begun: Assessment) -> Response:
    section = reading.items_of(begun)[0].test.section.value
    at = "practitioner.assessment_recording.edit"
    return redirect(url_for(at, assessment_id=begun.id, section=section, _anchor="sheet"), 303)
