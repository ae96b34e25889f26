"""Sending what the outbox promises: claim, send, record, again until nothing is due.

Any number of processes may run this at any time. Each mail is leased to one of them; what is written to
its journal before the dot and after the answer decides, should it die, what is sent again: nothing that
may have arrived.
"""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path

from flask import Flask, current_app
from sqlalchemy.exc import DBAPIError

from clinic.extensions import db
from clinic.mail.deliver import deliver
from clinic.mail.journal import Journal, JournalError, replay
from clinic.mail.transport import SendOutcome, SendVerdict, Session, SmtpStage, nothing
from clinic.services import bulk
from clinic.services.reach import across_practices
from clinic.services.sending import lease as sending_lease
from clinic.services.sending import limits as sending_limits
from clinic.services.sending import recovery as sending_recovery
from clinic.services.sending import results as sending_results
from clinic.services.sending.account import Account, account_now, init_account
from clinic.services.sending.claims import Claim, anything_due, claim
from clinic.services.sending.letters import Letter
from clinic.services.sending.results import SendResult
from clinic.services.transaction import Aside, glance, transaction
from config import Settings

log = logging.getLogger(__name__)

RUN_SECONDS = 240.0  # afterwards the next nudge or sweep goes on
SOON = 10.0  # seconds a connection is kept while the server's rate is used up
PATIENCE = (0.5, 1.0, 2.0, 4.0, 8.0, 15.0)  # seconds between tries to write results


def init_delivery(app: Flask, settings: Settings) -> None:
    """Make the mail account and this process's sender; raises SettingsError for a bad CLINIC_SMTP_URL."""
    init_account(app, settings)
    app.extensions["sender"] = Sender(settings.data_dir / "journal")


@across_practices("mail is one queue")
def run(stopping: Callable[[], bool] = lambda: False) -> int:
    """Send what is due now; returns how many mails were looked at. Another thread at it: 0 at once."""
    sender: Sender = current_app.extensions["sender"]
    return sender.run(account_now(), stopping)


@across_practices("mail is one queue")
def recover() -> int:
    """Settle what dead or frozen senders left behind; returns how many mails that were."""
    settled = sending_recovery.recover(_journal_folder())
    db.session.expire_all()  # rows are written past the session
    return settled


def _journal_folder() -> Path:
    settings: Settings = current_app.config["SETTINGS"]
    return settings.data_dir / "journal"


@dataclass
class Sender:
    """One sending process: its journal, and results the database has not taken yet."""

    folder: Path
    pid: int = 0
    journal: Journal | None = None
    mail: Account | None = None  # of the last run
    aside: Aside | None = None  # of this run
    unwritten: list[tuple[Claim, list[SendResult]]] = field(default_factory=list)
    busy: threading.Lock = field(default_factory=threading.Lock)

    def run(self, mail: Account, stopping: Callable[[], bool]) -> int:
        """See `run`."""
        self._after_fork()
        if not self.busy.acquire(blocking=False):
            return 0
        try:
            return self._run(mail, stopping)
        finally:
            self.busy.release()

    def _after_fork(self) -> None:
        if self.pid != os.getpid():
            self.pid, self.journal, self.unwritten, self.busy = os.getpid(), None, [], threading.Lock()

    def _run(self, mail: Account, stopping: Callable[[], bool]) -> int:
        fresh, journal = (
            self.journal is None or self.mail is not mail,
            self.journal or Journal.open(self.folder),
        )
        self.journal, self.mail = journal, mail
        self._write_results()  # of a run that broke off
        # a glance before a server is troubled; what is new tries for itself, its settings may be mended
        rest = not anything_due() or (not fresh and sending_limits.resting(mail.name, journal.name))
        looked_at = 0 if rest else self._work(journal, mail, stopping)
        mail.tell(journal.name)
        db.session.expire_all()  # rows are written past the session
        return looked_at

    def _work(self, journal: Journal, mail: Account, stopping: Callable[[], bool]) -> int:
        """Batch after batch over one connection, while there is something to do."""
        settings: Settings = current_app.config["SETTINGS"]
        until, looked_at = time.monotonic() + RUN_SECONDS, 0
        with glance():
            bulk.plan_anew()  # what was prepared when there was little to send
        with (
            sending_limits.slot(mail.name, journal.name, settings.smtp_connections) as slot,
            mail.transport.session() as session,
            sending_lease.keeper() as keeper,
            closing(Aside()) as self.aside,
        ):
            while not (stopping() or mail.paused or time.monotonic() > until):
                if not slot.keep() or not _reachable(session, mail):
                    break
                batch = self._next(journal, mail)
                looked_at += batch.looked_at
                if batch.looked_at:
                    keeper.lease = batch.lease
                    self._send(batch, session, mail, lambda: stopping() or not slot.keep())
                elif not _worth_waiting(batch.wait, stopping):
                    break  # all done, others were quicker, or the server's rate is used up
            self._write_results()
        return looked_at

    def _next(self, journal: Journal, mail: Account) -> Claim:
        """The next batch, in one commit with the results of the last one."""
        if self.unwritten:
            try:
                batch = self._claim(journal, mail, self._note_results)
            except DBAPIError:
                db.session.remove()
                self._write_results()
            else:
                self._forget_results()
                return batch
        return self._claim(journal, mail)

    def _claim(self, journal: Journal, mail: Account, first: Callable[[], None] | None = None) -> Claim:
        settings: Settings = current_app.config["SETTINGS"]
        return claim(
            journal.name,
            real_server=mail.real_server,
            smtputf8=mail.transport.smtputf8,
            account=mail.name,
            per_minute=settings.smtp_rate,
            first=first,
            aside=self.aside,
        )

    def _send(self, batch: Claim, session: Session, mail: Account, stopping: Callable[[], bool]) -> None:
        """Send a batch over one connection; what is not reached goes back."""
        assert self.journal is not None
        results: list[SendResult] = []
        self.unwritten.append((batch, results))
        try:
            for letter, *soon in zip_longest(batch.letters, batch.letters[1:], batch.letters[2:]):
                if stopping() or mail.paused:
                    break
                outcome = _send_one(letter, batch, session, self.journal, *soon)
                results.append(SendResult(letter.mail_id, outcome))
                batch.lease.became(letter.mail_id, outcome)
                _mind_account(mail, outcome)
                if outcome.verdict is SendVerdict.FENCED:
                    break
        finally:
            # whatever broke off here, the journal knows how far the last mail had come
            reached = {result.mail_id for result in results}
            rest = [letter for letter in batch.letters if letter.mail_id not in reached]
            results += _unreached(rest, self.journal) if rest else []

    def _write_results(self) -> None:
        """What no claim has taken along: a commit of its own, with patience."""
        if self.unwritten:
            _patiently(self._record_results)
            self._forget_results()

    def _record_results(self) -> None:
        with transaction():
            self._note_results()

    def _note_results(self) -> None:
        for batch, results in self.unwritten:
            sending_results.note(batch.lease.token, results)

    def _forget_results(self) -> None:
        """They are committed, and so is everything that stands in the journal."""
        self.unwritten.clear()
        if self.journal is not None:
            self.journal.forget()


