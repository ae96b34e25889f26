"""A client's other clinicians: added, corrected, removed, brought back."""

from __future__ import annotations

import uuid
from typing import Any

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.errors import Conflict
from clinic.models import Client
from clinic.services.access import client_for
from clinic.services.clients import clinicians
from clinic.web.authz import current_actor
from clinic.web.forms.clinicians import ClinicianForm
from clinic.web.presenters import clinicians as words
from clinic.web.speaking import flash

Answer = Response | str | tuple[str, int]


def add(client_id: uuid.UUID) -> Answer:
    """Write down somebody else who looks after a client."""
    client, form = client_for(current_actor(), client_id), ClinicianForm()
    if form.validate_on_submit():
        with form.attempt():
            made = clinicians.add(current_actor(), client_id, form.key.data or "", form.details())
            flash(f"{made.name} is added.", "success")
            return _to_details(client_id)
    return _page(client, form), 422 if form.errors else 200


def edit(clinician_id: uuid.UUID) -> Answer:
    """Correct what is written down; where somebody else saved first, show both texts."""
    clinician = clinicians.whole(current_actor(), clinician_id)
    form = ClinicianForm(obj=clinician)
    if form.validate_on_submit():
        try:
            with form.attempt():
                clinicians.correct(current_actor(), clinician_id, form.version.data, form.details())
                flash(f"{form.name.data} is saved.", "success")
                return _to_details(clinician.client_id)
        except Conflict:
            clinician = clinicians.whole(current_actor(), clinician_id)
            form.version.data, form.version.raw_data = clinician.version, None
            told = words.differences(clinician, form.details())
            return _page(clinician.client, form, clinician=clinician, differences=told, conflict=True), 409
    return _page(clinician.client, form, clinician=clinician), 422 if form.errors else 200


def remove(clinician_id: uuid.UUID) -> Response:
    """Show a clinician no more; the details bring them back."""
    clinician = clinicians.remove(current_actor(), clinician_id)
    flash(f"{clinician.name} is removed. “Bring back” stands below the others.", "success")
    return _to_details(clinician.client_id)


def bring_back(clinician_id: uuid.UUID) -> Response:
    """Show a clinician again."""
    clinician = clinicians.bring_back(current_actor(), clinician_id)
    flash(f"{clinician.name} is back.", "success")
    return _to_details(clinician.client_id)


def _to_details(client_id: uuid.UUID) -> Response:
    url = url_for("practitioner.clients.details", client_id=client_id, _anchor="other-clinicians")
    return redirect(url, 303)


def _page(client: Client, form: ClinicianForm, **context: Any) -> str:
    context = {"clinician": None, "differences": [], "conflict": False} | context
    return render_template("practitioner/clients/clinician.html", client=client, form=form, **context)
