"""What an import writes within the caller's transaction: new clients, and what others' records lacked."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select

from clinic.domain.imports import ImportFate
from clinic.domain.search import search_key
from clinic.extensions import db
from clinic.models import Client, ClientImport, ClientImportRow, Practice
from clinic.services import audit, bulk
from clinic.services.actors import Actor
from clinic.services.clients import adding_many, records
from clinic.services.clients.adding_many import NewClient
from clinic.services.clients.records import ClientDetails
from clinic.services.clock import today_in
from clinic.services.imports.fates import RowFate, row_of

AT_ONCE = 500  # clients in a statement
# Filled together or not at all: half of one address and half of another is nobody's.
TOGETHER = (
    ("phone",),
    ("born_on",),
    ("sex",),
    ("own_number",),
    ("address", "postcode", "town", "country"),
    ("emergency_name", "emergency_phone", "emergency_relation"),
    ("reason_for_care",),
    ("history",),
    ("notes",),
)


def add(actor: Actor, practice: Practice, about: ClientImport, found: Sequence[RowFate]) -> None:
    """Add whoever is to be added and, if it was wished for, fill what is empty in the records of others."""
    people = []
    today = today_in(practice.time_zone) if about.is_consented else None
    for each in found:
        if each.fate is ImportFate.ADDED:
            each.client_id, each.version = uuid.uuid4(), 1
            told = each.row.details
            mail, record = told.consented_on or today, told.record_consented_on or today
            agreed = replace(told, consented_on=mail, record_consented_on=record)
            people.append(NewClient(each.client_id, agreed))
    adding_many.add(actor, practice, people)
    if about.fills:
        _fill(actor, practice, [each for each in found if each.may_fill and each.client_id])


def keep_fates(about: ClientImport, found: Sequence[RowFate]) -> None:
    """Keep what became of each row."""
    bulk.add(ClientImportRow, [row_of(about, each) for each in found])


def _fill(actor: Actor, practice: Practice, found: Sequence[RowFate]) -> None:
    filled: set[uuid.UUID] = set()
    for begins in range(0, len(found), AT_ONCE):
        some = found[begins : begins + AT_ONCE]
        clients = _clients(practice, [each.client_id for each in some if each.client_id])
        changes = []
        for each in some:
            client = clients.get(each.client_id) if each.client_id else None
            if client is None or client.id in filled:
                continue
            if values := dict(_empty_and_told(client, each.row.details)):
                filled.add(client.id)
                changes.append(_change(client, values))
                each.filled, each.version = ",".join(values), client.version + 1
                _tell(actor, client, values)
        bulk.change(Client, changes)


def _clients(practice: Practice, ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, Client]:
    which = bulk.among(bulk.table_of(Client).c.id, ids)
    query = select(Client).where(Client.practice_id == practice.id, which).with_for_update()
    return {client.id: client for client in db.session.scalars(query)}


def _empty_and_told(client: Client, details: ClientDetails) -> Iterator[tuple[str, Any]]:
    for names in TOGETHER:
        if not any(getattr(client, name) for name in names):
            yield from ((name, value) for name in names if (value := getattr(details, name)))


def _change(client: Client, values: dict[str, Any]) -> dict[str, Any]:
    """The row with what was empty, found by it, and a version later: who has the form open is told."""
    phone, number = values.get("phone", client.phone), values.get("own_number", client.own_number)
    found_by = search_key(client.name, client.email, phone, client.group_name, number)
    return {"id": client.id, **values, "search_key": found_by, "version": client.version + 1}


def _tell(actor: Actor, client: Client, values: dict[str, Any]) -> None:
    before = dict.fromkeys(values)
    told = {name: records.text_of(value) for name, value in values.items()}
    audit.record(actor, "client.corrected", client_id=client.id, changed=audit.changes(before, told))
