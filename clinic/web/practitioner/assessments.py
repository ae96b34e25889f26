"""Assessments: begin one, record it section by section, read it, sign it, or throw a draft away."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.catalogue.assessment import BatteryItem
from clinic.domain.access import CLINICIANS
from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.findings import Signed
from clinic.domain.types import AssessmentStatus, Section
from clinic.models import Assessment, ExerciseMistake
from clinic.services import access, assessments, signoffs
from clinic.services import assessment_reading as reading
from clinic.services.clock import today_in
from clinic.web.authz import current_actor
from clinic.web.forms.assessments import (
    BeginForm,
    DiscardForm,
    SectionForm,
    Sheet,
    SignForm,
    fill_normal,
    merged,
    read_sheet,
    stored_sheet,
)
from clinic.web.presenters import assessment_sheet as sheets
from clinic.web.presenters import assessments as words

Answer = Response | str | tuple[str, int]
FILL, GO = "normal:", "go:"
REVIEW = "review"


def begin(client_id: uuid.UUID) -> Answer:
    """Begin an assessment: which battery, and when it was taken."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    offered = assessments.batteries()
    form = BeginForm(battery=offered[0].id if len(offered) == 1 else None, taken_on=_today())
    form.battery.choices = [(each.id, each.name) for each in offered]
    if form.validate_on_submit():
        try:
            begun = assessments.begin(actor, client_id, form.battery.data, form.taken_on.data)
        except RuleBroken as problem:
            form.refuse(problem)
        else:
            return _to_section(begun.id, next(iter(Section)))
    return render_template(
        "practitioner/assessments/begin.html",
        form=form,
        client=client,
        notes={each.id: each.purpose for each in offered},
    ), 422 if form.errors else 200


def show(assessment_id: uuid.UUID) -> str:
    """The assessment as a chart."""
    assessment = assessments.whole(current_actor(), assessment_id)
    return render_template("practitioner/assessments/show.html", **_chart(assessment))


def edit(assessment_id: uuid.UUID, section: str) -> Answer:
    """Record one section of a draft."""
    assessment = assessments.whole(current_actor(), assessment_id)
    if not request.form:
        if assessment.status is AssessmentStatus.SIGNED:
            return _to_show(assessment.id)
        return _first_look(assessment, Section(section))
    return _sent(assessment, Section(section))


def sign(assessment_id: uuid.UUID) -> Answer:
    """Read what was found once more, and sign it; or take the battery's wording as the practice's."""
    actor = current_actor()
    assessment = assessments.whole(actor, assessment_id)
    if actor.role not in CLINICIANS:
        flash("A practitioner or the owner signs assessments.", "caution")
        return _to_show(assessment_id)
    if request.form.get("act") == "wording":
        return _sign_wording(assessment)
    form = SignForm(version=assessment.version)
    if not form.is_submitted():
        return _to_show(assessment_id) if _is_signed(assessment) else _sign_page(assessment, form)
    try:
        if not form.validate():
            return _sign_page(assessment, form), 422
        assessments.sign(actor, assessment_id, form.version.data)
    except RuleBroken as problem:
        form.refuse(problem)
        return _sign_page(assessment, form), 422
    except Signed:
        flash("This assessment is signed already.", "info")
    except Conflict:
        return _sign_again(assessment_id, form)
    else:
        flash("Signed. From now on nothing in it can be changed.", "success")
    return _to_show(assessment_id)


def discard(assessment_id: uuid.UUID) -> Answer:
    """Throw a draft away, asked in words."""
    actor = current_actor()
    assessment = assessments.whole(actor, assessment_id)
    form = DiscardForm(version=assessment.version)
    if form.validate_on_submit():
        try:
            client_id = assessments.discard(actor, assessment_id, form.version.data)
        except Signed:
            flash("This assessment is signed. Amendments are added, not edited.", "caution")
        except Conflict:
            return _discard_again(assessment_id, form)
        else:
            flash("The draft is discarded.", "success")
            return redirect(url_for("practitioner.clients.assessments", client_id=client_id), 303)
    if _is_signed(assessment):
        return _to_show(assessment_id)
    return _discard_page(assessment, form)


