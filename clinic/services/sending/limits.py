"""What all senders of a mail account keep to together: mails a minute, connections, and a rest in trouble.

Rows, not the broker: they hold with the broker gone, and a dead sender's connection is free again.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, func, or_, select, update
from sqlalchemy.exc import DBAPIError

from clinic.domain.rates import Bucket, capacity, refilled, seconds_until_one
from clinic.extensions import db
from clinic.models import MailAccount, MailConnection
from clinic.services import bulk
from clinic.services.clock import now
from clinic.services.transaction import glance, transaction

HELD = timedelta(minutes=15)  # longer than any command may take; a sender that lives renews it long before
RENEW = 60.0  # seconds
LONGEST_REST = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Room:
    """How many mails may be claimed, and where that is none, in how many seconds one may."""

    mails: int
    wait: float = 0.0


def room(account: str, per_minute: int, most: int, at: datetime) -> Room:
    """What the rate leaves, within the caller's transaction; others of the account wait for its end."""
    if not per_minute:
        return Room(most)
    bucket = refilled(_bucket(account, per_minute, at), per_minute, at)
    _put(account, tokens=bucket.tokens, filled_at=bucket.filled_at)
    mails = min(most, int(bucket.tokens))
    return Room(mails, 0.0 if mails else seconds_until_one(bucket, per_minute))


def spend(account: str, per_minute: int, mails: int) -> None:
    """These are on their way, within the transaction that asked for room."""
    if per_minute and mails:
        _put(account, tokens=MailAccount.tokens - mails)


def rest(account: str, by: str, seconds: float | None) -> None:
    """Have every sender of the account leave the server alone for a while; None ends it."""
    at = now()
    with transaction():
        _bucket(account, 0, at)
        until = None if seconds is None else at + timedelta(seconds=seconds)
        _put(account, paused_until=until, paused_by=by if until else None)


def resting(account: str, me: str) -> bool:
    """Whether another sender has met trouble and a rest is on; one's own is known without asking."""
    at = now()
    with glance():
        query = select(MailAccount.paused_by).where(
            MailAccount.name == account,
            MailAccount.paused_until > at,
            MailAccount.paused_until <= at + LONGEST_REST,  # further off, the clock was put back
        )
        by = db.session.scalar(query)
    return by is not None and by != me


class Slot:
    """The right to one connection, taken when it is first needed; without a limit it is always there."""

    def __init__(self, account: str, holder: str, limit: int) -> None:
        self._account = account
        self._holder = holder
        self._limit = limit
        self._id: uuid.UUID | None = None
        self._renew_at = 0.0  # time.monotonic()

    def keep(self) -> bool:
        """Take it, or go on holding it; False while all connections are others'."""
        if not self._limit or time.monotonic() < self._renew_at:
            return True
        try:
            with transaction():
                self._id = self._held() or self._free()
        except DBAPIError:
            db.session.remove()
            return self._id is not None  # with the database away nobody else can take it
        self._renew_at = time.monotonic() + RENEW if self._id else 0.0
        return self._id is not None

    def let_go(self) -> None:
        """Others may have it."""
        if self._id is None:
            return
        self._id, self._renew_at = None, 0.0
        try:
            with transaction():
                _free_all(MailConnection.holder == self._holder)
        except DBAPIError:
            db.session.remove()  # still in our name: ours again the next time, or free once its time is over

    def _held(self) -> uuid.UUID | None:
        if self._id is None:
            return None
        return self._id if self._hold(self._id, MailConnection.holder == self._holder) else None

    def _free(self) -> uuid.UUID | None:
        at = now()
        _make_slots(self._account, self._limit)
        free = or_(
            MailConnection.holder.is_(None),
            MailConnection.holder == self._holder,
            MailConnection.held_until < at,
            MailConnection.held_until > at + 2 * HELD,  # the clock was put back
        )
        query = (
            select(MailConnection.id)
            .where(MailConnection.account == self._account, MailConnection.slot <= self._limit, free)
            .order_by(MailConnection.slot)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        found = db.session.scalar(query)
        return found if found and self._hold(found, free) else None

    def _hold(self, slot: uuid.UUID, still: ColumnElement[bool]) -> bool:
        held = db.session.execute(
            update(MailConnection)
            .where(MailConnection.id == slot, still)
            .values(holder=self._holder, held_until=now() + HELD)
            .execution_options(synchronize_session=False)
        )
        assert isinstance(held, CursorResult)
        return bool(held.rowcount)


@contextmanager
def slot(account: str, holder: str, limit: int) -> Iterator[Slot]:
    """A slot that is let go of at the end of the block."""
    mine = Slot(account, holder, limit)
    try:
        yield mine
    finally:
        mine.let_go()


def free_slots_of(dead: Collection[str]) -> None:
    """Free what dead senders held, within the caller's transaction."""
    _free_all(MailConnection.holder.in_(dead))


def _free_all(which: ColumnElement[bool]) -> None:
    db.session.execute(
        update(MailConnection)
        .where(which)
        .values(holder=None, held_until=None)
        .execution_options(synchronize_session=False)
    )


def _make_slots(account: str, limit: int) -> None:
    there = select(func.count()).where(MailConnection.account == account, MailConnection.slot <= limit)
    if (db.session.scalar(there) or 0) < limit:
        rows = [{"id": uuid.uuid4(), "account": account, "slot": number} for number in range(1, limit + 1)]
        db.session.execute(bulk.insert_into(MailConnection).values(rows).on_conflict_do_nothing())


def _bucket(account: str, per_minute: int, at: datetime) -> Bucket:
    """The account's row, locked; made full if there is none yet."""
    query = (
        select(MailAccount.tokens, MailAccount.filled_at).where(MailAccount.name == account).with_for_update()
    )
    row = db.session.execute(query).first()
    if row is None:
        full = {"name": account, "tokens": float(capacity(per_minute)), "filled_at": at}
        db.session.execute(bulk.insert_into(MailAccount).values(full).on_conflict_do_nothing())
        row = db.session.execute(query).one()
    return Bucket(*row)


def _put(account: str, **values: Any) -> None:
    db.session.execute(
        update(MailAccount)
        .where(MailAccount.name == account)
        .values(values)
        .execution_options(synchronize_session=False)
    )
