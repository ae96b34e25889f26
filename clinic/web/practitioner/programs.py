"""Programs: assigning one, and everything that may happen to it afterwards."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import date

from flask import abort, redirect, render_template, url_for
from sqlalchemy.orm import joinedload
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.domain.programs import STEPS
from clinic.domain.types import ProgramAction
from clinic.models import Client, Program
from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs import changing as program_changes
from clinic.services.programs import days as program_days
from clinic.services.programs import ways
from clinic.services.programs.assigning import ProgramDetail
from clinic.web.authz import current_actor
from clinic.web.forms.programs import (
    ChangeForm,
    CheckinForm,
    CorrectDosesForm,
    DaysForm,
    ExtendForm,
)
from clinic.web.practitioner.program_page import program_page
from clinic.web.presenters import programs as presenter
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash

UNDO = "undo"  # the kind of a message that brings a button with it
WITH_CLIENT = (joinedload(Program.client),)

Answer = Response | str | tuple[str, int]


def show(program_id: uuid.UUID) -> str:
    """One program in its client's record: moves, check-ins, history, and what can be done with it."""
    actor = current_actor()
    client = access.program_for(actor, program_id, *WITH_CLIENT).client
    found = programs.summary(actor, client.id)
    program = next(each.program for each in found if each.program.id == program_id)
    return program_page(actor, client, program, found)


def correct(program_id: uuid.UUID) -> Answer:
    """Correct doses from a day on, with the reason and what the client reads of it."""
    actor = current_actor()
    detail = programs.detail(actor, program_id)
    program = detail.program
    form = CorrectDosesForm.of(program, _client_and_today(detail)[1])
    if form.is_filled_in and not form.fits(program.prescriptions):
        abort(400)
    if form.validate_on_submit():
        try:
            with form.attempt():
                program_changes.correct_doses(actor, program_id, form.wish(program.prescriptions))
                return _done(program_id, "The doses are corrected.")
        except Conflict:
            return _correct_again(form, program_id)
    return _correct_page(form, detail), 422 if form.errors else 200


def change(program_id: uuid.UUID, action: str) -> Answer:
    """Pause, resume, end or restart, after asking in words."""
    actor, step = current_actor(), ProgramAction(action)
    detail = programs.detail(actor, program_id)
    program = detail.program
    client, today = _client_and_today(detail)
    if step not in [each for each, *_ in presenter.actions(program, today)]:
        return _done(program_id, f"This program is {program.on(today).value} already.", "caution")
    events = [event for event, _ in detail.events]
    form = ChangeForm.of(program, step, program_changes.earliest_change(program, events, today), today)
    if form.validate_on_submit():
        try:
            with form.attempt():
                weeks = form.length_in_weeks() if step is ProgramAction.RESTART else None
                program_changes.change(actor, program_id, form.version.data, form.change(), weeks=weeks)
                return _done(program_id, _changed(program, step, today))
        except Conflict:
            return _first(program_id, step)
    page = render_template(
        "practitioner/programs/change.html",
        form=form,
        client=client,
        program=program,
        words=(presenter.ACTION_WORDS[step][0], presenter.button(program, step, today)[0]),
        consequences=presenter.CONSEQUENCES[step],
        action=step,
    )
    return page, 422 if form.errors else 200


def days(program_id: uuid.UUID) -> Answer:
    """Move the first or the last day of a program that goes on."""
    actor = current_actor()
    detail = programs.detail(actor, program_id)
    client, today = _client_and_today(detail)
    form = DaysForm.of(detail.program)
    if form.validate_on_submit():
        try:
            with form.attempt():
                program_days.move(
                    actor,
                    program_id,
                    form.version.data,
                    starts_on=_given(form.starts_on.data),
                    ends_on=form.ends_on.data,
                    reason=form.reason.data or "",
                )
                return _done(program_id, f"{detail.program.name}: {presenter.span(detail.program, today)}.")
        except Conflict:
            return _first(program_id)
    page = render_template(
        "practitioner/programs/days.html", form=form, client=client, program=detail.program
    )
    return page, 422 if form.errors else 200