def _sent(assessment: Assessment, section: Section) -> Answer:
    """A section as it came back: filled up if asked, refused with reasons, or saved."""
    items = reading.in_section(reading.items_of(assessment), section)
    form, act = SectionForm(), request.form.get("act", "")
    sheet, filled = read_sheet(request.form, items), 0
    if act.startswith(FILL):
        sheet, filled = fill_normal(sheet, items, act.removeprefix(FILL))
    note = form.note.data
    if not form.validate() or not sheet.is_good:
        form.form_errors.extend(f"“{name}” is not a field of this page." for name in sheet.strangers)
        if _is_signed(assessment):
            return _locked(assessment, section, sheet, note)
        return _sheet_page(assessment, section, form, sheet), 422
    try:
        assessments.save_section(
            current_actor(), assessment.id, section, sheet.values, note, form.seen.data or ""
        )
    except Signed:
        return _locked(assessments.whole(current_actor(), assessment.id), section, sheet, note)
    except Conflict:
        return _changed(assessments.whole(current_actor(), assessment.id), section, form, sheet)
    except RuleBroken as problem:
        form.refuse(problem)
        return _sheet_page(assessments.whole(current_actor(), assessment.id), section, form, sheet), 422
    return _saved(assessment, section, act, filled)


def _saved(assessment: Assessment, section: Section, act: str, filled: int) -> Response:
    title = words.SECTION_WORDS[section]
    if act.startswith(FILL):
        test = act.removeprefix(FILL)
        names = {item.test.id: item.test.name for item in reading.items_of(assessment)}
        if test in names:
            flash(f"{names[test]}: {words.fields_in_words(filled)} filled in as normal. Saved.", "success")
        return _to_section(assessment.id, section, test if test in names else None)
    flash(f"{title} saved.", "success")
    target = act.removeprefix(GO) if act.startswith(GO) else _next(assessment, section, act)
    return _to_section(assessment.id, Section(target)) if target in set(Section) else _to_show(assessment.id)


def _next(assessment: Assessment, section: Section, act: str) -> str:
    """Where "save and go on" goes: the next section that has tests, then the review."""
    if act == "stay":
        return section.value
    order = [each for each in Section if reading.in_section(reading.items_of(assessment), each)]
    later = order[order.index(section) + 1 :] if section in order else order
    return later[0].value if later else REVIEW


def _first_look(assessment: Assessment, section: Section) -> str:
    values = reading.values_of(assessment.findings)
    held = _of_section(assessment, section)
    form = SectionForm(seen=reading.digest(held, assessment.note), note=assessment.note)
    items = reading.in_section(reading.items_of(assessment), section)
    return _sheet_page(assessment, section, form, stored_sheet(items, values))


def _changed(assessment: Assessment, section: Section, form: SectionForm, sheet: Sheet) -> Answer:
    """Somebody saved first: both values, and a form that saves the two together."""
    items = reading.in_section(reading.items_of(assessment), section)
    saved = _of_section(assessment, section)
    form.seen.data, form.seen.raw_data = reading.digest(saved, assessment.note), None
    both = merged(sheet, saved, items)
    page = _sheet_page(assessment, section, form, both, mine=sheet, saved=saved)
    return page, 409


def _locked(assessment: Assessment, section: Section, sheet: Sheet, note: str | None) -> Answer:
    """Signed meanwhile: nothing is saved, and nothing that was typed is lost from sight."""
    items = reading.in_section(reading.items_of(assessment), section)
    mistake = assessments.named_mistake(current_actor())
    told = sheets.differences(items, sheet, _of_section(assessment, section), words.mistake_name(mistake))
    return render_template(
        "practitioner/assessments/locked.html",
        assessment=assessment,
        client=assessment.client,
        differences=told,
        note=note if note != assessment.note else None,
    ), 409


