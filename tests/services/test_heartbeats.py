"""Heartbeats: one row a kind of process, whoever writes it."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from flask import Flask

from clinic.services.clock import now
from clinic.services.upkeep import heartbeats


def test_a_second_beat_moves_the_first(app: Flask) -> None:
    heartbeats.beat(heartbeats.WORKER, "one")
    with time_machine.travel(now() + timedelta(minutes=1)):
        heartbeats.beat(heartbeats.WORKER, "two")
    seen = heartbeats.last_seen()
    assert list(seen) == [heartbeats.WORKER]
    assert seen[heartbeats.WORKER][1] == "two"
    assert seen[heartbeats.WORKER][0] > now() + timedelta(seconds=50)
