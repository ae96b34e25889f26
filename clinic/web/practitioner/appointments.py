"""A client's appointments: made, moved and called off by hand, and what became of them."""

from __future__ import annotations

import uuid

from flask import Response as FlaskResponse
from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.access import Permission
from clinic.domain.appointments import OUTCOMES
from clinic.domain.errors import Conflict
from clinic.models import Appointment, Client
from clinic.services import access
from clinic.services.appointments import calendars, planning
from clinic.services.attention.cases import colleagues
from clinic.web.authz import current_actor
from clinic.web.downloads import calendar_answer
from clinic.web.forms.appointments import (
    CallOffAppointmentForm,
    MoveAppointmentForm,
    NewAppointmentForm,
    OutcomeForm,
)
from clinic.web.forms.base import Form
from clinic.web.forms.notes import BeginNoteForm
from clinic.web.practitioner.record_frame import record_section
from clinic.web.presenters import appointments as words
from clinic.web.presenters.appointments import AppointmentLine
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

Page = str | Response | tuple[str, int]


def index(client_id: uuid.UUID) -> Page:
    """What is to come, and the form of another one."""
    actor, form = current_actor(), NewAppointmentForm(with_id=str(current_actor().user_id))
    client = access.client_for(actor, client_id)
    form.offer(colleagues(actor))
    if form.validate_on_submit():
        with form.attempt():
            planning.make(actor, client_id, form.details(), form.key.data or "")
            flash(f"The appointment stands. {client.name} sees it, and is told by mail.", "success")
            return _to(client_id)
    return _page(client, form), 422 if form.errors else 200


def move(appointment_id: uuid.UUID) -> Page:
    """Another time, length, place or person."""
    actor, form = current_actor(), MoveAppointmentForm()
    row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
    zone = access.practice_of(actor).time_zone
    form.offer({row.with_id: row.with_whom.name, **colleagues(actor)})
    if not form.is_filled_in:
        form.show(row, zone)
    if form.validate_on_submit():
        try:
            with form.attempt():
                planning.move(actor, appointment_id, form.details(), form.version.data or 0)
                flash("Saved. A mail tells of it, and calendars follow.", "success")
                return _to(row.client_id)
        except Conflict:
            row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
            form.version.data = row.version
            return _move_page(row, form, changed=words.line(row, zone)), 409
    return _move_page(row, form), 422 if form.errors else 200


def call_off(appointment_id: uuid.UUID) -> Page:
    """Call it off, with the reason; it can be brought back."""
    actor, form = current_actor(), CallOffAppointmentForm()
    row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
    zone = access.practice_of(actor).time_zone
    if form.validate_on_submit():
        with told_on_the_next_page():
            planning.call_off(actor, appointment_id, form.because.data)
            flash(f"Called off: {words.when(row.starts_at, zone)}. A mail tells of it.", "success")
        return _to(row.client_id)
    return _one_page("call_off", row, form), 422 if form.errors else 200


def outcome(appointment_id: uuid.UUID) -> Page:
    """Say whether it was held or missed."""
    actor, form = current_actor(), OutcomeForm()
    row = access.appointment_for(actor, appointment_id, planning.WITH_WHOM)
    if not form.is_filled_in:
        form.because.data = row.because
        form.outcome.data = row.state if row.state in OUTCOMES else None
    if form.validate_on_submit():
        with form.attempt():
            planning.settle(actor, appointment_id, form.outcome.data, form.because.data)
            flash("Noted.", "success")
            return _to(row.client_id)
    return _one_page("outcome", row, form), 422 if form.errors else 200


def bring_back(appointment_id: uuid.UUID) -> Response:
    """Let one stand again that was called off."""
    actor = current_actor()
    row = access.appointment_for(actor, appointment_id)
    with told_on_the_next_page():
        planning.bring_back(actor, appointment_id)
        flash("The appointment stands again.", "success")
    return _to(row.client_id)


def file(appointment_id: uuid.UUID) -> FlaskResponse:
    """One appointment for a calendar."""
    return calendar_answer(calendars.one(current_actor(), appointment_id), "appointment.ics")


def _to(client_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.appointments.index", client_id=client_id), 303)


def _page(client: Client, form: NewAppointmentForm) -> str:
    actor = current_actor()
    zone = access.practice_of(actor).time_zone
    return record_section(
        "overview",
        client,
        "practitioner/appointments/index.html",
        form=form,
        lines=words.lines(planning.to_come(actor, client), zone, practice_zone=zone),
        past=words.lines(planning.lately(actor, client), zone, practice_zone=zone),
        called_off=words.lines(planning.not_to_come(client), zone, practice_zone=zone),
        note_form=BeginNoteForm(),
        may_write=actor.may(Permission.WRITE_NOTES),
    )


def _one_page(name: str, row: Appointment, form: Form) -> str:
    actor = current_actor()
    return render_template(
        f"practitioner/appointments/{name}.html",
        line=words.line(row, access.practice_of(actor).time_zone),
        client=access.client_for(actor, row.client_id),
        form=form,
    )


def _move_page(row: Appointment, form: MoveAppointmentForm, changed: AppointmentLine | None = None) -> str:
    return render_template(
        "practitioner/appointments/move.html",
        appointment=row,
        client=access.client_for(current_actor(), row.client_id),
        form=form,
        changed=changed,
    )
