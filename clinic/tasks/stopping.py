"""Whether this worker was asked to end: a byte the pool's processes share with the main one."""

from __future__ import annotations

import mmap
from typing import Any

# Shared memory, because a signal handler may not wait for a lock and the pool does not see the signal.
_asked = mmap.mmap(-1, 1)


def asked() -> bool:
    return _asked[0] != 0


def ask(**_: Any) -> None:
    _asked[0] = 1
