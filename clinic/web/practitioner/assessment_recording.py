"""Recording an assessment: begin one, fill it in section by section, put its day right, throw it away."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import jsonify, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.domain.findings import Signed
from clinic.domain.spots import in_section
from clinic.domain.types import Section
from clinic.models import Assessment
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import drafts, reading
from clinic.services.assessments import layout as layouts
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.drafts import NOTE, DraftSaver, FieldCollision, FieldEdit, SectionKept
from clinic.services.assessments.layout import Layout
from clinic.services.assessments.sheets import SectionSheet, fill_normal, stored_sheet, undo_normal
from clinic.web import given_back
from clinic.web.authz import current_actor
from clinic.web.forms.assessments import (
    BeginForm,
    Choices,
    DayForm,
    DiscardForm,
    SectionForm,
    read_choices,
    read_sheet,
)
from clinic.web.practitioner.assessment_frame import (
    frame,
    is_signed,
    named_mistake,
    to_section,
    to_show,
    today,
)
from clinic.web.presenters import assessment_recording as telling
from clinic.web.presenters import assessment_sheet as sheets
from clinic.web.presenters import assessments as words
from clinic.web.presenters import body_chart, norms
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]
FILL, UNDO, GO, CHOOSE = "normal:", "undo:", "go:", "choose"
REVIEW = "review"
SHEET = "sheet"  # where one lands who goes on from section to section: the first empty field
FIRST_VISIT, RETEST = "hip_back_first_visit", "four_week_retest"


def begin(client_id: uuid.UUID) -> Answer:
    """Begin an assessment: which battery, and when it was taken."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    offered = assessments.batteries(actor)
    form = BeginForm(battery=_usual(actor, client_id), taken_on=today())
    form.battery.choices = [(each.id, each.name) for each in offered]
    if form.validate_on_submit():
        with form.attempt():
            begun = assessments.begin(actor, client_id, form.battery.data, form.taken_on.data)
            return to_section(begun.id, _first_section(begun), SHEET)
    return render_template(
        "practitioner/assessments/begin.html",
        form=form,
        client=client,
        notes={each.id: each.purpose for each in offered},
    ), 422 if form.errors else 200


def edit(assessment_id: uuid.UUID, section: str) -> Answer:
    """Record one section of a draft."""
    assessment = assessments.whole(current_actor(), assessment_id)
    if request.form:
        laid = layouts.layout(assessment, Section(section))
        return _chosen(assessment, laid) if request.form.get("act") == CHOOSE else _sent(assessment, laid)
    if is_signed(assessment):
        return to_show(assessment.id)
    laid, form = layouts.layout(assessment, Section(section)), SectionForm(note=assessment.note)
    if kept := given_back.fields_here():
        return _sheet_page(assessment, laid, form, read_sheet(kept, laid))
    now = drafts.standing(assessment, laid)
    form.shows(now.texts)
    return _sheet_page(assessment, laid, form, stored_sheet(now))


def go_on(assessment_id: uuid.UUID) -> Response:
    """To the first empty field of a draft; to its review where there is none."""
    assessment = assessments.whole(current_actor(), assessment_id)
    empty = None if is_signed(assessment) else drafts.next_empty(assessment)
    return to_section(assessment.id, empty[0], empty[1]) if empty else to_show(assessment.id)


def keep(assessment_id: uuid.UUID, section: str) -> Response | tuple[Response, int]:
    """Keep what is on the page as somebody types; tells the page what was refused, and what others did."""
    actor = current_actor()
    laid = layouts.layout(assessments.whole(actor, assessment_id), Section(section))
    form, sheet = SectionForm(), read_sheet(request.form, laid)
    if not form.validate() or sheet.is_forged:
        return jsonify(state="refused"), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        kept = drafts.keep(actor, assessment_id, laid.section, _edits(laid, form, sheet), by_hand=False)
    except Signed:
        return jsonify(state="signed"), HTTPStatus.CONFLICT
    assessment = assessments.whole(actor, assessment_id)
    sent = {**sheet.texts, NOTE: form.note.data or ""}
    told = telling.kept(kept, sent, drafts.saved_when(assessment), access.practice_of(actor).time_zone)
    flags = render_template(
        "practitioner/assessments/_flags.html", section=laid.section, **frame(assessment, None)
    )
    return jsonify(**told, flags=flags)


