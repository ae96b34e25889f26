"""A step of a check-in in the ledger, as its mail makes it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.types import CheckinState, SkipReason


@dataclass(frozen=True, slots=True)
class Step:
    """What became of the mail of one check-in, or of its reminder."""

    practice_id: uuid.UUID
    client_id: uuid.UUID | None
    checkin_id: uuid.UUID
    state: CheckinState
    reason: str = ""
    skip: SkipReason | None = None
    sending_since: datetime | None = None  # noted together with what came of it
    reminder: bool = False
