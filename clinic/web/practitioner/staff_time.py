"""Time spent on clients between visits: noted on a page of each client's, and by client for thirty days."""

from __future__ import annotations

import uuid
from datetime import date
from typing import Any

from flask import redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.domain.staff_time import TimePeriod, period_until
from clinic.models import Client
from clinic.services import access
from clinic.services.clients import staff_time
from clinic.services.clock import today_in
from clinic.services.files.staff_time_csv import staff_time_csv
from clinic.web.authz import current_actor
from clinic.web.downloads import CSV, file_answer
from clinic.web.forms.staff_time import StaffTimeForm
from clinic.web.presenters import staff_time as words
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def of_client(client_id: uuid.UUID) -> Answer:
    """What was noted for a client, and the form that notes some."""
    client, form = access.client_for(current_actor(), client_id), StaffTimeForm.on(_today())
    if form.validate_on_submit():
        with form.attempt():
            made = staff_time.add(current_actor(), client_id, form.key.data or "", form.details())
            flash(f"{made.minutes} minutes are noted.", "success")
            return _to(client_id)
    actor, period = current_actor(), TimePeriod(_today())
    page = render_template(
        "practitioner/staff_time/client.html",
        client=client,
        form=form,
        facts=words.facts(staff_time.total(actor, client_id, period)),
        span=words.span(period),
        lines=words.lines(staff_time.of_client(actor, client_id)),
    )
    return page, 422 if form.errors else 200


def edit(staff_time_id: uuid.UUID) -> Answer:
    """Correct an entry; where somebody else saved first, show what stands."""
    entry = staff_time.whole(current_actor(), staff_time_id)
    form = StaffTimeForm.on(_today(), obj=entry)
    if form.validate_on_submit():
        try:
            with form.attempt():
                staff_time.correct(current_actor(), staff_time_id, form.version.data, form.details())
                flash("The entry is saved.", "success")
                return _to(entry.client_id)
        except Conflict:
            entry = staff_time.whole(current_actor(), staff_time_id)
            form.version.data, form.version.raw_data = entry.version, None
            (stands,) = words.lines([entry])
            return _edit_page(entry.client, form, stands=stands), 409
    return _edit_page(entry.client, form), 422 if form.errors else 200


def remove(staff_time_id: uuid.UUID) -> Response:
    """Count an entry no more; the page brings it back."""
    entry = staff_time.remove(current_actor(), staff_time_id)
    flash("The entry is removed. “Bring back” stands below the others.", "success")
    return _to(entry.client_id)


def bring_back(staff_time_id: uuid.UUID) -> Response:
    """Count an entry again."""
    entry = staff_time.bring_back(current_actor(), staff_time_id)
    flash("The entry is back.", "success")
    return _to(entry.client_id)


def by_client() -> str:
    """Each client for whom time was noted in thirty days."""
    period, today = _period(), _today()
    found = staff_time.by_client(current_actor(), period)
    return render_template(
        "practitioner/staff_time/by_client.html",
        found=found,
        period=period,
        before=period.before(),
        after=period.after(today),
        span=words.span(period),
        together=words.together(found),
    )


def table() -> Response:
    """The same as a table."""
    period = _period()
    made = staff_time_csv(current_actor(), period)
    return file_answer(made, CSV, "staff-time.csv", period.last)


def _period() -> TimePeriod:
    today = _today()
    try:
        return period_until(date.fromisoformat(request.args.get("until", "")), today)
    except ValueError:
        return TimePeriod(today)


def _today() -> date:
    return today_in(access.practice_of(current_actor()).time_zone)


def _to(client_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.staff_time.of_client", client_id=client_id), 303)


def _edit_page(client: Client, form: StaffTimeForm, **context: Any) -> str:
    context = {"stands": None} | context
    return render_template("practitioner/staff_time/edit.html", client=client, form=form, **context)
