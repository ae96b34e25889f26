"""The right to send a batch, and whether its mails are still wanted: asked before every dot."""

from __future__ import annotations

import time
import uuid
from datetime import timedelta

from sqlalchemy.exc import DBAPIError

from clinic.domain.sending import SendingRuling, decide
from clinic.extensions import db, for_writing
from clinic.mail.lease import Lease
from clinic.services.clock import now
from clinic.services.sending import dues as sending_dues
from clinic.services.sending.facts import promise_of
from clinic.services.transaction import release

LEASE = timedelta(minutes=30)
LAST_DOT = timedelta(minutes=11)  # the wait after a dot is ten minutes, and its result must be ours to write
LOOK_AGAIN = 0.2  # seconds; a batch is usually gone before


class BatchLease(Lease):
    """Our right to send a batch: a frozen process wakes up to nothing, a slow one sends nothing unwanted.

    The clock is enough on one machine; the rows are looked at as well, because other machines go by theirs,
    and because a client may unsubscribe or answer while a slow server keeps the batch waiting.
    """

    def __init__(self, *, real_server: bool = True) -> None:
        super().__init__((LEASE - LAST_DOT).total_seconds())
        self.token = uuid.uuid4()
        self._real_server = real_server
        self._look_at = time.monotonic() + LOOK_AGAIN

    def holds(self) -> bool:
        """False once somebody else may have taken the mails, or one of them should not go out any more.

        All of them then go back, and the next claim settles each with its reason.
        """
        if not super().holds():
            return False
        return time.monotonic() < self._look_at or self._still_right()

    def _still_right(self) -> bool:
        try:
            with for_writing(False):
                held = sending_dues.held(self.token)
                at = now()
                promises = [promise_of(due, real_server=self._real_server) for due in held]
                right = bool(held) and all(decide(each, at).ruling is SendingRuling.SEND for each in promises)
                release()
        except DBAPIError:
            db.session.remove()
            right = True  # with the database away nobody else can have taken it
        self._look_at = time.monotonic() + LOOK_AGAIN
        return right
