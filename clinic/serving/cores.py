"""A core for each worker, so that its threads do not take Python's lock from each other (ADR 42)."""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Collection, Iterable
from weakref import WeakKeyDictionary

_taken: WeakKeyDictionary[object, int] = WeakKeyDictionary()  # by worker, as long as the arbiter keeps it


def core_for(worker: object) -> int | None:
    """The core which the fewest living workers have; asked in the arbiter, before it forks.

    None where this process may use one core only, or the system binds nobody to cores.
    """
    try:
        ours = os.sched_getaffinity(0)
    except (AttributeError, OSError):  # macOS has no such thing, a sandbox may not allow it
        return None
    if len(ours) < 2:
        return None
    _taken[worker] = core = least_used(ours, _taken.values())
    return core


def least_used(ours: Collection[int], taken: Iterable[int]) -> int:
    """Of several alike any one: two servers on one machine shall not both begin with the first."""
    used = Counter(taken)
    fewest = min(used[core] for core in ours)
    return random.choice([core for core in ours if used[core] == fewest])  # noqa: S311 — no secret


def stay_on(core: int | None) -> None:
    """Have this process and the threads it begins run there and nowhere else."""
    if core is None:
        return
    try:
        os.sched_setaffinity(0, {core})
    except OSError:  # taken away meanwhile: it runs wherever it may
        return
