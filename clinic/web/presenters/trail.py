"""The audit trail in words, for whoever may read it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from clinic.domain.audit_words import READ, REFUSED, AuditKind
from clinic.models import Client
from clinic.services.clients.timeline import TimelineEvent
from clinic.services.clients.trail import TrailLine
from clinic.web.presenters import timeline

KIND_WORDS: Mapping[AuditKind, str] = MappingProxyType(
    {
        AuditKind.READ: "Looked at a record",
        AuditKind.DONE: "Did something",
        AuditKind.TAKEN_OUT: "Took something out",
        AuditKind.REFUSED: "Was refused",
    }
)


@dataclass(frozen=True, slots=True)
class TrailRow:
    """One row of the table."""

    when: str
    iso: str
    who: str
    what: str
    more: str
    client: Client | None


def row(line: TrailLine, zone: str) -> TrailRow:
    """An entry as a row, its time where the practice is."""
    event = TimelineEvent(line.id, line.happened_at, line.action, line.actor_name, line.details)
    told = timeline.told(event, zone)
    what, more = told.title, told.text or ""
    if line.action == READ:
        what = "Looked at the record"
    elif line.action == REFUSED:
        what, more = "Was refused", f"Page: {_page(str(line.details.get('page', '')))}"
    return TrailRow(told.when, told.iso, line.actor_name, what, more, line.client)


def _page(endpoint: str) -> str:
    """A page by its name in the product: "clients, show"."""
    return ", ".join(endpoint.split(".")[1:]).replace("_", " ")
