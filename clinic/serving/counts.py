"""Where web processes count their requests: files that all of them share, in memory.

A disk would not do: a process that counts into a file on a full one is killed by the system.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

FILES = "PROMETHEUS_MULTIPROC_DIR"  # the name by which prometheus_client finds them, read at its import
_NAME = "regroove-metrics-"
# mkdtemp makes a folder of our own there
_SHARED = Path("/dev/shm")  # noqa: S108  # nosec B108


def prepare() -> None:
    """Before the first process is forked: a folder for the counts of this run; those of dead ones go."""
    place = _SHARED if os.access(_SHARED, os.W_OK) else Path(tempfile.gettempdir())
    for other in place.glob(f"{_NAME}*"):
        if other.stat().st_uid == os.getuid() and not _lives(
            other.name.removeprefix(_NAME).partition("-")[0]
        ):
            shutil.rmtree(other, ignore_errors=True)
    made, ours = tempfile.mkdtemp(prefix=f"{_NAME}{os.getpid()}-", dir=place), os.getpid()
    os.environ[FILES] = made

    def remove() -> None:
        if os.getpid() == ours:  # what is forked off ends, too
            shutil.rmtree(made, ignore_errors=True)

    atexit.register(remove)


def _lives(pid: str) -> bool:
    try:
        os.kill(int(pid), 0)
    except (ProcessLookupError, ValueError):
        return False
    except PermissionError:
        return True
    return True
