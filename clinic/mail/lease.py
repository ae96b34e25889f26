"""How long claimed mails are ours, by a clock that goes on while the machine sleeps."""

from __future__ import annotations

import time

# CLOCK_MONOTONIC stands still during suspend on Linux, and the wall clock jumps.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Lease:
    """Started before the claim is committed, so that it ends no later than the row says."""

    def __init__(self, seconds: float) -> None:
        self._until = time.clock_gettime(_CLOCK) + seconds

    def holds(self) -> bool:
        """False once somebody else may have taken the mails."""
        return time.clock_gettime(_CLOCK) < self._until
