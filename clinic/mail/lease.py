"""How long claimed mails are ours, by a clock that goes on while the machine sleeps."""

from __future__ import annotations

import time
from uuid import UUID

# CLOCK_MONOTONIC stands still during suspend on Linux, and the wall clock jumps.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def ends_in(seconds: float) -> float:
    """That time from now, by the clock of leases."""
    return time.clock_gettime(_CLOCK) + seconds


class Lease:
    """Started before the claim is committed, so that it ends no later than the row says."""

    def __init__(self, seconds: float) -> None:
        self._until = ends_in(seconds)

    @property
    def is_over(self) -> bool:
        """Whether somebody else may have taken the mails."""
        return time.clock_gettime(_CLOCK) >= self._until

    def holds(self, mail: UUID) -> bool:
        """Whether this mail may go out now; asked right before its dot."""
        return not self.is_over