def day(assessment_id: uuid.UUID) -> Answer:
    """Put right the day a draft was taken."""
    actor = current_actor()
    assessment = assessments.whole(actor, assessment_id)
    form = DayForm(was=assessment.taken_on.isoformat(), taken_on=assessment.taken_on)
    status, changed = HTTPStatus.OK, False
    if form.validate_on_submit():
        try:
            with form.attempt():
                assessments.change_day(actor, assessment_id, form.shown(), form.taken_on.data)
                flash("The date is changed.", "success")
                return to_show(assessment_id)
        except Signed:
            flash("This assessment is signed. Amendments are added, not edited.", "caution")
            return to_show(assessment_id)
        except Conflict:
            assessment = assessments.whole(actor, assessment_id)
            form.was.data, form.was.raw_data = assessment.taken_on.isoformat(), None
            status, changed = HTTPStatus.CONFLICT, True
    if is_signed(assessment):
        return to_show(assessment_id)
    page = render_template(
        "practitioner/assessments/day.html",
        form=form,
        assessment=assessment,
        client=assessment.client,
        name=reading.name_of(assessment),
        changed=changed,
    )
    return page, HTTPStatus.UNPROCESSABLE_ENTITY if form.errors else status


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
    if is_signed(assessment):
        return to_show(assessment_id)
    return _discard_page(assessment, form)


def _usual(actor: Actor, client_id: uuid.UUID) -> str:
    """The battery that is pressed beforehand: another one once somebody has been assessed."""
    return RETEST if assessments.has_signed(actor, client_id) else FIRST_VISIT


def _sent(assessment: Assessment, laid: Layout) -> Answer:
    """A section as it came back: filled up if asked, and kept; or refused, or two versions to choose from."""
    form, act = SectionForm(), request.form.get("act", "")
    sheet, filled = _filled(read_sheet(request.form, laid), laid, act)
    if not form.validate() or sheet.is_forged:
        form.form_errors.extend(f"“{name}” is not a field of this page." for name in sheet.strangers)
        if is_signed(assessment):
            return _locked(assessment, laid, sheet, form.note.data)
        return _sheet_page(assessment, laid, form, sheet, refused=True), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        kept = drafts.keep(current_actor(), assessment.id, laid.section, _edits(laid, form, sheet))
    except Signed:
        return _locked(assessments.whole(current_actor(), assessment.id), laid, sheet, form.note.data)
    if kept.collided:
        return _choice_page(assessment.id, laid, kept.collided, other=kept.other)
    if sheet.problems and act in ("next", "stay"):
        return _refused(assessment.id, laid, form, kept)
    return _saved(assessment, laid, act, filled)


def _chosen(assessment: Assessment, laid: Layout) -> Answer:
    """Which of two values it shall be, field by field."""
    choices = read_choices(request.form, laid)
    if is_signed(assessment):
        sheet = SectionSheet(choices.mine)
        return _locked(assessment, laid, sheet, sheet.texts.get(NOTE), only=choices.collided.keys())
    if choices.missing:
        page, _ = _choice_page(assessment.id, laid, choices.collided, choices=choices)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    kept = drafts.keep(current_actor(), assessment.id, laid.section, choices.edits())
    if kept.collided:
        return _choice_page(assessment.id, laid, kept.collided, other=kept.other)
    flash(f"{words.SECTION_WORDS[laid.section]} saved.", "success")
    return to_section(assessment.id, laid.section)


def _edits(laid: Layout, form: SectionForm, sheet: SectionSheet) -> dict[str, FieldEdit]:
    """What was changed on the page since it was opened."""
    base, note = form.base(), form.note.data or ""
    edits = sheet.edits(base, laid.spots)
    return edits | ({NOTE: FieldEdit(base.get(NOTE, ""), note or None)} if note != base.get(NOTE, "") else {})


def _filled(sheet: SectionSheet, laid: Layout, act: str) -> tuple[SectionSheet, int]:
    if act.startswith(FILL):
        return fill_normal(sheet, laid, act.removeprefix(FILL))
    if act.startswith(UNDO):
        return undo_normal(sheet, laid, act.removeprefix(UNDO))
    return sheet, 0


