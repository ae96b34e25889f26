"""The limits' count while the broker does not answer: one file for all processes of a machine.

In the memory of each process everybody would have as many tries more as there are processes.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from limits.storage import Storage

from clinic.own_files import ready_for_sqlite

PATIENCE = 5.0  # seconds for the other processes
_TABLE = (
    "CREATE TABLE IF NOT EXISTS tries (name TEXT PRIMARY KEY, count INTEGER NOT NULL, ends REAL NOT NULL)"
)
_COUNT = """
    INSERT INTO tries (name, count, ends) VALUES (:name, :amount, :ends)
    ON CONFLICT (name) DO UPDATE SET count = count + :amount RETURNING count
"""


class TriesOnDisk(Storage):
    """Counts that end by themselves, as the limits' library asks for them."""

    STORAGE_SCHEME = None

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path

    @property
    def base_exceptions(self) -> type[Exception]:
        """What may go wrong."""
        return sqlite3.Error

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        """Count once more; a count that is over begins anew."""
        at = time.time()
        with self._open() as tries:
            tries.execute("DELETE FROM tries WHERE ends <= ?", (at,))
            row = tries.execute(_COUNT, {"name": key, "amount": amount, "ends": at + expiry}).fetchone()
        return int(row[0])

    def get(self, key: str) -> int:
        """How many it were."""
        return int(self._row(key)[0])

    def get_expiry(self, key: str) -> float:
        """When they end, in seconds of the clock."""
        return float(self._row(key)[1])

    def check(self) -> bool:
        """It is always there."""
        return True

    def reset(self) -> int | None:
        """Forget all."""
        with self._open() as tries:
            return tries.execute("DELETE FROM tries").rowcount

    def clear(self, key: str) -> None:
        """Forget one."""
        with self._open() as tries:
            tries.execute("DELETE FROM tries WHERE name = ?", (key,))

    def _row(self, key: str) -> Any:
        at = time.time()
        with self._open() as tries:
            found = "SELECT count, ends FROM tries WHERE name = ? AND ends > ?"
            return tries.execute(found, (key, at)).fetchone() or (0, at)

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        ready_for_sqlite(self._path)
        with closing(sqlite3.connect(self._path, timeout=PATIENCE, isolation_level=None)) as tries:
            tries.execute("PRAGMA synchronous=OFF")
            tries.execute("BEGIN IMMEDIATE")
            tries.execute(_TABLE)
            yield tries
            tries.execute("COMMIT")
