"""The groups a client stands in: their courses, and what was written to all."""

from __future__ import annotations

from flask import render_template

from clinic.services import access
from clinic.services.clock import today_in
from clinic.services.groups import own
from clinic.web.authz import current_actor
from clinic.web.presenters import courses as words


def index() -> str:
    """Each group with its course and its messages."""
    actor = current_actor()
    client = access.own_client(actor)
    return render_template(
        "client/groups.html",
        entries=words.own_groups(own.groups(actor), client.time_zone, today_in(client.time_zone)),
    )
