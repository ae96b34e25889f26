"""Whether this machine's clock may be trusted: what is sent by a wrong one comes hours too early.

PostgreSQL has a clock to compare with. Beside SQLite there is none but our own: there a leap is noticed, the
sender rests for a while, so that somebody can put it right, and then takes the clock for what it says.
"""

from __future__ import annotations

import logging
import socket
import time
from datetime import datetime, timedelta

from sqlalchemy import DateTime, cast, func, select

from clinic.domain.health import CLOCK_OF, Pulse, has_leapt, is_clock_off
from clinic.extensions import db, for_writing
from clinic.services import bulk
from clinic.services.clock import now
from clinic.services.transaction import release
from clinic.services.upkeep import heartbeats

log = logging.getLogger(__name__)

REST = timedelta(minutes=15)  # after a leap that nothing can be compared with
TELL_EVERY = 30.0  # seconds
_DATABASE_CLOCK = select(cast(func.clock_timestamp(), DateTime(timezone=True)))
# it goes on while a laptop sleeps, unlike time.monotonic() on Linux
_STEADY = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def of_database() -> datetime | None:
    """The database's own time; None for SQLite, which has none but this machine's."""
    if not bulk.on_postgres():
        return None
    return db.session.scalar(_DATABASE_CLOCK)


class ClockGuard:
    """Asked before work that goes by the clock. `tells`: it notes in the database that it stops."""

    def __init__(self, *, tells: bool = True) -> None:
        self._tells = tells
        self._mark: tuple[datetime, float] | None = None
        self._rests_until = 0.0  # by _STEADY
        self._told_at: float | None = None  # None: nothing was told yet, in either direction
        self._is_trusted = True

    def may_work(self) -> bool:
        """Whether the clock is as it should be. One query, or none."""
        with for_writing(False):
            database_at = of_database()
            is_right = not (
                is_clock_off(now(), database_at) if database_at is not None else self._is_resting()
            )
            release()
        if self._tells:
            self._tell(is_right, database_at or now())
        return is_right

    def _is_resting(self) -> bool:
        wall, steady = now(), time.clock_gettime(_STEADY)
        if self._mark is None:
            has_leapt_ = _was_seen_later(wall)
        else:
            since, before = self._mark
            has_leapt_ = has_leapt(wall - since, timedelta(seconds=steady - before))
        self._mark = wall, steady
        if has_leapt_:
            self._rests_until = steady + REST.total_seconds()
        return steady < self._rests_until

    def _tell(self, is_right: bool, at: datetime) -> None:
        steady = time.clock_gettime(_STEADY)
        is_news = self._told_at is None or is_right is not self._is_trusted
        if is_news and not (is_right and self._is_trusted):
            level = logging.WARNING if is_right else logging.ERROR
            log.log(
                level, "the clock of this machine is %s", "right again" if is_right else "wrong: it rests"
            )
        if is_news or (not is_right and steady - (self._told_at or 0.0) >= TELL_EVERY):
            heartbeats.beat(_row(), "" if is_right else "wrong", at=at)
            self._told_at = steady
        self._is_trusted = is_right


def _was_seen_later(wall: datetime) -> bool:
    """Whether the last sweep says that it was later already."""
    seen = heartbeats.last_seen().get(Pulse.SWEEP)
    return seen is not None and seen[0] > wall and is_clock_off(seen[0], wall)


def _row() -> str:
    return f"{CLOCK_OF}{socket.gethostname()}"[:60]
