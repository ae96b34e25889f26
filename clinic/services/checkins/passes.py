"""A pass over what has fallen due, in short transactions, beside others that do the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, Self, TypeVar

from sqlalchemy.exc import DBAPIError, IntegrityError

BATCH = 250  # rows a transaction: short enough that a page hardly waits for it


class PassReport(Protocol):
    """What a pass did."""

    looked_at: int

    def add(self, other: Self, /) -> None:
        """Count another pass in."""


R = TypeVar("R", bound=PassReport)


def in_batches(
    one_transaction: Callable[[datetime, int], R],
    report: R,
    now: datetime,
    limit: int | None = None,
    stopping: Callable[[], bool] = lambda: False,
) -> R:
    """All that has fallen due, or `limit` rows, counted into a report; `one_transaction` takes the time and
    how many rows at most. It goes on while a batch was full."""
    while (limit is None or report.looked_at < limit) and not stopping():
        size = BATCH if limit is None else min(BATCH, limit - report.looked_at)
        before = report.looked_at
        _batch(one_transaction, report, now, size)
        if report.looked_at - before < size:
            break
    return report


def _batch(one_transaction: Callable[[datetime, int], R], report: R, now: datetime, size: int) -> None:
    try:
        report.add(one_transaction(now, size))
    except DBAPIError as error:
        if not (isinstance(error, IntegrityError) or _is_deadlock(error)):
            raise
        # another one mailed the same client the same day: one by one, each sees what that one wrote
        for _ in range(size):
            one = one_transaction(now, 1)
            report.add(one)
            if not one.looked_at:
                break


def _is_deadlock(error: DBAPIError) -> bool:
    """Whether this transaction was ended so that one it waited for crosswise could go on."""
    return getattr(error.orig, "sqlstate", "") == "40P01"
