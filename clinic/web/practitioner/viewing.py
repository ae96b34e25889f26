"""Seeing a client's pages as they do, and coming back."""

from __future__ import annotations

import uuid

from flask import redirect, url_for
from werkzeug.wrappers import Response

from clinic.services import access
from clinic.services.clients import records
from clinic.web import viewing
from clinic.web.authz import current_actor
from clinic.web.speaking import flash


def begin(client_id: uuid.UUID) -> Response:
    """See the client's first page; it is noted on their timeline."""
    actor = current_actor()
    access.client_for(actor, client_id)
    viewing.begin(actor, client_id)
    records.note_viewed(actor, client_id)
    return redirect(url_for("client.today.index"), 303)


def end() -> Response:
    """Back to the record."""
    client_id = viewing.end()
    if client_id is None:
        flash("You do not look at anybody\u2019s pages any more.", "info")
        return redirect(url_for("practitioner.clients.index"), 303)
    return redirect(url_for("practitioner.clients.show", client_id=client_id), 303)
