"""All that a practice holds about one client, in one file: rows as JSON, findings as CSV and FHIR."""

from __future__ import annotations

import json
import uuid
import zipfile
from collections.abc import Iterator, Mapping
from datetime import date, datetime, time
from enum import Enum
from io import BytesIO
from typing import Any

from sqlalchemy import ColumnElement, Table, select

from clinic.domain.access import Permission
from clinic.domain.dates import born
from clinic.domain.errors import Forbidden
from clinic.extensions import db
from clinic.models import Base
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.files import findings as client_findings
from clinic.services.files.downloads import Download, note_download
from clinic.services.files.fhir import fhir_bundle
from clinic.services.files.findings_csv import findings_csv
from clinic.services.questionnaires import results as questionnaire_results

# Rows that hang on a record of the client's and do not name the client themselves.
THROUGH: Mapping[str, tuple[str, str]] = {
    "finding": ("assessment", "assessment_id"),
    "amendment": ("assessment", "assessment_id"),
    "assessment_draft": ("assessment", "assessment_id"),
    "prescription": ("program", "program_id"),
    "program_event": ("program", "program_id"),
    "program_phase": ("program", "program_id"),
    "program_finding": ("program", "program_id"),
    "checkin_schedule": ("program", "program_id"),
    "checkin_event": ("checkin", "checkin_id"),
    "media_piece": ("media_file", "media_id"),
}
# Tables about the practice, its people or the machine: no client's own.
NOT_OF_CLIENTS = frozenset(
    {
        *("heartbeat", "mail_account", "mail_connection", "mail_setting", "practice", "user_account"),
        *("sending_batch", "backup_key", "backup_record", "bulk_act"),
        *("auth_session", "kept_form", "authenticator", "passkey", "recovery_code"),
        "audit_end",
        *("link_token", "sign_off", "exercise", "exercise_media", "exercise_mistake"),
        *("routine", "routine_version", "routine_item", "routine_phase", "routine_favourite"),
        "exercise_picture",
        *("own_battery", "own_battery_version", "own_test", "own_test_version"),
        *("course", "group_message"),  # to and of many
        "client_group",  # of many clients; that this one stands in it is told by their row
        "bulk_act",  # of many clients; what became of this one is told by its line
        "search_piece",  # made of names and addresses that stand in the record itself
    }
)
# Made of other columns, or for the machine alone.
NOT_TOLD = frozenset(
    {
        *("practice_id", "sort_key", "search_key", "email_key", "dedupe_key", "day_key"),
        *("lease_token", "lease_until", "sender"),
        *("seq", "salt", "words_hash", "hash"),  # a line's place in the chain of the trail
    }
)
READ_ME = """What {practice} holds about {client}{born}, taken out on {day} by {by}.

record.json          every row, by table; dates and times in UTC
findings.csv         every finding of every assessment
findings-fhir.json   the same, and answered questionnaires, as FHIR R4

The practice's own notes are among them: read them before you hand this over.
"""


def export(actor: Actor, client_id: uuid.UUID) -> bytes:
    """A ZIP of a client's whole record, noted on their timeline; Forbidden for who may not sign for it."""
    access.client_for(actor, client_id)
    if not actor.may(Permission.TAKE_OUT_RECORDS):
        raise Forbidden("A practitioner or the owner takes out a whole record.")
    note_download(actor, Download.RECORD, client_id, client_id)
    findings = client_findings.of_client(actor, client_id)
    at = now()
    told = {"practice": findings.practice.name, "client": findings.client.name, "by": actor.name}
    told["born"] = f", {born(findings.client.born_on)}" if findings.client.born_on else ""
    rows = json.dumps(record_of(actor, client_id), ensure_ascii=False, indent=1)
    bundle = fhir_bundle(findings, questionnaire_results.for_client(actor, client_id), at)
    return _zip(
        {
            "read-me.txt": READ_ME.format(day=at.date().isoformat(), **told).encode(),
            "record.json": rows.encode(),
            "findings.csv": findings_csv(findings),
            "findings-fhir.json": bundle,
        }
    )


def record_of(actor: Actor, client_id: uuid.UUID) -> dict[str, list[dict[str, Any]]]:
    """Every row about a client of the practice, by table; one query a table. Staff only."""
    client = access.client_for(actor, client_id)
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_OF_CLIENTS:
            of_client = select(table).where(
                table.c.practice_id == client.practice_id, _of(table, client.practice_id, client.id)
            )
            found[table.name] = [dict(_told(row)) for row in db.session.execute(of_client).mappings()]
    return found


def _of(table: Table, practice_id: uuid.UUID, client_id: uuid.UUID) -> ColumnElement[bool]:
    if table.name == "client":
        return table.c.id == client_id
    if table.name not in THROUGH:
        return table.c.client_id == client_id
    parent, column = THROUGH[table.name]
    owner = Base.metadata.tables[parent]
    ids = select(owner.c.id).where(owner.c.practice_id == practice_id, owner.c.client_id == client_id)
    return table.c[column].in_(ids)


def _told(row: Mapping[Any, Any]) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        if name not in NOT_TOLD:
            yield str(name), _plain(value)


def _plain(value: Any) -> Any:
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, uuid.UUID):
        return str(value)
    return value.isoformat() if isinstance(value, datetime | date | time) else value


def _zip(files: Mapping[str, bytes]) -> bytes:
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()
