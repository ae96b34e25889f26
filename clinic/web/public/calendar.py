"""A calendar that asks for somebody's appointments: a machine, with a secret in its address."""

from __future__ import annotations

from flask import Response

from clinic.services.appointments import calendars
from clinic.web.downloads import CALENDAR


def read(secret: str) -> Response:
    """The appointments behind a secret."""
    return Response(calendars.read(secret), mimetype=CALENDAR)
