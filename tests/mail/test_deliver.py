"""Claimed mails over a real session with a real journal: what a successor would conclude."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from clinic.mail.deliver import deliver
from clinic.mail.journal import AttemptFate, Journal, JournalError, dead_journals
from clinic.mail.lease import Lease
from clinic.mail.memory import MemoryTransport
from clinic.mail.transport import Envelope, SendOutcome, SendVerdict, SmtpStage
from tests.mail.test_message import MAIL
from tests.mail.test_smtp import ROOT, envelope, session_with
from tests.sink import Rule, running_sink, sink_process

ONE = UUID(int=1)
LONG = Lease(900)


def fate_after(folder: Path, journal: Journal) -> AttemptFate:
    journal.abandon()
    with dead_journals(folder) as (dead,):
        return dead.fate(ONE, 1)


@pytest.mark.parametrize(
    "outcome, fate",
    [
        (SendOutcome(SendVerdict.SENT, SmtpStage.DOT, 250), AttemptFate.SENT),
        (SendOutcome(SendVerdict.IN_DOUBT, SmtpStage.DOT), AttemptFate.IN_DOUBT),
        (SendOutcome(SendVerdict.TEMPORARY, SmtpStage.DOT, 451), AttemptFate.UNSENT),
        (SendOutcome(SendVerdict.PERMANENT, SmtpStage.DOT, 554), AttemptFate.UNSENT),
        (SendOutcome(SendVerdict.TEMPORARY, SmtpStage.BODY), AttemptFate.UNSENT),
        (SendOutcome(SendVerdict.PERMANENT, SmtpStage.RCPT, 550), AttemptFate.UNSENT),
        (SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.CONNECT), AttemptFate.UNSENT),
    ],
)
def test_the_journal_agrees_with_the_outcome(tmp_path: Path, outcome: SendOutcome, fate: AttemptFate) -> None:
    journal = Journal.open(tmp_path)
    transport = MemoryTransport(outcomes=[outcome])
    with transport.session() as session:
        assert deliver(session, envelope(1), journal=journal, lease=LONG, mail=ONE, attempt=1) == outcome
    assert fate_after(tmp_path, journal) == fate


def test_a_frozen_sender_that_wakes_after_its_lease_sends_nothing(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    with running_sink() as sink, session_with(sink.port) as session:
        outcome = deliver(session, envelope(1), journal=journal, lease=Lease(0), mail=ONE, attempt=1)
        assert outcome.verdict is SendVerdict.FENCED
        assert sink.counts.total == 0
    assert fate_after(tmp_path, journal) == AttemptFate.UNSENT


def test_no_intent_no_mail(tmp_path: Path) -> None:
    journal = Journal.open(tmp_path)
    journal.abandon()
    with running_sink() as sink, session_with(sink.port) as session:
        with pytest.raises(JournalError):
            deliver(session, envelope(1), journal=journal, lease=LONG, mail=ONE, attempt=1)
        assert sink.counts.total == 0


def test_memory_keeps_what_was_sent_and_what_the_fence_stopped_it_does_not() -> None:
    transport = MemoryTransport()
    with transport.session() as session:
        assert session.open() is None
        session.send(Envelope("a@b.example", "c@d.example", MAIL.to_bytes()), lambda: True)
        session.send(envelope(2), lambda: False)
    assert [message["Subject"] for message in transport.messages] == ["Time for your check-in"]


KILLED = """
import sys
from pathlib import Path
from uuid import UUID
from clinic.mail.deliver import deliver
from clinic.mail.journal import Journal
from clinic.mail.lease import Lease
from clinic.mail.smtp import SmtpTransport
from tests.mail.test_smtp import envelope
journal, lease = Journal.open(Path(sys.argv[1])), Lease(900)
with SmtpTransport.from_url(f"smtp://127.0.0.1:{sys.argv[2]}").session() as session:
    for n in range(1, 10_000):
        deliver(session, envelope(n), journal=journal, lease=lease, mail=UUID(int=n), attempt=1)
        print(n, flush=True)
"""


def test_kill_9_while_sending_leaves_at_most_one_mail_in_doubt_and_the_rest_known(tmp_path: Path) -> None:
    with sink_process(Rule("dot", "keep_stall", seconds=0.002)) as sink:
        process = subprocess.Popen(
            [sys.executable, "-c", KILLED, str(tmp_path), str(sink.port)],
            stdout=subprocess.PIPE, text=True, cwd=ROOT,
        )  # fmt: skip
        assert process.stdout is not None
        while int(process.stdout.readline()) < 60:
            pass
        process.kill()
        process.communicate()
        accepted = sink.counts()["accepted"]
    with dead_journals(tmp_path) as (dead,):
        fates = {n: dead.fate(UUID(int=n), 1) for n in range(1, 10_000)}
    doubtful = [n for n, fate in fates.items() if fate is AttemptFate.IN_DOUBT]
    sent = [n for n, fate in fates.items() if fate is AttemptFate.SENT]
    arrived = {int(UUID(key.removeprefix("ci.").partition("@")[0])) for key in accepted}
    assert len(doubtful) <= 1
    assert len(sent) >= 60
    assert set(sent) <= arrived <= set(sent) | set(doubtful)  # what is called unsent never arrived