def _send_one(
    letter: Letter,
    batch: Claim,
    session: Session,
    journal: Journal,
    then: Letter | None,
    later: Letter | None,
) -> SendOutcome:
    """Send one letter, have the next one announced, and write the one behind it meanwhile."""
    for each in (letter, then):
        if each is not None:
            each.finish()
    if letter.envelope is None:
        assert letter.refusal is not None
        return letter.refusal
    try:
        return deliver(
            session,
            letter.envelope,
            journal=journal,
            lease=batch.lease,
            mail=letter.mail_id,
            attempt=letter.attempt,
            then=then.envelope if then else None,
            meanwhile=later.finish if later else nothing,
        )
    except JournalError as error:
        # without the note of intent no dot goes out: a full disk stops the mail and loses none
        return SendOutcome(SendVerdict.ACCOUNT_PROBLEM, SmtpStage.LOCAL, None, str(error), lasting=True)


def _unreached(letters: list[Letter], journal: Journal) -> list[SendResult]:
    told = replay(journal.path.name, journal.path.read_bytes())
    return [
        SendResult(each.mail_id, sending_recovery.outcome(told, each.mail_id, each.attempt))
        for each in letters
    ]


def _worth_waiting(seconds: float, stopping: Callable[[], bool]) -> bool:
    """Wait until the server's rate allows another mail, if that is soon and there is one."""
    if not 0.0 < seconds <= SOON or not anything_due():
        return False
    until = time.monotonic() + seconds
    while (left := until - time.monotonic()) > 0 and not stopping():
        time.sleep(min(left, 0.5))
    return True


def _reachable(session: Session, mail: Account) -> bool:
    """Connect before claiming: a server that is down then costs no mail anything."""
    problem = session.open()
    if problem is not None:
        _mind_account(mail, problem)
    return problem is None


def _mind_account(mail: Account, outcome: SendOutcome) -> None:
    if outcome.verdict is SendVerdict.ACCOUNT_PROBLEM:
        # its words may quote an address; they stand with the heartbeat, for the staff
        log.warning("mail server: refused at %s %s", outcome.stage.value, outcome.code or "")
        mail.pause(outcome)
    elif outcome.verdict is SendVerdict.SENT:
        mail.resume()


def _patiently(act: Callable[[], object]) -> None:
    for wait in (*PATIENCE, None):
        try:
            act()
        except DBAPIError as error:
            db.session.remove()
            if wait is None:
                raise
            log.warning("the database does not take results (%s); trying again", type(error.orig).__name__)
            time.sleep(wait)
        else:
            return
