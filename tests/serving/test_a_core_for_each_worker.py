"""Workers share out the cores, and whoever follows a dead one takes its place."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

from clinic.serving import cores
from tests.faults.serving import family
from tests.faults.stage import wait_until
from tests.serving.conftest import running

CORES = os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else set()
needs_cores = pytest.mark.skipif(len(CORES) < 2, reason="there is one core to share")


@pytest.mark.parametrize(
    ("ours", "taken", "free"),
    [
        ({0, 1}, [], {0, 1}),
        ({0, 1}, [0], {1}),
        ({0, 1}, [1, 0, 1], {0}),
        ({2, 5, 7}, [2, 7, 2], {5}),
        ({2, 5}, [0, 1], {2, 5}),  # of a time when it might use others
    ],
)
def test_the_core_that_the_fewest_have(ours: set[int], taken: list[int], free: set[int]) -> None:
    assert {cores.least_used(ours, taken) for _ in range(50)} == free


@needs_cores
def test_whoever_follows_a_killed_worker_takes_its_core() -> None:
    with running("--workers", "2") as (_, arbiter):
        before = wait_for_two(arbiter)
        assert len(set(before.values())) == 2
        killed = next(iter(before))
        os.kill(killed, signal.SIGKILL)
        wait_until(lambda: killed not in family(arbiter) and len(family(arbiter)) == 2, 20)
        after = wait_for_two(arbiter)
        assert sorted(after.values()) == sorted(before.values())
        assert os.sched_getaffinity(arbiter) == CORES


@needs_cores
def test_a_server_that_may_use_one_core_only_stays_as_it_is() -> None:
    one = {min(CORES)}
    os.sched_setaffinity(0, one)
    try:
        with running("--workers", "2") as (_, arbiter):
            assert all(os.sched_getaffinity(worker) == one for worker in family(arbiter))
    finally:
        os.sched_setaffinity(0, CORES)


def wait_for_two(arbiter: int) -> dict[int, int]:
    """The core of each worker, once both have settled down; all threads of one are on it."""
    wait_until(lambda: len(family(arbiter)) == 2 and all(settled(pid) for pid in family(arbiter)), 20)
    return {pid: next(iter(os.sched_getaffinity(pid))) for pid in family(arbiter)}


def settled(worker: int) -> bool:
    threads = [int(each.name) for each in Path(f"/proc/{worker}/task").iterdir()]
    return all(os.sched_getaffinity(thread) == os.sched_getaffinity(worker) for thread in threads) and (
        len(os.sched_getaffinity(worker)) == 1
    )
