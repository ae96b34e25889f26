"""The address of one's own appointments, for a calendar."""

from __future__ import annotations

from werkzeug.wrappers import Response

from clinic.web import calendars

TEMPLATE = "practitioner/calendar.html"


def show() -> str:
    """Say whether there is one."""
    return calendars.page(TEMPLATE)


def make() -> str:
    """Make one; the one before ends."""
    return calendars.make(TEMPLATE)


def revoke() -> Response:
    """End it."""
    return calendars.revoke("practitioner.calendar.show")
