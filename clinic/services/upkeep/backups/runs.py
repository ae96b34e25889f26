"""What became of each backup, restore and drill; and of two workers, the one that makes tonight's."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from clinic.domain.backups import BackupProblem, BackupRun, RunState
from clinic.domain.health import Pulse
from clinic.extensions import db
from clinic.models import BackupRecord
from clinic.models.backup import TAKEN
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.services.upkeep import heartbeats
from clinic.services.upkeep.backups.refusals import BackupFailed

LEASE = timedelta(minutes=10)
RENEW = 60.0  # seconds
LONGEST_WORDS = 300
RESTORED = (BackupRun.RESTORE, BackupRun.DRILL)


@dataclass(frozen=True, slots=True)
class BackupStatus:
    """How the backups of this installation stand. None: never."""

    last_good: BackupRecord | None
    last_restored: BackupRecord | None
    failed: BackupRecord | None  # the last nightly one, if it went wrong
    failing_since: datetime | None  # when the first of those began that went wrong since the last good one


def status() -> BackupStatus:
    """For the page, for /healthz and for the news. Four small queries."""
    good = _last((BackupRun.NIGHTLY,), RunState.GOOD)
    failed = _last((BackupRun.NIGHTLY,), RunState.FAILED)
    is_failing = failed is not None and (good is None or failed.started_at > good.started_at)
    return BackupStatus(
        last_good=good,
        last_restored=_last(RESTORED, RunState.GOOD),
        failed=failed if is_failing else None,
        failing_since=_failing_since(good) if is_failing else None,
    )


def recent(most: int = 20) -> Sequence[BackupRecord]:
    """The last ones, newest first."""
    query = select(BackupRecord).order_by(BackupRecord.started_at.desc(), BackupRecord.id).limit(most)
    return db.session.scalars(query).all()


def last_tried() -> datetime | None:
    """When a nightly backup was begun last, however it ended."""
    query = select(func.max(BackupRecord.started_at)).where(BackupRecord.kind == BackupRun.NIGHTLY)
    return db.session.scalar(query)


def note(
    kind: BackupRun,
    started_at: datetime,
    *,
    name: str = "",
    place: str = "",
    rows: int,
    size: int | None = None,
) -> None:
    """Write down one that went well, and that nobody else could have been doing."""
    with transaction() as session:
        session.add(
            BackupRecord(
                kind=kind,
                state=RunState.GOOD,
                started_at=started_at,
                held_until=started_at,
                finished_at=now(),
                name=name[-200:],
                place=place[-300:],
                rows=rows,
                size=size,
            )
        )
    if kind in RESTORED:
        heartbeats.beat(Pulse.RESTORED, name)


class NightlyRun:
    """The right to make tonight's backup: renewed as it goes on, and over when whoever held it is dead."""

    def __init__(self, run_id: uuid.UUID, stop: Callable[[], bool]) -> None:
        self._id = run_id
        self._stop = stop
        self._renew_at = time.monotonic() + RENEW

    def goes_on(self) -> None:
        """Renew the lease now and then; raises BackupFailed where it has to end, or another was begun."""
        if self._stop():
            raise BackupFailed(BackupProblem.STOPPED, "The worker was asked to end in the middle of it.")
        if time.monotonic() < self._renew_at:
            return
        self._set(held_until=now() + LEASE)
        self._renew_at = time.monotonic() + RENEW

    def well(self, *, name: str, place: str, size: int, rows: int) -> None:
        """It is kept, and was read back."""
        self._set(
            state=RunState.GOOD,
            slot=None,
            finished_at=now(),
            name=name,
            place=place[-300:],
            size=size,
            rows=rows,
        )
        heartbeats.beat(Pulse.BACKUP, name)

    def badly(self, problem: BackupProblem, said: str) -> None:
        """It went wrong."""
        self._set(
            state=RunState.FAILED, slot=None, finished_at=now(), problem=problem, said=said[:LONGEST_WORDS]
        )

    def _set(self, **values: object) -> None:
        mine = (BackupRecord.id == self._id, BackupRecord.slot == TAKEN)
        with transaction() as session:
            if (
                session.scalar(update(BackupRecord).where(*mine).values(values).returning(BackupRecord.id))
                is None
            ):
                raise BackupFailed(
                    BackupProblem.STOPPED, "It stood still for so long that another one was begun."
                )


def claim(at: datetime, stop: Callable[[], bool] = lambda: False) -> NightlyRun | None:
    """The right to make a backup now, until `stop` says so; None while somebody else does."""
    run_id = uuid.uuid4()
    try:
        with transaction() as session:
            _give_up_the_dead(at)
            session.add(
                BackupRecord(
                    id=run_id,
                    kind=BackupRun.NIGHTLY,
                    state=RunState.RUNNING,
                    slot=TAKEN,
                    started_at=at,
                    held_until=at + LEASE,
                )
            )
    except IntegrityError:
        return None
    return NightlyRun(run_id, stop)


def _give_up_the_dead(at: datetime) -> None:
    problem = BackupProblem.STOPPED
    db.session.execute(
        update(BackupRecord)
        .where(BackupRecord.slot == TAKEN, BackupRecord.held_until < at)
        .values(
            state=RunState.FAILED,
            slot=None,
            finished_at=at,
            problem=problem,
            said="Whoever made it ended in the middle of it.",
        )
        .execution_options(synchronize_session=False)
    )


def _failing_since(good: BackupRecord | None) -> datetime | None:
    query = select(func.min(BackupRecord.started_at)).where(
        BackupRecord.kind == BackupRun.NIGHTLY, BackupRecord.state == RunState.FAILED
    )
    return db.session.scalar(query.where(BackupRecord.started_at > good.started_at) if good else query)


def _last(kinds: Sequence[BackupRun], state: RunState) -> BackupRecord | None:
    query = (
        select(BackupRecord)
        .where(BackupRecord.kind.in_(kinds), BackupRecord.state == state)
        .order_by(BackupRecord.started_at.desc())
        .limit(1)
    )
    return db.session.scalars(query).first()
