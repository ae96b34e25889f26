"""Telling the audit trail who looked at whose record, and who was refused what."""

from __future__ import annotations

import logging
import uuid

from flask import Response, request
from flask_login import current_user
from sqlalchemy.exc import DBAPIError

from clinic.extensions import db
from clinic.services import looks
from clinic.services.audit import looking

log = logging.getLogger(__name__)

# what answers with something: a form that was refused shows the record again
SHOWS = frozenset({200, 206, 409, 422})


def tell_of_looks(answer: Response) -> Response:
    """A page that showed something of a client's record is a line of the trail, whatever was sent to see it.

    An act that leads on to another page has its own line. What cannot be told is not shown: an error in here
    ends the request.
    """
    opened = looks.taken()
    if opened and request.method != "HEAD" and answer.status_code in SHOWS:
        looking.looked(current_user.actor, current_user.session_id, opened)
    return answer


def tell_of_refusal() -> None:
    """Somebody who is signed in asked for what is not theirs, or may not do what they asked for."""
    rule = request.endpoint
    if rule is None or rule.startswith(("public.", "api.", "dev.")) or not current_user.is_authenticated:
        return
    ids = [value for value in (request.view_args or {}).values() if isinstance(value, uuid.UUID)]
    try:
        looking.refused(current_user.actor, current_user.session_id, rule, ids[0] if ids else None)
    except DBAPIError as error:
        db.session.rollback()
        log.error("a refusal could not be noted: %s", type(error.orig).__name__)
