"""Programs: assigning one, and everything that may happen to it afterwards."""

from __future__ import annotations

import uuid
from datetime import date

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.catalogue import load_catalogue
from clinic.domain.errors import Conflict, NotFound
from clinic.domain.programs import steps_by_hand
from clinic.domain.types import ProgramAction
from clinic.models import Client, RoutineVersion
from clinic.services import access
from clinic.services.assessments import retests
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs import changing as program_changes
from clinic.services.programs import tapering
from clinic.services.programs.assigning import ProgramDetail, ProgramWithSchedule
from clinic.services.routines import publishing as routines
from clinic.services.routines.wording import dose_of
from clinic.web.authz import current_actor
from clinic.web.filters import local_date
from clinic.web.forms.doses import DoseForm
from clinic.web.forms.programs import AssignForm, ChangeForm, CheckinForm, CorrectDosesForm
from clinic.web.presenters import answers
from clinic.web.presenters import programs as presenter
from clinic.web.presenters import tapering as offer_words
from clinic.web.presenters.doses import load_in_words

MOST_MOVES = 12  # an address with more was not made by our page

Answer = Response | str | tuple[str, int]


def assign(client_id: uuid.UUID) -> Answer:
    """Give a client a program: one screen."""
    actor = current_actor()
    client = access.client_for(actor, client_id)
    choices = routines.published(actor)
    if not choices:
        return render_template("practitioner/programs/nothing_published.html", client=client)
    version = _chosen(choices)
    form = AssignForm.of(version, today_in(client.time_zone))
    if form.is_submitted() and not form.fits(version.items):
        abort(400)
    if form.validate_on_submit():
        with form.attempt():
            program = programs.assign(actor, client_id, form.assignment(version))
            flash(f"{program.name} is assigned. {client.name} sees it from now on.", "success")
            return redirect(url_for("practitioner.programs.show", program_id=program.id), 303)
    return _assign_page(client, choices, version, form), 422 if form.errors else 200


def load(client_id: uuid.UUID) -> str:
    """The load meter alone, while doses are being typed."""
    client = access.client_for(current_actor(), client_id)
    count = sum(key.endswith("-reps") for key in request.args)
    forms = [DoseForm(request.args, prefix=f"doses-{number}-") for number in range(min(count, MOST_MOVES))]
    doses = [form.dose() for form in forms if form.validate()]
    words = load_in_words(doses) if doses and len(doses) == len(forms) else None
    return render_template("practitioner/programs/load.html", client=client, load=words)


def show(program_id: uuid.UUID) -> str:
    """One program: moves, check-ins, history, and what can be done with it."""
    actor = current_actor()
    detail = programs.detail(actor, program_id)
    client, today = _client_and_today(detail)
    offers = [each for each in tapering.open_for(actor, client.id) if each.program_id == program_id]
    assigned_on = local_date(detail.program.assigned_at, client.time_zone)
    return render_template(
        "practitioner/programs/show.html",
        client=client,
        program=detail.program,
        card=presenter.card(ProgramWithSchedule(detail.program, detail.schedule), today),
        actions=presenter.actions(detail.program),
        history=presenter.history(detail, today, assigned_on),
        locked=detail.locked,
        answers=answers.answered(retests.answered_by(actor, detail.program), today),
        offers=offer_words.lines(offers, today),
    )


def correct(program_id: uuid.UUID) -> Answer:
    """Correct doses from a day on, with the reason."""
    actor = current_actor()
    detail = programs.detail(actor, program_id)
    program = detail.program
    form = CorrectDosesForm.of(program, _client_and_today(detail)[1])
    if form.is_submitted() and not form.fits(program.prescriptions):
        abort(400)
    if form.validate_on_submit():
        try:
            with form.attempt():
                program_changes.correct_doses(
                    actor,
                    program_id,
                    form.version.data,
                    form.by_row(program.prescriptions),
                    effective_on=_given(form.effective_on.data),
                    reason=form.reason.data or "",
                )
                return _done(program_id, "The doses are corrected.")
        except Conflict:
            return _correct_again(form, program_id)
    return _correct_page(form, detail), 422 if form.errors else 200


def change(program_id: uuid.UUID, action: str) -> Answer:
    """Pause, resume, end or restart, after asking in words."""
    actor, step = current_actor(), ProgramAction(action)
    detail = programs.detail(actor, program_id)
    if step not in steps_by_hand(detail.program.status):
        return _done(program_id, f"This program is {detail.program.status.value} already.", "caution")
    client, today = _client_and_today(detail)
    earliest = program_changes.earliest_change(detail.program, [event for event, _ in detail.events])
    form = ChangeForm.of(detail.program, step, earliest, today)
    if form.validate_on_submit():
        try:
            with form.attempt():
                weeks = form.length_in_weeks() if step is ProgramAction.RESTART else None
                program_changes.change(actor, program_id, form.version.data, form.change(), weeks=weeks)
                return _done(program_id, f"{detail.program.name}: {presenter.DONE_WORDS[step].lower()}.")
        except Conflict:
            return _done(
                program_id, "Somebody else changed this program first. Nothing was saved.", "caution"
            )
    page = render_template(
        "practitioner/programs/change.html",
        form=form,
        client=client,
        program=detail.program,
        words=presenter.ACTION_WORDS[step],
        consequences=presenter.CONSEQUENCES[step],
        action=step,
    )
    return page, 422 if form.errors else 200


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
            return _done(
                program_id, "Somebody else changed this program first. Nothing was saved.", "caution"
            )
    page = render_template(
        "practitioner/programs/checkin.html",
        form=form,
        client=client,
        program=detail.program,
        coming=presenter.coming_words(detail.schedule, today),
    )
    return page, 422 if form.errors else 200


def _chosen(choices: list[RoutineVersion]) -> RoutineVersion:
    wanted = request.values.get("routine", "")
    if not wanted:
        return choices[0]
    for version in choices:
        if str(version.id) == wanted:
            return version
    raise NotFound


def _assign_page(
    client: Client, choices: list[RoutineVersion], version: RoutineVersion, form: AssignForm
) -> str:
    return render_template(
        "practitioner/programs/assign.html",
        client=client,
        choices=choices,
        version=version,
        form=form,
        moves=presenter.offered(version),
        load=load_in_words(dose_of(item) for item in version.items),
        running=programs.running(current_actor(), client.id),
        citing=answers.citing(*retests.citable(current_actor(), client), form.cites.data or ()),
        bounds=load_catalogue().dosing.bounds,
    )


def _correct_page(form: CorrectDosesForm, detail: ProgramDetail, *, changed: bool = False) -> str:
    return render_template(
        "practitioner/programs/correct.html",
        form=form,
        client=detail.program.client,
        program=detail.program,
        moves=[presenter.move_line(row) for row in detail.program.prescriptions],
        changed=changed,
    )


def _correct_again(form: CorrectDosesForm, program_id: uuid.UUID) -> Answer:
    detail = programs.detail(current_actor(), program_id)
    form.version.data = detail.program.version
    return _correct_page(form, detail, changed=True), 409


def _client_and_today(detail: ProgramDetail) -> tuple[Client, date]:
    client = detail.program.client
    return client, today_in(client.time_zone)


def _given(day: date | None) -> date:
    assert day is not None
    return day


def _done(program_id: uuid.UUID, words: str, kind: str = "success") -> Response:
    flash(words, kind)
    return redirect(url_for("practitioner.programs.show", program_id=program_id), 303)