def _sheet_page(
    assessment: Assessment,
    section: Section,
    form: SectionForm,
    sheet: Sheet,
    *,
    mine: Sheet | None = None,
    saved: reading.Values | None = None,
) -> str:
    items = reading.items_of(assessment)
    part = reading.in_section(items, section)
    mistake = _named_mistake(part)
    context = _frame(assessment, mistake)
    earlier = context["earlier"]
    before = earlier.values if earlier else {}
    layers = sheets.Layers(sheet, before, mistake, saved or {})
    return render_template(
        "practitioner/assessments/edit.html",
        form=form,
        section=section,
        section_title=words.SECTION_WORDS[section],
        groups=sheets.groups(part, layers),
        errors=sheets.errors(part, sheet),
        differences=sheets.differences(part, mine, saved or {}, words.mistake_name(mistake)) if mine else [],
        last_saved=assessments.last_saved(assessment) if mine else None,
        **context,
    )


def _frame(assessment: Assessment, mistake: ExerciseMistake | None) -> dict[str, Any]:
    """What every page of one assessment shows: who, when, the flags, the way between the sections."""
    items, values = reading.items_of(assessment), reading.values_of(assessment.findings)
    earlier = assessments.earlier(assessment)
    wording = assessments.wording_of(assessment)
    signed = signoffs.signatures(assessment.practice_id, [wording]) if wording else {}
    return {
        "assessment": assessment,
        "client": assessment.client,
        "name": reading.name_of(assessment),
        "today": _today(),
        "tabs": sheets.tabs(items, values),
        "flags": words.flag_lines(
            reading.flags(items, values, earlier.values if earlier else {}),
            earlier.taken_on if earlier else None,
        ),
        "earlier": earlier,
        "wording": wording,
        "signature": signed.get(wording.scope) if wording else None,
    }


def _chart(assessment: Assessment) -> dict[str, Any]:
    items, values = reading.items_of(assessment), reading.values_of(assessment.findings)
    mistake = _named_mistake(items)
    sections = words.chart(items, values, words.mistake_name(mistake))
    can_repeat = reading.battery_of(assessment) is not None
    return {
        **_frame(assessment, mistake),
        "sections": sections,
        "is_empty": not values,
        "may_sign": current_actor().role in CLINICIANS,
        "repeat": words.repeat_fields(assessment, _today()) if can_repeat else None,
    }


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
    to = "show" if _is_signed(assessment) else "sign"
    return redirect(url_for(f"practitioner.assessments.{to}", assessment_id=assessment.id), 303)


def _discard_page(assessment: Assessment, form: DiscardForm, *, changed: bool = False) -> str:
    return render_template(
        "practitioner/assessments/discard.html",
        form=form,
        assessment=assessment,
        client=assessment.client,
        name=reading.name_of(assessment),
        findings=len(assessment.findings),
        changed=changed,
    )


def _discard_again(assessment_id: uuid.UUID, form: DiscardForm) -> Answer:
    assessment = assessments.whole(current_actor(), assessment_id)
    form.version.data, form.version.raw_data = assessment.version, None
    return _discard_page(assessment, form, changed=True), 409


def _of_section(assessment: Assessment, section: Section) -> reading.Values:
    tests = {item.test.id for item in reading.in_section(reading.items_of(assessment), section)}
    values = reading.values_of(assessment.findings)
    return {place: value for place, value in values.items() if place.test in tests}


def _named_mistake(items: tuple[BatteryItem, ...]) -> ExerciseMistake | None:
    asked = any(
        code == "named_mistake" for item in items for field in item.fields for code, _ in field.options
    )
    return assessments.named_mistake(current_actor()) if asked else None


def _is_signed(assessment: Assessment) -> bool:
    return assessment.status is AssessmentStatus.SIGNED


def _today() -> date:
    return today_in(access.practice_of(current_actor()).time_zone)


def _to_section(assessment_id: uuid.UUID, section: Section, anchor: str | None = None) -> Response:
    at = "practitioner.assessments.edit"
    return redirect(url_for(at, assessment_id=assessment_id, section=section.value, _anchor=anchor), 303)


def _to_show(assessment_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.assessments.show", assessment_id=assessment_id), 303)