def _saved(assessment: Assessment, laid: Layout, act: str, filled: int) -> Response:
    verb, _, test = act.partition(":")
    names = {item.test.id: item.test.name for item in laid.items}
    if f"{verb}:" in (FILL, UNDO):
        done = "filled in as normal" if f"{verb}:" == FILL else "emptied again"
        if test in names:
            flash(f"{names[test]}: {words.fields_in_words(filled)} {done}. Saved.", "success")
        return to_section(assessment.id, laid.section, test if test in names else None)
    flash(f"{words.SECTION_WORDS[laid.section]} saved.", "success")
    target = act.removeprefix(GO) if act.startswith(GO) else _next(assessment, laid.section, act)
    if target not in set(Section):
        return to_show(assessment.id)
    return to_section(assessment.id, Section(target), SHEET if act == "next" else None)


def _next(assessment: Assessment, section: Section, act: str) -> str:
    """Where "save and go on" goes: the next section that has tests, then the review."""
    if act == "stay":
        return section.value
    order = _sections(assessment)
    later = order[order.index(section) + 1 :] if section in order else order
    return later[0].value if later else REVIEW


def _sections(assessment: Assessment) -> list[Section]:
    items = reading.items_of(assessment)
    return [each for each in Section if in_section(items, each)]


def _first_section(assessment: Assessment) -> Section:
    return next(iter(_sections(assessment)), Section.ORTHOPEDIC)


def _refused(assessment_id: uuid.UUID, laid: Layout, form: SectionForm, kept: SectionKept) -> Answer:
    """Saved but for what could not be read, which is kept as it was typed."""
    assessment = assessments.whole(current_actor(), assessment_id)
    form.shows(kept.now.texts)
    page = _sheet_page(assessment, laid, form, stored_sheet(kept.now), refused=True)
    return page, HTTPStatus.UNPROCESSABLE_ENTITY


def _choice_page(
    assessment_id: uuid.UUID,
    laid: Layout,
    collided: Mapping[str, FieldCollision],
    *,
    other: DraftSaver | None = None,
    choices: Choices | None = None,
) -> tuple[str, int]:
    """Both versions of each field that two people changed; nothing of either is overwritten yet."""
    assessment = assessments.whole(current_actor(), assessment_id)
    mistake = words.mistake_name(named_mistake(laid.items))
    page = render_template(
        "practitioner/assessments/collide.html",
        form=SectionForm(),
        assessment=assessment,
        client=assessment.client,
        name=reading.name_of(assessment),
        section=laid.section,
        section_title=words.SECTION_WORDS[laid.section],
        fields=sheets.collisions(laid, collided, mistake),
        picked=choices.picked if choices else {},
        missing=choices.missing if choices else [],
        other=other,
        is_mine=other is not None and other.user_id == current_actor().user_id,
    )
    return page, HTTPStatus.CONFLICT


def _locked(
    assessment: Assessment, laid: Layout, sheet: SectionSheet, note: str | None, only: Any = None
) -> Answer:
    """Signed meanwhile: nothing is saved, and nothing that was typed is lost from sight."""
    mistake = words.mistake_name(named_mistake(laid.items))
    saved = drafts.standing(assessment, laid).entries
    told = sheets.differences(laid, sheet, saved, mistake)
    return render_template(
        "practitioner/assessments/locked.html",
        assessment=assessment,
        client=assessment.client,
        differences=[each for each in told if only is None or each.id in only],
        note=note if note != assessment.note else None,
    ), HTTPStatus.CONFLICT


def _sheet_page(
    assessment: Assessment, laid: Layout, form: SectionForm, sheet: SectionSheet, *, refused: bool = False
) -> str:
    mistake = named_mistake(laid.items)
    context = frame(assessment, mistake)
    earlier = context["earlier"]
    layers = sheets.Layers(
        sheet,
        earlier.values if earlier else {},
        mistake,
        norms.usual(laid.items, assessment.client, assessment.taken_on),
    )
    order = _sections(assessment)
    return render_template(
        "practitioner/assessments/edit.html",
        form=form,
        section=laid.section,
        section_title=words.SECTION_WORDS[laid.section],
        groups=sheets.groups(laid, layers),
        shared=sheets.shared(laid, layers),
        charts=body_chart.charts(laid),
        places=body_chart.places(laid),
        body=body_chart,
        errors=sheets.errors(laid, sheet),
        refused=refused,
        saved_at=drafts.saved_when(assessment),
        next_title=telling.next_title(order, laid.section),
        **context,
    )


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
