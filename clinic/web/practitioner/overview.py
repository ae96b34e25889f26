"""The practice in figures."""

from __future__ import annotations

from flask import Response, render_template

from clinic.domain.errors import NotFound
from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.files.overview_csv import overview_csv
from clinic.services.overview import kept
from clinic.web.authz import current_actor
from clinic.web.downloads import CSV, file_answer
from clinic.web.presenters import overview as words


def show() -> str:
    """The figures, as of when they were last made."""
    found = kept.of(current_actor())
    return render_template("practitioner/practice/overview.html", found=found, words=words)


def table() -> Response:
    """The same as a table."""
    actor = current_actor()
    found = kept.of(actor)
    if found is None:
        raise NotFound
    made = overview_csv(found.figures)
    return file_answer(made, CSV, "practice.csv", today_in(access.practice_of(actor).time_zone))
