"""When each background process was last seen alive, and how the mail server took the last mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CursorResult, select, update
from sqlalchemy.exc import IntegrityError

from clinic.extensions import db
from clinic.models import Heartbeat
from clinic.services.clock import now
from clinic.services.transaction import transaction

_ALL = select(Heartbeat)
WORKER, BEAT, SWEEP, MAIL_SERVER = "worker", "beat", "sweep", "mail server"


def beat(name: str, detail: str = "") -> None:
    """Note that this process is alive now."""
    with transaction() as session:
        values = {"seen_at": now(), "detail": detail[:200]}
        found = session.execute(update(Heartbeat).where(Heartbeat.name == name).values(values))
        assert isinstance(found, CursorResult)
        if found.rowcount == 0:
            _first(name, values)


def last_seen() -> dict[str, tuple[datetime, str]]:
    """When each was last seen, with its detail."""
    return {row.name: (row.seen_at, row.detail) for row in db.session.scalars(_ALL)}


def _first(name: str, values: dict[str, object]) -> None:
    try:
        with db.session.begin_nested():
            db.session.add(Heartbeat(name=name, **values))
    except IntegrityError:
        pass  # another worker was first, a moment ago
