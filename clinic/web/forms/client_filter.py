"""What is asked of the list of clients, read from its address; anything unknown is left out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from clinic.domain.invitations import AccountStanding
from clinic.domain.search import searched
from clinic.domain.types import ClientStatus
from clinic.services.clients.listing import Asking, ClientFilter, WhoseClients
from clinic.web.presenters.clients import ASKING_WORDS, STANDING_WORDS, STATUS_WORDS, WHOSE_WORDS

Word = TypeVar("Word", bound=StrEnum)


def wanted_from(args: Mapping[str, str]) -> ClientFilter:
    """The filter that an address names."""
    return ClientFilter(
        text=searched(args.get("q", "")),
        status=_word(ClientStatus, args.get("status")) or ClientStatus.ACTIVE,
        standing=_word(AccountStanding, args.get("invitation")),
        asking=_word(Asking, args.get("needs")),
        whose=_word(WhoseClients, args.get("whose")) or _id(args.get("whose")),
        after=_id(args.get("after")),
        before=_id(args.get("before")),
    )


def address_parts(wanted: ClientFilter) -> dict[str, Any]:
    """What the list's address says of a filter, without the page; empty for the list as it opens."""
    parts = {
        "q": wanted.text,
        "status": "" if wanted.status is ClientStatus.ACTIVE else wanted.status.value,
        "invitation": wanted.standing.value if wanted.standing else "",
        "needs": wanted.asking.value if wanted.asking else "",
        "whose": str(wanted.whose or ""),
    }
    return {name: value for name, value in parts.items() if value}


def page_parts(wanted: ClientFilter) -> dict[str, Any]:
    """What an address says of a filter and of the page of the list."""
    page = {"after": wanted.after, "before": wanted.before}
    return address_parts(wanted) | {name: str(value) for name, value in page.items() if value}


def kept_list(wanted: ClientFilter) -> str | None:
    """The filter and the page of the list, for a record's address to keep; None for the list as it opens."""
    return urlencode(page_parts(wanted)) or None


def list_behind(args: Mapping[str, str]) -> str | None:
    """The list that a record's address keeps, read anew: it names a filter of the list and nothing else."""
    return kept_list(wanted_from(dict(parse_qsl(args.get("list", "")))))


def filter_fields(
    wanted: ClientFilter, colleagues: Mapping[uuid.UUID, str] | None = None
) -> dict[str, dict[str, Any]]:
    """The fields of the filter bar, holding what is wanted now; `colleagues` are the others who work here."""
    named = [(str(user_id), name) for user_id, name in (colleagues or {}).items()]
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
        "whose": {
            "id": "whose",
            "name": "whose",
            "label": "Responsible",
            "data": str(wanted.whose or WhoseClients.ALL),
            "choices": [*((each.value, text) for each, text in WHOSE_WORDS.items()), *named],
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
