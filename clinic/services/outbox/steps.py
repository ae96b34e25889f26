"""A step of a check-in in the ledger, as its mail makes it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.types import CheckinState, SkipReason
from clinic.services.audit import SystemAct
from clinic.services.outbox.histories import HistoryLine


@dataclass(frozen=True, slots=True)
class MailStep:
    """What became of the mail of one check-in, or of its reminder."""

    practice_id: uuid.UUID
    client_id: uuid.UUID | None
    checkin_id: uuid.UUID
    state: CheckinState
    reason: str = ""
    skip: SkipReason | None = None
    sending_since: datetime | None = None  # noted together with what came of it
    reminder: bool = False

    def line(self, at: datetime) -> HistoryLine:
        """The line in the history of its check-in."""
        return HistoryLine(self.practice_id, self.checkin_id, self.state, at, self.reason)

    def act(self, action: str) -> SystemAct:
        """The same in the trail: what was done, and why where there is a reason."""
        details = {"reason": self.reason} if self.reason else {}
        skip = {"skip": self.skip.value} if self.skip else {}
        return SystemAct(self.practice_id, action, self.client_id, self.checkin_id, details | skip)
