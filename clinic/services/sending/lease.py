"""The right to send a batch, and whether its mails are still wanted: asked before every dot.

What keeps two senders apart is the batch's row. Before a dot its mail is marked there as begun, and that
finds the row only as long as nobody has taken the batch away; who takes it away finds every mail marked that
may have left. No clock decides on that; clocks only tell when a sender is silent.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import timedelta

from sqlalchemy import Update, bindparam, update
from sqlalchemy.exc import DBAPIError

from clinic.domain.sending import SendingRuling, decide
from clinic.extensions import db
from clinic.mail.lease import Lease, ends_in
from clinic.mail.marks import Mark, Marks
from clinic.mail.transport import SendOutcome
from clinic.models import SendingBatch
from clinic.services import bulk
from clinic.services.bulk import Row
from clinic.services.clock import now
from clinic.services.sending import dues as sending_dues
from clinic.services.sending.facts import promise_of
from clinic.services.transaction import Aside, glance
from clinic.services.upkeep import heartbeats

LEASE = timedelta(minutes=3)  # a sender that says nothing for so long is lost
RENEW = 45.0  # seconds; while it waits for a slow server
LONGEST_STEP = 660.0  # seconds; the wait after a dot is ten minutes, and who takes longer hangs
LOOK_AGAIN = 0.2  # seconds; a batch is usually gone before

_batch = bulk.table_of(SendingBatch)
_MINE = update(_batch).where(_batch.c.token == bindparam("mine"))
_MARK = _MINE.values(marks=bindparam("new_marks"), held_until=bindparam("until"))
_RENEW = _MINE.values(held_until=bindparam("until"))


class BatchLease(Lease):
    """Our right to send a batch: a frozen process wakes up to nothing, a slow one sends nothing unwanted.

    The rows are looked at as well, because a client may unsubscribe or answer while a slow server keeps the
    batch waiting.
    """

    def __init__(self, *, real_server: bool = True, aside: Aside | None = None) -> None:
        super().__init__(LEASE.total_seconds())  # begun before the claim is committed: over no later than it
        self.token = uuid.uuid4()
        self.marks = Marks(())
        self._aside = aside or Aside()
        self._real_server = real_server
        self._look_at = time.monotonic() + LOOK_AGAIN
        self._stepped_at = time.monotonic()

    def row(self, sender: str, mails: Sequence[uuid.UUID]) -> Row:
        """The batch as the database holds it from its claim on."""
        self.marks = Marks(mails)
        return {
            "token": self.token,
            "sender": sender,
            "held_until": now() + LEASE,
            "mails": ",".join(mail.hex for mail in mails),
            "marks": self.marks.letters,
        }

    def holds(self, mail: uuid.UUID) -> bool:
        """Whether this mail may go out now: marked as begun, still ours, and the batch still wanted.

        Where it is not, all that are left go back, and the next claim settles each with its reason.
        """
        self._stepped_at = time.monotonic()
        if self._stepped_at >= self._look_at and not self._still_right():
            return False
        return (self.marks[mail] is Mark.BEGUN and not self.is_over) or self._begin(mail)

    def became(self, mail: uuid.UUID, outcome: SendOutcome) -> None:
        """What the server said of a mail; written down with the next mark."""
        self.marks.became(mail, outcome)

    def keep(self, aside: Aside) -> bool:
        """Say that its sender lives; one whose last step is too long ago does not say so. Returns whether."""
        lives = time.monotonic() - self._stepped_at < LONGEST_STEP
        if lives:
            self._write(aside, _RENEW, {})
        return lives

    def _begin(self, mail: uuid.UUID) -> bool:
        self.marks.begin(mail)
        try:
            return self._write(self._aside, _MARK, {"new_marks": self.marks.letters})
        except DBAPIError:
            return False  # what nobody could see must not go out

    def _write(self, aside: Aside, statement: Update, values: dict[str, object]) -> bool:
        until = ends_in(LEASE.total_seconds())
        if not aside.note(statement, {"mine": self.token, "until": now() + LEASE, **values}):
            return False
        self._until = until
        return True

    def _still_right(self) -> bool:
        try:
            with glance():
                held = sending_dues.held(self.token)
                at = now()
                promises = [promise_of(due, real_server=self._real_server) for due in held]
                right = bool(held) and all(decide(each, at).ruling is SendingRuling.SEND for each in promises)
        except DBAPIError:
            db.session.remove()
            right = True  # with the database away nobody else can have taken it
        self._look_at = time.monotonic() + LOOK_AGAIN
        return right


class Keeper:
    """Keeps the lease of the batch in hand while its sender waits, and says meanwhile that somebody sends."""

    def __init__(self) -> None:
        self.lease: BatchLease | None = None
        self.ended = threading.Event()
        self.aside = Aside()

    def run(self) -> None:
        """Until it is ended."""
        while not self.ended.wait(RENEW):
            lease = self.lease
            with suppress(DBAPIError):  # with the database away nobody takes it either
                if lease is None or lease.keep(self.aside):
                    heartbeats.still_there(heartbeats.SWEEP, self.aside)
        self.aside.close()


@contextmanager
def keeper() -> Iterator[Keeper]:
    """One that works beside the block."""
    mine = Keeper()
    threading.Thread(target=mine.run, name="lease", daemon=True).start()
    try:
        yield mine
    finally:
        mine.ended.set()
