"""What leaves the practice as a whole: everything it holds as tables, and the list of its clients."""

from __future__ import annotations

from flask import Response, render_template

from clinic.services.access import practice_of
from clinic.services.clock import today_in
from clinic.services.files import whole_practice
from clinic.web.authz import current_actor
from clinic.web.downloads import ZIP, open_file_answer


def show() -> str:
    """Say what can be taken out, and what is never in it."""
    return render_template("practitioner/practice/take_out.html")


def everything() -> Response:
    """All that the practice holds; asked for by a press, never by an address alone."""
    actor = current_actor()
    made = whole_practice.taken_out(actor)
    return open_file_answer(made, ZIP, "everything.zip", today_in(practice_of(actor).time_zone))
