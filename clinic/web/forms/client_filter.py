"""What is asked of the list of clients, read from its address; anything unknown is left out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar

from clinic.domain.cleaning import one_line
from clinic.domain.invitations import AccountStanding
from clinic.domain.types import ClientStatus
from clinic.services.clients.listing import Asking, ClientFilter
from clinic.web.presenters.clients import ASKING_WORDS, STANDING_WORDS, STATUS_WORDS

LONGEST_SEARCH = 100
Word = TypeVar("Word", bound=StrEnum)


def wanted_from(args: Mapping[str, str]) -> ClientFilter:
    """The filter that an address names."""
    return ClientFilter(
        text=one_line(args.get("q", "")[:LONGEST_SEARCH]),
        status=_word(ClientStatus, args.get("status")) or ClientStatus.ACTIVE,
        standing=_word(AccountStanding, args.get("invitation")),
        asking=_word(Asking, args.get("needs")),
        after=_id(args.get("after")),
        before=_id(args.get("before")),
    )


def filter_fields(wanted: ClientFilter) -> dict[str, dict[str, Any]]:
    """The fields of the filter bar, holding what is wanted now."""
    standings = [("", "All"), *((each.value, text) for each, text in STANDING_WORDS.items())]
    return {
        "q": {"id": "q", "name": "q", "label": "Name, phone, email or group", "data": wanted.text},
        "status": {
            "id": "status",
            "name": "status",
            "label": "Status",
            "data": wanted.status.value,
            "choices": [(each.value, text) for each, text in STATUS_WORDS.items()],
        },
        "invitation": {
            "id": "invitation",
            "name": "invitation",
            "label": "Account",
            "data": wanted.standing.value if wanted.standing else "",
            "choices": standings,
        },
        "needs": {
            "id": "needs",
            "name": "needs",
            "label": "To look after",
            "data": wanted.asking.value if wanted.asking else "",
            "choices": [("", "Everybody"), *((each.value, text) for each, text in ASKING_WORDS.items())],
        },
    }


def _word(kind: type[Word], text: str | None) -> Word | None:
    try:
        return kind(text) if text else None
    except ValueError:
        return None


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None
