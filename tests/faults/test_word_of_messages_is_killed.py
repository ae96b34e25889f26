"""Killed while word of a message and a session's file wait or are promised: none lost, none doubled."""

from __future__ import annotations

import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy

import pytest
import time_machine
from flask import Flask
from sqlalchemy import func, select

from clinic.domain.types import MailKind, Role
from clinic.extensions import db
from clinic.models import Appointment, Message, OutboxMessage
from clinic.services.transaction import transaction
from tests.factories.mail import AWAKE
from tests.factories.people import make_client, make_practice, make_user
from tests.faults import answering
from tests.faults.reckoning import Reckoning, reckon
from tests.faults.stage import Stage, staged, wait_until
from tests.sink import Sink, running_sink

pytestmark = [pytest.mark.slow]

CLIENTS = 6
SECONDS = 3  # of a lease here
MINUTE = timedelta(minutes=1)
# what is in doubt of the mails, after the fifth time at this step
DOUBTS = {"before the dot": 1, "answered": 1, "answer noted": 0}
EACH = [
    pytest.param(step, marks=[pytest.mark.fault(full=step != "before the dot", short_on="sqlite")])
    for step in DOUBTS
]
EACH_WRITING = [
    pytest.param(step, marks=[pytest.mark.fault(full=not step.startswith("word"), short_on="sqlite")])
    for step in answering.STEPS
]


def waiting(number: int) -> None:
    """A practice with that many clients who have an account."""
    with transaction():
        practice = make_practice()
        make_user(practice, Role.PRACTITIONER)
        for position in range(number):
            user = make_user(practice, Role.CLIENT, f"Client {position}")
            make_client(practice, f"Client {position}", user=user, **AWAKE)


def sends(stage: Stage, *step: str) -> subprocess.Popen[bytes]:
    return stage.start([sys.executable, "-m", "tests.faults.sender", str(SECONDS), *step])


def told_by(sink: Sink) -> Counter[tuple[str, bool]]:
    """Whom the server took mail for, and whether a file for the calendar was with it."""
    mails = [message_from_bytes(content, policy=policy.default) for content in sink.messages]
    return Counter(
        (str(mail["To"]), any(part.get_content_type() == "text/calendar" for part in mail.walk()))
        for mail in mails
    )


# a process takes seconds to start: one of each is enough, but for the table
@pytest.mark.parametrize("step", EACH)
def test_a_sender_that_is_killed_loses_no_word_and_no_session(
    live_app: Flask, told: Callable[..., Reckoning], step: str
) -> None:
    with (
        running_sink(keep=True) as sink,
        staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage,
    ):
        waiting(CLIENTS)
        with time_machine.travel(datetime.now(UTC) - 5 * MINUTE):
            answering.answer_everybody()
        sends(stage, step, "5").wait(60)
        left = stage.under_way()
        sends(stage)
        wait_until(stage.drained, 90)
        reckoning = told(f"word of messages and sessions: {step}", reckon(sink), in_doubt=DOUBTS[step])
    assert left > 0, "it was killed too late to prove anything"
    assert reckoning.planned == 2 * CLIENTS == reckoning.sent + reckoning.in_doubt
    assert reckoning.in_doubt == DOUBTS[step]
    assert set(told_by(sink).values()) == {1}
    with_file = [mail for mail, has_file in told_by(sink) if has_file]
    assert len(with_file) >= CLIENTS - reckoning.in_doubt


@pytest.mark.parametrize("step", EACH_WRITING)
def test_who_is_killed_while_writing_promises_all_of_it_or_nothing(live_app: Flask, step: str) -> None:
    with running_sink(keep=True) as sink, staged(live_app, smtp_url=f"smtp://127.0.0.1:{sink.port}") as stage:
        waiting(1)
        stage.start([sys.executable, "-m", "tests.faults.answering", step]).wait(60)
        assert written() in ((0, 0, 0, 0), (1, 1, 0, 0)), "words and their mail are there together or not"
        for _ in range(2):  # pressed again
            assert stage.start([sys.executable, "-m", "tests.faults.answering"]).wait(60) == 0, stage.logs()
        assert written() == (1, 1, 1, 1)
        with transaction() as session:
            session.query(OutboxMessage).update({"due_at": datetime.now(UTC) - MINUTE})
            session.query(Message).update({"sent_at": datetime.now(UTC) - 2 * MINUTE})
        sends(stage)
        wait_until(stage.drained, 60)
        reckon(sink).holds()
    assert sorted(has_file for _, has_file in told_by(sink)) == [False, True]


def written() -> tuple[int, ...]:
    """Messages and the mails of them, sessions and the mails of them."""
    db.session.rollback()
    words, sessions = MailKind.MESSAGE_WAITS, MailKind.APPOINTMENT
    mails = dict(
        db.session.execute(select(OutboxMessage.kind, func.count()).group_by(OutboxMessage.kind)).all()
    )
    counts = [db.session.scalar(select(func.count()).select_from(kind)) for kind in (Message, Appointment)]
    db.session.rollback()
    return counts[0], mails.get(words, 0), counts[1], mails.get(sessions, 0)
