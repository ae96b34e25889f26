"""A file whose lock a process holds for as long as it lives: who gets the lock knows it is dead.

It holds nothing, and nobody has a reason to open it: closing any second handle on a file lets go of the
locks a process has on it. POSIX locks, not flock, because a forked child does not inherit them.
"""

from __future__ import annotations

import fcntl
import os
import threading
from contextlib import suppress
from pathlib import Path

# The system does not keep a process from locking its own files again, so we remember which are ours.
_mine: set[tuple[int, Path]] = set()
_mine_guard = threading.Lock()


class Lifeline:
    """A lock file this process holds, its own or a dead one's."""

    def __init__(self, path: Path, descriptor: int) -> None:
        self.path = path
        self._descriptor = descriptor

    @classmethod
    def begin(cls, path: Path) -> Lifeline:
        """Make the file and hold its lock; raises OSError."""
        path = path.resolve()
        _claim(path)
        try:
            return cls(path, _create_locked(path))
        except OSError:
            _disclaim(path)
            raise

    @classmethod
    def take_if_dead(cls, path: Path) -> Lifeline | None:
        """Hold a dead process's lock; nothing if it lives or another heir has it."""
        path = path.resolve()
        if not _claim(path):
            return None
        descriptor = _lock_existing(path)
        if descriptor is None:
            _disclaim(path)
            return None
        return cls(path, descriptor)

    def end(self) -> None:
        """Remove the file and let go: nothing is left to inherit."""
        self.path.unlink(missing_ok=True)
        self.let_go()

    def let_go(self) -> None:
        """What the death of the process does."""
        descriptor, self._descriptor = self._descriptor, -1
        if descriptor >= 0:
            os.close(descriptor)
            _disclaim(self.path)


def _create_locked(path: Path) -> int:
    """Make the file under another name first: nobody may find it before we hold its lock."""
    unfinished = path.with_suffix(".new")
    descriptor = os.open(unfinished, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        unfinished.rename(path)
    except OSError:
        os.close(descriptor)
        unfinished.unlink(missing_ok=True)
        raise
    return descriptor


def _lock_existing(path: Path) -> int | None:
    with suppress(OSError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CLOEXEC)
        with suppress(OSError):
            fcntl.lockf(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return descriptor
        os.close(descriptor)
    return None


def _claim(path: Path) -> bool:
    with _mine_guard:
        key = os.getpid(), path
        if key in _mine:
            return False
        _mine.add(key)
        return True


def _disclaim(path: Path) -> None:
    with _mine_guard:
        _mine.discard((os.getpid(), path))
