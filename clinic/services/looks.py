"""Whose records somebody of the practice has opened: noted by the doors, told once the page is drawn."""

from __future__ import annotations

import uuid

from flask import g

_OPENED = "opened_records"  # of the request, not of a transaction: what was seen is not undone with one


def note(client_id: uuid.UUID) -> None:
    """A door let somebody of the practice at something of this client's."""
    g.setdefault(_OPENED, set()).add(client_id)


def taken() -> frozenset[uuid.UUID]:
    """The clients whose records were opened, once."""
    return frozenset(g.pop(_OPENED, ()))
