"""A client's own appointments."""

from __future__ import annotations

import uuid

from flask import Response, render_template

from clinic.services import access
from clinic.services.appointments import calendars, planning
from clinic.web.authz import current_actor
from clinic.web.downloads import calendar_answer
from clinic.web.presenters import appointments as words


def index() -> str:
    """What is to come, by the client's own clock."""
    actor = current_actor()
    client, practice = access.own_client(actor), access.practice_of(actor)
    found = planning.to_come(actor, client)
    lines = words.lines(found, client.time_zone, practice_zone=practice.time_zone)
    return render_template("client/appointments.html", lines=lines)


def file(appointment_id: uuid.UUID) -> Response:
    """One appointment for a calendar."""
    return calendar_answer(calendars.one(current_actor(), appointment_id), "appointment.ics")
