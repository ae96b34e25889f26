"""The one place that adds lines to check-ins' histories."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from clinic.domain.types import CheckinState
from clinic.models import CheckinEvent
from clinic.services import bulk

LONGEST_REASON = 300


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """A check-in came into a state, or something was noted while it was in one."""

    practice_id: uuid.UUID
    checkin_id: uuid.UUID
    state: CheckinState
    at: datetime
    reason: str = ""


def add(lines: Iterable[HistoryLine]) -> None:
    """Write lines of any number of check-ins in one statement, within the caller's transaction."""
    bulk.add(
        CheckinEvent,
        [
            {
                "id": uuid.uuid4(),
                "practice_id": line.practice_id,
                "checkin_id": line.checkin_id,
                "state": line.state,
                "reason": line.reason[:LONGEST_REASON],
                "happened_at": line.at,
            }
            for line in lines
        ],
    )
