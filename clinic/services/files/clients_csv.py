"""The list of clients as a file that an import reads back exactly; no spreadsheet runs anything in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sqlalchemy import select

from clinic.domain.access import Permission
from clinic.domain.csv_text import harmless
from clinic.domain.errors import Forbidden
from clinic.domain.imports import MOST_ROWS
from clinic.extensions import db
from clinic.models import Client
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clients import listing
from clinic.services.clients.importing import COLUMNS
from clinic.services.clients.listing import ClientFilter
from clinic.services.clients.records import consent_day, text_of
from clinic.services.files.findings_csv import csv_of
from clinic.services.transaction import transaction


def clients_csv(actor: Actor, wanted: ClientFilter) -> bytes:
    """All clients that a list finds, by name, noted in the trail; Forbidden for who takes out no records."""
    access.staff_only(actor)
    if not actor.may(Permission.TAKE_OUT_RECORDS):
        raise Forbidden("A practitioner or the owner takes out a list of clients.")
    found = listing.ids(actor, wanted, MOST_ROWS)
    made = csv_of(COLUMNS, _rows(actor, found))
    with transaction():
        audit.record(actor, "clients.taken_out", clients=len(found))
    return made


def _rows(actor: Actor, found: Sequence[object]) -> Iterator[list[str]]:
    practice, at_once = access.practice_of(actor), 500
    for begin in range(0, len(found), at_once):
        some = found[begin : begin + at_once]
        query = select(Client).where(Client.practice_id == practice.id, Client.id.in_(some))
        for client in db.session.scalars(query.order_by(Client.sort_key, Client.id)):
            day = consent_day(client, practice)
            held = {name: text_of(getattr(client, name)) for name in COLUMNS if name != "consented_on"}
            cells = {**held, "consented_on": day.isoformat() if day else None}
            yield [harmless(cells[name] or "") for name in COLUMNS]
