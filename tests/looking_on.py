"""A test or a bench looks on from outside: it, and each thread of it, reaches the rows of every practice.

What it calls begins with nobody's rows all the same, wherever a request or a task begins.
"""

from __future__ import annotations

from contextvars import ContextVar

from clinic.models.walls import ALL
from clinic.services import reach


def reach_everything() -> None:
    """For the rest of this process."""
    reach._reach = ContextVar("reach", default=ALL)
