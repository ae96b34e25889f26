"""Reports of a client's progress: for whom, and who sees one; what was signed is never changed."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from typing import Any

from clinic.domain.words import say

LONGEST_WORDS = 2000


class ReportReader(StrEnum):
    """Whom a report is written for."""

    CLIENT = "client"
    DOCTOR = "doctor"
    INSURER = "insurer"


READERS = {
    ReportReader.CLIENT: say("The client"),
    ReportReader.DOCTOR: say("The family doctor"),
    ReportReader.INSURER: say("The insurer"),
}


def is_shown_to_client(given_at: datetime | None, withdrawn_at: datetime | None) -> bool:
    """Whether a client finds a report on their pages: it was given to them, and stands."""
    return given_at is not None and withdrawn_at is None


def digest(content: Mapping[str, Any]) -> str:
    """What tells whether a report still says what its signer has read."""
    return sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
