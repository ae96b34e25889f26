"""Adding to a signed assessment: which place, what is right, and why."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.errors import Conflict, NotFound, RuleBroken
from clinic.domain.findings import spelled
from clinic.domain.spots import Spot
from clinic.models import Assessment
from clinic.services.assessments import amendments, history, reading
from clinic.services.assessments import recording as assessments
from clinic.web.authz import current_actor
from clinic.web.forms.amendments import AmendForm
from clinic.web.practitioner.assessment_frame import is_signed, named_mistake, to_show
from clinic.web.presenters import amendments as words
from clinic.web.presenters.assessments import mistake_name
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
NOTE_ALONE = "note"


def amend(assessment_id: uuid.UUID) -> Answer:
    """Choose a place, then say what is right there; or add a note to the whole."""
    actor = current_actor()
    assessment = assessments.whole(actor, assessment_id)
    if not is_signed(assessment):
        flash("This assessment is a draft: change it there.", "info")
        return to_show(assessment_id)
    if not actor.may(Permission.AMEND_ASSESSMENTS):
        flash("A practitioner or the owner amends assessments.", "caution")
        return to_show(assessment_id)
    at = request.args.get("at", "")
    (record,) = history.records([assessment])
    mistake = mistake_name(named_mistake(record.items))
    if not at:
        return _page("choose", assessment, places=words.places(record, mistake))
    spot = _spot(assessment, at)
    stands = record.values.get(spot.place) if spot else None
    form = AmendForm.at(spot, stands, mistake)
    form.be_about(assessment, record.values)
    if form.validate_on_submit():
        try:
            with form.attempt():
                amendments.amend(actor, assessment_id, form.wish())
                flash("The amendment is added. What was signed stays readable beside it.", "success")
                return redirect(url_for("practitioner.assessments.show", assessment_id=assessment_id), 303)
        except Conflict:
            return _again(assessment, at, form, mistake)
    page = _page("amend", assessment, form=form, place=words.place(spot, stands, mistake) if spot else None)
    return page, 422 if form.errors else 200


def _again(assessment: Assessment, at: str, form: AmendForm, mistake: str) -> Answer:
    """Somebody amended the place first: what it says now, and what was typed."""
    (record,) = history.records([assessment])
    spot = _spot(assessment, at)
    assert spot is not None
    stands = record.values.get(spot.place)
    form.seen.data, form.seen.raw_data = spelled(stands), None
    form.refuse(RuleBroken("Somebody amended this first. Read what it says now, then add yours.", "value"))
    return _page("amend", assessment, form=form, place=words.place(spot, stands, mistake)), 409


def _spot(assessment: Assessment, name: str) -> Spot | None:
    if name == NOTE_ALONE:
        return None
    spot = amendments.spot_of(assessment, name)
    if spot is None:
        raise NotFound
    return spot


def _page(name: str, assessment: Assessment, **more: Any) -> str:
    return render_template(
        f"practitioner/assessments/{name}.html",
        assessment=assessment,
        client=assessment.client,
        name=reading.name_of(assessment),
        **more,
    )
