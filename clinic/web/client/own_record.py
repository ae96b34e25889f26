"""A client's own record, to take along."""

from __future__ import annotations

from flask import Response

from clinic.services import access
from clinic.services.clock import now, today_in
from clinic.services.files import whole_record
from clinic.web.authz import current_actor
from clinic.web.downloads import ZIP, open_file_answer
from clinic.web.papers import record_setter


def take() -> Response:
    """All that is held about them, as one file; asked for by a press, never by an address alone."""
    actor = current_actor()
    made = whole_record.export_own(actor, record_setter(actor.name, now()))
    return open_file_answer(made, ZIP, "record.zip", today_in(access.own_client(actor).time_zone))
