"""Records that are shown no more, and brought back: marked as removed, never deleted by it."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from sqlalchemy import ColumnElement, or_
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.media import KEPT_LOOSE


class Removable(Protocol):
    """A record that knows when it was removed."""

    removed_at: datetime | None


def there_or_lately(removed_at: InstrumentedAttribute[datetime | None], at: datetime) -> ColumnElement[bool]:
    """That a record is shown, or can be put back at `at`: `domain/media.can_be_put_back`, narrowed down."""
    return or_(removed_at.is_(None), removed_at > at - KEPT_LOOSE)


def remove(row: Removable, at: datetime) -> bool:
    """Show a record no more; False where it was removed before: a second press changes nothing."""
    is_new = row.removed_at is None
    if is_new:
        row.removed_at = at
    return is_new


def bring_back(row: Removable) -> bool:
    """Show a record again; False where it is shown already."""
    was_removed = row.removed_at is not None
    row.removed_at = None
    return was_removed
