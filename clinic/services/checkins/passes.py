"""A pass over what has fallen due, in short transactions, beside others that do the same."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Protocol, Self, TypeVar

from sqlalchemy.exc import IntegrityError

BATCH = 100  # rows a transaction: short enough that a page never waits for it


class PassReport(Protocol):
    """What a pass did."""

    looked_at: int

    def add(self, other: Self, /) -> None:
        """Count another pass in."""


R = TypeVar("R", bound=PassReport)


def in_batches(one_transaction: Callable[[datetime, int], R], report: R, now: datetime, limit: int) -> R:
    """At most `limit` rows, counted into a report; `one_transaction` takes the time and how many at most."""
    while report.looked_at < limit:
        size = min(BATCH, limit - report.looked_at)
        before = report.looked_at
        _batch(one_transaction, report, now, size)
        if report.looked_at - before < size:
            break
    return report


def _batch(one_transaction: Callable[[datetime, int], R], report: R, now: datetime, size: int) -> None:
    try:
        report.add(one_transaction(now, size))
    except IntegrityError:
        # another one mailed the same client the same day: one by one, each sees what that one wrote
        for _ in range(size):
            one = one_transaction(now, 1)
            report.add(one)
            if not one.looked_at:
                break
