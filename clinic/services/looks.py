"""Whose records somebody of the practice has opened: noted by the doors, told once the page is drawn."""

from __future__ import annotations

import uuid

from clinic.extensions import db

_OPENED = "opened_records"


def note(client_id: uuid.UUID) -> None:
    """A door let somebody of the practice at something of this client's."""
    db.session().info.setdefault(_OPENED, set()).add(client_id)


def taken() -> frozenset[uuid.UUID]:
    """The clients whose records were opened, once."""
    if not db.session.registry.has():
        return frozenset()
    return frozenset(db.session().info.pop(_OPENED, ()))