def harder(program_id: uuid.UUID, choice: str) -> Response:
    """Let the client choose harder ways of these moves, or no longer."""
    actor, allowed = current_actor(), choice == "on"
    access.program_for(actor, program_id)
    with told_on_the_next_page():
        ways.allow_harder(actor, program_id, allowed=allowed)
        flash(presenter.HARDER_TOLD[allowed], "success")
    return redirect(url_for("practitioner.programs.show", program_id=program_id), 303)


def extend(program_id: uuid.UUID) -> Response:
    """Some weeks more with one press, from the first page; or back to the last day that stood before."""
    actor, form = current_actor(), ExtendForm()
    access.program_for(actor, program_id)
    if not form.validate_on_submit():
        flash("This page is out of date. Please open it again.", "caution")
        return redirect(url_for("practitioner.attention.index"), 303)
    seen, back_to = form.seen.data, form.ends_on.data
    try:
        with told_on_the_next_page():
            if back_to is None:
                program = program_days.extend(actor, program_id, seen, form.weeks.data or 0)
                flash(presenter.extended(program, seen), UNDO)
            else:
                program = program_days.take_back(actor, program_id, seen, back_to)
                flash(presenter.ends_again(program), "success")
    except Conflict:
        flash("Somebody else changed this program first. Nothing was saved.", "caution")
    return redirect(url_for("practitioner.attention.index"), 303)


def checkin(program_id: uuid.UUID) -> Answer:
    """Change how often check-ins come and when, or switch them on or off."""
    actor = current_actor()
    detail = programs.detail(actor, program_id)
    client, today = _client_and_today(detail)
    form = CheckinForm.of(detail.program, detail.schedule)
    if form.validate_on_submit():
        try:
            with form.attempt():
                program_changes.change_checkin(actor, program_id, form.version.data, form.rhythm())
                return _done(program_id, "The check-ins are changed.")
        except Conflict:
            return _first(program_id)
    page = render_template(
        "practitioner/programs/checkin.html",
        form=form,
        client=client,
        program=detail.program,
        coming=presenter.coming_words(detail.schedule, today),
    )
    return page, 422 if form.errors else 200


def _correct_page(
    form: CorrectDosesForm, detail: ProgramDetail, collided: Collection[uuid.UUID] | None = None
) -> str:
    rows = detail.program.prescriptions
    lines = [entry.form for entry in form.doses.entries]
    doses = [line.dose() if line.validate() else None for line in lines]
    return render_template(
        "practitioner/programs/correct.html",
        form=form,
        client=detail.program.client,
        program=detail.program,
        moves=[(presenter.move_line(row), row.id in (collided or ())) for row in rows],
        said=[presenter.dose_words(row, dose) for row, dose in zip(rows, doses, strict=True)],
        changed=collided is not None,
    )


def _correct_again(form: CorrectDosesForm, program_id: uuid.UUID) -> Answer:
    detail = programs.detail(current_actor(), program_id)
    return _correct_page(form, detail, form.meet(detail.program.prescriptions)), 409


def _changed(program: Program, step: ProgramAction, today: date) -> str:
    coming = presenter.pause_words(program, today) if step is ProgramAction.PAUSE else ""
    return f"{program.name}: {coming or presenter.DONE_WORDS[step].lower()}."


def _first(program_id: uuid.UUID, step: ProgramAction | None = None) -> Response:
    """Somebody was first: with this very step, as of two presses, or with another change."""
    detail = programs.detail(current_actor(), program_id)
    status = detail.program.on(_client_and_today(detail)[1])
    if status in [after for (_, action), after in STEPS.items() if action is step]:
        return _done(program_id, f"This program is {status.value} already.", "caution")
    return _done(program_id, "Somebody else changed this program first. Nothing was saved.", "caution")


def _client_and_today(detail: ProgramDetail) -> tuple[Client, date]:
    client = detail.program.client
    return client, today_in(client.time_zone)


def _given(day: date | None) -> date:
    assert day is not None
    return day


def _done(program_id: uuid.UUID, words: str, kind: str = "success") -> Response:
    flash(words, kind)
    return redirect(url_for("practitioner.programs.show", program_id=program_id), 303)
