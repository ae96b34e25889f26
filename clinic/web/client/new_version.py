"""A newer version of a client's program: read, taken over from tomorrow on, or not."""

from __future__ import annotations

import uuid

from flask import redirect, render_template, url_for
from werkzeug.wrappers import Response

from clinic.domain.words import say
from clinic.services.programs import version_answers
from clinic.web.authz import current_actor
from clinic.web.refusals import told_on_the_next_page
from clinic.web.speaking import flash


def show(version_offer_id: uuid.UUID) -> str | Response:
    """What would be different; what is answered, or has to wait, leads to the program."""
    found = version_answers.to_read(current_actor(), version_offer_id)
    if found is None:
        return _to_program()
    return render_template("client/new_version.html", offer=found.offer, changes=found.changes)


def answer(version_offer_id: uuid.UUID, choice: str) -> Response:
    """Take it over, or go on as it is."""
    actor = current_actor()
    with told_on_the_next_page():
        if choice == "take":
            version_answers.take_over(actor, version_offer_id)
            flash(say("From tomorrow on you have the new version. Today stays as it is."), "success")
        else:
            version_answers.keep(actor, version_offer_id)
            flash(say("You go on with what you have."), "success")
    return _to_program()


def _to_program() -> Response:
    return redirect(url_for("client.program.show"), 303)
