"""The phases of one client's program: going on to the next one, and taking that back."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.domain.dates import day_in_words
from clinic.domain.errors import Conflict
from clinic.services.programs import passing
from clinic.web.authz import current_actor
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash


def pass_on(program_id: uuid.UUID, position: int) -> Response:
    """The criterion is met, or the weeks are enough: the next phase counts."""
    try:
        with told_on_the_next_page():
            first = passing.pass_on(current_actor(), program_id, position)
            flash(f"The next phase counts from {day_in_words(first)}.", "success")
    except Conflict:
        flash("Somebody has gone on to the next phase already.", "caution")
    return _back(program_id)


def take_back(program_id: uuid.UUID, position: int) -> Response:
    """The phase goes on after all."""
    try:
        with told_on_the_next_page():
            passing.take_back(current_actor(), program_id, position)
            flash("Taken back: the phase goes on.", "success")
    except Conflict:
        flash("That was taken back already.", "caution")
    return _back(program_id)


def _back(program_id: uuid.UUID) -> Response:
    return redirect(url_for("practitioner.programs.show", program_id=program_id), 303)
