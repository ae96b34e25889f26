"""What is asked of the audit trail, read from its address; anything unknown is left out."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from clinic.domain.audit_words import AuditKind
from clinic.domain.search import searched
from clinic.models import User
from clinic.services.clients.trail import TrailWanted
from clinic.web.presenters.trail import KIND_WORDS


def wanted_from(args: Mapping[str, str]) -> TrailWanted:
    """The filter that an address names."""
    kind = args.get("what", "")
    return TrailWanted(
        who=_id(args.get("who")),
        kind=AuditKind(kind) if kind in set(AuditKind) else None,
        client=searched(args.get("client", "")),
        first=_day(args.get("from")),
        last=_day(args.get("to")),
        before=_id(args.get("before")),
    )


def address_parts(wanted: TrailWanted) -> dict[str, Any]:
    """What the address says of a filter, without the page."""
    parts = {
        "who": str(wanted.who or ""),
        "what": wanted.kind.value if wanted.kind else "",
        "client": wanted.client,
        "from": wanted.first.isoformat() if wanted.first else "",
        "to": wanted.last.isoformat() if wanted.last else "",
    }
    return {name: value for name, value in parts.items() if value}


def filter_fields(wanted: TrailWanted, people: Sequence[User]) -> dict[str, dict[str, Any]]:
    """The fields of the filter bar, holding what is wanted now."""
    parts = address_parts(wanted)
    who = [("", "Everybody"), *((str(each.id), each.name) for each in people)]
    what = [("", "Everything"), *((kind.value, words) for kind, words in KIND_WORDS.items())]
    return {
        "who": {"id": "who", "name": "who", "label": "Who", "data": parts.get("who", ""), "choices": who},
        "what": {
            "id": "what",
            "name": "what",
            "label": "What",
            "data": parts.get("what", ""),
            "choices": what,
        },
        "client": {"id": "client", "name": "client", "label": "Client", "data": wanted.client},
    }


def _id(text: str | None) -> uuid.UUID | None:
    try:
        return uuid.UUID(text) if text else None
    except ValueError:
        return None


def _day(text: str | None) -> date | None:
    try:
        day = date.fromisoformat(text) if text else None
    except ValueError:
        return None
    return day if day and 2000 <= day.year <= 2200 else None
