"""A machine lost for good, its journal with it: others know within its lease what it was in the middle of."""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import OutboxMessage
from clinic.services.sending.lease import LEASE
from tests.factories.mail import promise_checkins
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import Stage, kill, staged, wait_until
from tests.sink import running_sink

pytestmark = [pytest.mark.slow]

SECONDS = 3  # of the lease here
SETTLED = 300.0  # seconds within which everything is known


def test_a_lease_and_a_round_are_over_in_time() -> None:
    assert LEASE.total_seconds() + 30 < SETTLED


def test_a_lost_machine_leaves_at_most_two_mails_in_doubt(
    live_app: Flask, full: bool, tmp_path: Path, told: Callable[..., Reckoning]
) -> None:
    mails, times = (2000, 20) if full else (60, 1)
    chance = random.Random(11)
    with (
        running_sink(reply_after=0.002) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        promise_checkins(mails)
        machine, waited = _machine(stage, tmp_path / "0"), 0.0
        for number in range(times):
            accepted = sink.counts.total
            wait_until(lambda: sink.counts.total > accepted or stage.drained())  # noqa: B023
            time.sleep(chance.uniform(0.0, 0.05))
            kill(machine)
            shutil.rmtree(tmp_path / str(number) / "journal")
            left, lost = stage.leased_by(machine.pid), machine.pid
            machine = _machine(stage, tmp_path / str(number + 1))
            waited = max(waited, wait_until(lambda: not stage.leased_by(lost), 60))  # noqa: B023
        wait_until(stage.drained, 120)
        reckoning = told(f"machine lost {times} times", reckon(sink), in_doubt=2 * times)
    assert left > 2 or full, "it was lost too late to prove anything"
    assert waited < SECONDS + 30
    reasons = [mail.reason for mail in db.session.query(OutboxMessage).filter_by(state=OutboxState.IN_DOUBT)]
    assert all("the machine that was sending it was lost at" in (reason or "") for reason in reasons)
    assert reckoning.planned == mails == reckoning.sent + reckoning.in_doubt


# what is in doubt of five mails, after the third time at this step: by the journal, and where that is lost
DOUBTS = {
    "dot noted": (1, 2),
    "before the mark": (1, 2),
    "marked": (1, 1),
    "before the dot": (1, 2),
    "answered": (1, 2),
    "answer noted": (0, 2),
}
ONCE = {  # each is come by once for a batch
    "claimed": (0, 0),
    "batch sent": (0, 1),
    "results written": (0, 1),
    "results committed": (0, 0),
}


EACH = [
    # a process takes seconds to start: one is enough, but for the table
    pytest.param(step, is_lost, marks=[pytest.mark.fault(full=(step, is_lost) != ("before the dot", True))])
    for step in (*DOUBTS, *ONCE)
    for is_lost in (False, True)
]


@pytest.mark.parametrize(("step", "is_lost"), EACH)
def test_a_sender_that_dies_between_two_steps_leaves_no_more_in_doubt_than_it_must(
    live_app: Flask, full: bool, tmp_path: Path, told: Callable[..., Reckoning], step: str, is_lost: bool
) -> None:
    may = (DOUBTS | ONCE)[step][is_lost]
    with running_sink() as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        promise_checkins(5)
        machine = _machine(stage, tmp_path / "0", step, "3" if step in DOUBTS else "1")
        machine.wait(60)
        if is_lost:
            shutil.rmtree(tmp_path / "0" / "journal")
        _machine(stage, tmp_path / ("1" if is_lost else "0"))
        wait_until(stage.drained, 60)
        where = "lost" if is_lost else "there"
        reckoning = told(f"died: {step}, journal {where}", reckon(sink), in_doubt=may)
    assert reckoning.in_doubt == may
    assert reckoning.sent == 5 - may


def _machine(stage: Stage, folder: Path, *step: str) -> subprocess.Popen[bytes]:
    """A sender with a data folder of its own, over the same database; it may die at a step."""
    command = [sys.executable, "-m", "tests.faults.sender", str(SECONDS), *step]
    return stage.start(command, CLINIC_DATA_DIR=str(folder))
