"""One sender at a time in a worker, its sweep or its pool: its death then leaves one mail in doubt, not two.

More senders are more workers.
"""

from __future__ import annotations

import atexit
import fcntl
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager

# Made before the pool forks. A POSIX lock belongs to one process, and ends with it however it ends.
_file = tempfile.TemporaryFile()  # noqa: SIM115
atexit.register(_file.close)  # left open, Python 3.13 complains as it ends


@contextmanager
def taken(patience: float = 0.0) -> Iterator[bool]:
    """Whether it is ours to send, waiting that many seconds for it."""
    until = time.monotonic() + patience
    ours = _lock()
    while not ours and time.monotonic() < until:
        time.sleep(0.1)
        ours = _lock()
    try:
        yield ours
    finally:
        if ours:
            fcntl.lockf(_file, fcntl.LOCK_UN)


def _lock() -> bool:
    try:
        fcntl.lockf(_file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
