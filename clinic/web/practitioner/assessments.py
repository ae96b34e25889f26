"""Assessments: read one as a chart, sign it, take its battery's wording as the practice's."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.amendments import AddedAmendment
from clinic.domain.errors import Conflict
from clinic.domain.findings import Signed
from clinic.models import Assessment
from clinic.services.assessments import history, reading
from clinic.services.assessments import recording as assessments
from clinic.web.authz import current_actor
from clinic.web.forms.assessments import SignForm
from clinic.web.forms.notes import BeginNoteForm
from clinic.web.practitioner.assessment_frame import frame, is_signed, named_mistake, to_show
from clinic.web.presenters import amendments as amendment_words
from clinic.web.presenters import assessments as words
from clinic.web.presenters import norms
from clinic.web.presenters import notes as note_words
from clinic.web.presenters.motion import motion_chart
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def show(assessment_id: uuid.UUID) -> str:
    """The assessment as a chart."""
    assessment = assessments.whole(current_actor(), assessment_id)
    return render_template("practitioner/assessments/show.html", **_chart(assessment))


def sign(assessment_id: uuid.UUID) -> Answer:
    """Read what was found once more, and sign it; or take the battery's wording as the practice's."""
    actor = current_actor()
    assessment = assessments.whole(actor, assessment_id)
    if not actor.may(Permission.SIGN_ASSESSMENTS):
        flash("A practitioner or the owner signs assessments.", "caution")
        return to_show(assessment_id)
    if request.form.get("act") == "wording":
        return _sign_wording(assessment)
    form = SignForm(version=assessment.version)
    if not form.is_submitted():
        return to_show(assessment_id) if is_signed(assessment) else _sign_page(assessment, form)
    if form.validate():
        try:
            with form.attempt():
                assessments.sign(actor, assessment_id, form.version.data)
                flash("Signed. From now on nothing in it can be changed.", "success")
                return to_show(assessment_id)
        except Signed:
            flash("This assessment is signed already.", "info")
            return to_show(assessment_id)
        except Conflict:
            return _sign_again(assessment_id, form)
    return _sign_page(assessment, form), 422


def _chart(assessment: Assessment) -> dict[str, Any]:
    added = [] if not is_signed(assessment) else _amendments(assessment)
    record = history.record_of(assessment, reading.values_of(assessment.findings), added)
    mistake = named_mistake(record.items)
    name = words.mistake_name(mistake)
    usual = norms.usual(record.items, assessment.client, assessment.taken_on)
    return {
        **frame(assessment, mistake, record.values),
        "sections": words.chart(record.items, record.values, name, record.amended, usual),
        "motion": motion_chart(record.items, record.values),
        "amendments": amendment_words.told(record, added, name),
        "is_empty": not record.values and not added,
        "may_sign": current_actor().may(Permission.SIGN_ASSESSMENTS),
        "notes": note_words.beside(assessment.notes),
        "may_write": current_actor().may(Permission.WRITE_NOTES),
        "note_key": BeginNoteForm().key.data,
    }


def _amendments(assessment: Assessment) -> list[AddedAmendment]:
    return history.amendments(assessment.practice_id, [assessment.id]).get(assessment.id, [])


def _sign_page(assessment: Assessment, form: SignForm, *, changed: bool = False) -> str:
    return render_template(
        "practitioner/assessments/sign.html", form=form, changed=changed, **_chart(assessment)
    )


def _sign_again(assessment_id: uuid.UUID, form: SignForm) -> Answer:
    assessment = assessments.whole(current_actor(), assessment_id)
    form.version.data, form.version.raw_data = assessment.version, None
    form.confirmed.data = False
    return _sign_page(assessment, form, changed=True), 409


def _sign_wording(assessment: Assessment) -> Answer:
    try:
        assessments.sign_off_wording(current_actor(), assessment.id, request.form.get("seen", ""))
    except Conflict:
        flash("The wording was changed meanwhile. Read it again, then sign it off.", "caution")
    else:
        flash("The wording is signed off.", "success")
    to = "show" if is_signed(assessment) else "sign"
    return redirect(url_for(f"practitioner.assessments.{to}", assessment_id=assessment.id), 303)
