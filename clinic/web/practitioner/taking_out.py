"""What leaves the practice as a whole: everything it holds as tables, and the list of its clients."""

from __future__ import annotations

from flask import Response, render_template, request

from clinic.services.access import practice_of
from clinic.services.clock import today_in
from clinic.services.files import whole_practice
from clinic.services.files.clients_csv import clients_csv
from clinic.web.authz import current_actor
from clinic.web.downloads import CSV, ZIP, file_answer, open_file_answer
from clinic.web.forms.client_filter import wanted_from


def show() -> str:
    """Say what can be taken out, and what is never in it."""
    return render_template("practitioner/practice/take_out.html")


def clients() -> Response:
    """The list as it is filtered, as a file; asked for by a press, with the filter in its form."""
    actor = current_actor()
    made = clients_csv(actor, wanted_from(request.form))
    return file_answer(made, CSV, "clients.csv", today_in(practice_of(actor).time_zone))


def everything() -> Response:
    """All that the practice holds; asked for by a press, never by an address alone."""
    actor = current_actor()
    made = whole_practice.taken_out(actor)
    return open_file_answer(made, ZIP, "everything.zip", today_in(practice_of(actor).time_zone))
