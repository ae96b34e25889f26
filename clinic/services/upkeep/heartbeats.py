"""When each background process was last seen alive, and how the mail server took the last mail."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CursorResult, and_, bindparam, select, update
from sqlalchemy.exc import IntegrityError

from clinic.domain.health import Pulse
from clinic.extensions import db
from clinic.models import Heartbeat
from clinic.services.bulk import table_of
from clinic.services.clock import now
from clinic.services.transaction import Aside, transaction

_ALL = select(Heartbeat)
_STILL_THERE = (
    update(table_of(Heartbeat)).where(Heartbeat.name == bindparam("row")).values(seen_at=bindparam("at"))
)
WORKER, BEAT, SWEEP, MAIL_SERVER = Pulse.WORKER, Pulse.BEAT, Pulse.SWEEP, Pulse.MAIL_SERVER


def beat(name: str, detail: str = "", *, at: datetime | None = None) -> None:
    """Note that this process is alive now; `at` is the time of another clock than ours."""
    with transaction() as session:
        values = {"seen_at": at or now(), "detail": detail[:200]}
        found = session.execute(update(Heartbeat).where(Heartbeat.name == name).values(values))
        assert isinstance(found, CursorResult)
        if found.rowcount == 0:
            _first(name, values)


def still_there(name: str, aside: Aside) -> None:
    """Note from a thread beside it that a process seen before is alive in the middle of long work."""
    aside.note(_STILL_THERE, {"row": name, "at": now()})


def last_seen() -> dict[str, tuple[datetime, str]]:
    """When each was last seen, with its detail."""
    return {row.name: (row.seen_at, row.detail) for row in db.session.scalars(_ALL)}


def turn(name: str, before: tuple[datetime, str] | None, at: datetime, detail: str) -> bool:
    """Change a row that still is as it was read (None: not there); of several that try, one succeeds."""
    values = {"seen_at": at, "detail": detail}
    with transaction() as session:
        if before is None:
            return _first(name, values)
        seen_at, was = before
        is_as_read = and_(Heartbeat.name == name, Heartbeat.seen_at == seen_at, Heartbeat.detail == was)
        turned = session.execute(update(Heartbeat).where(is_as_read).values(values))
        assert isinstance(turned, CursorResult)
        return turned.rowcount == 1


def _first(name: str, values: dict[str, object]) -> bool:
    try:
        with db.session.begin_nested():
            db.session.add(Heartbeat(name=name, **values))
    except IntegrityError:
        return False  # another worker was first, a moment ago
    return True
