"""All that a practice holds about one client, in one file: rows as JSON, findings as CSV and FHIR."""

from __future__ import annotations

import json
import tempfile
import uuid
import zipfile
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date, datetime, time
from enum import Enum
from typing import IO, Any

from sqlalchemy import ColumnElement, Table, select

from clinic.domain.access import Permission
from clinic.domain.dates import born
from clinic.domain.errors import Forbidden
from clinic.domain.messages import MessageChannel
from clinic.domain.notes import NoteStatus
from clinic.domain.progress_reports import is_shown_to_client
from clinic.extensions import db
from clinic.models import Base, Client
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.files import findings as client_findings
from clinic.services.files import record_files
from clinic.services.files.downloads import Download, note_download
from clinic.services.files.fhir import fhir_bundle
from clinic.services.files.findings import Findings
from clinic.services.files.findings_csv import findings_csv
from clinic.services.files.record_files import RecordFile
from clinic.services.files.record_paper import RecordPaper, paper_of
from clinic.services.questionnaires import results as questionnaire_results
from clinic.services.transaction import transaction

Rows = list[dict[str, Any]]
IN_MEMORY = 8_000_000  # bytes, above which the file is written to disk while it is made

# Rows that hang on a record of the client's and do not name the client themselves.
THROUGH: Mapping[str, tuple[str, str]] = {
    "finding": ("assessment", "assessment_id"),
    "amendment": ("assessment", "assessment_id"),
    "visit_note_amendment": ("visit_note", "note_id"),
    "assessment_draft": ("assessment", "assessment_id"),
    "prescription": ("program", "program_id"),
    "program_event": ("program", "program_id"),
    "program_phase": ("program", "program_id"),
    "program_finding": ("program", "program_id"),
    "checkin_schedule": ("program", "program_id"),
    "checkin_event": ("checkin", "checkin_id"),
    "media_piece": ("media_file", "media_id"),
}
OF_ASSESSMENTS = frozenset({"assessment", "finding", "amendment"})
# Tables about the practice, its people or the machine: no client's own.
NOT_OF_CLIENTS = frozenset(
    {
        *("heartbeat", "mail_account", "mail_connection", "mail_setting", "practice", "user_account"),
        *("sending_batch", "backup_key", "backup_record", "bulk_act"),
        *(
            "auth_session",
            "calendar_address",
            "booking_hours",
            "kept_form",
            "authenticator",
            "passkey",
            "recovery_code",
        ),
        *("audit_end", "practice_figures", "staff_invitation"),
        *("link_token", "sign_off", "exercise", "exercise_media", "exercise_mistake"),
        *("routine", "routine_version", "routine_item", "routine_phase", "routine_favourite"),
        *("exercise_picture", "practice_logo"),
        "consent_text",  # the practice's; the words that were agreed to stand in the act
        *("own_battery", "own_battery_version", "own_test", "own_test_version"),
        *("own_answer", "own_answer_move"),
        *("course", "group_message"),  # to and of many
        *("client_import", "import_layout"),  # of many clients; what became of this one is told by its row
        "client_group",  # of many clients; that this one stands in it is told by their row
        "bulk_act",  # of many clients; what became of this one is told by its line
        "phrase",  # of who writes notes
        "kept_record",  # of somebody who is nobody's client any more
        "search_piece",  # made of names and addresses that stand in the record itself
    }
)
# Made of other columns, or for the machine alone.
NOT_TOLD = frozenset(
    {
        *("practice_id", "sort_key", "search_key", "email_key", "dedupe_key", "day_key"),
        *("lease_token", "lease_until", "sender", "slot_at"),
        *("seq", "salt", "words_hash", "hash"),  # a line's place in the chain of the trail
    }
)
READ_ME = """What {practice} holds about {client}{born}, taken out on {day} by {by}.

record.pdf           the record to be read
record.json          every row, by table; dates and times in UTC
findings.csv         every finding of every assessment
findings-fhir.json   the same, and answered questionnaires, as FHIR R4
documents/           letters, scans and reports, as they are kept
messages/            photos and videos that came with messages

{in_it}
"""
FOR_STAFF = "The practice's own notes are among them: read them before you hand this over."
FOR_CLIENT = (
    "Not in it are the practice's working notes, drafts that nobody has signed, documents and reports of\n"
    "progress that it does not share with you, and who of the practice opened your record. Ask the practice\n"
    "for them: they are about you, too."
)
# What the practice writes for its own work; a client who takes out their own record asks for it.
WORKING_TABLES = frozenset(
    {
        *(
            "assessment_draft",
            "audit_event",
            "bulk_act_line",
            "client_import_row",
            "open_reason",
            "practice_notice",
            "reply_draft",
            "thread_read",
        ),
        *("reason_handling", "practice_decline"),
    }
)
WORKING_COLUMNS = {
    "client": frozenset({"notes", "bounce_reason"}),
    "document": frozenset({"note"}),
    "checkin_event": frozenset({"reason"}),
    "outbox_message": frozenset({"reason", "smtp_reply"}),
}
Paper = Callable[[RecordPaper], bytes]


def export(actor: Actor, client_id: uuid.UUID, paper: Paper) -> IO[bytes]:
    """A ZIP of a client's whole record, noted on their timeline; Forbidden for who may not sign for it.

    `paper` sets the record as a PDF. The ZIP is open at its beginning; the caller closes it.
    """
    client = access.client_for(actor, client_id)
    if not actor.may(Permission.TAKE_OUT_RECORDS):
        raise Forbidden("A practitioner or the owner takes out a whole record.")
    note_download(actor, Download.RECORD, client_id, client_id)
    found = client_findings.of(client, access.practice_of(actor))
    return _archive(actor, found, record_of(actor, client_id), paper, FOR_STAFF, is_own=False)


def export_own(actor: Actor, paper: Paper) -> IO[bytes]:
    """The same of the signed-in client's own record, without the practice's working notes and drafts.

    Of documents and of reports of progress it holds those that the client finds on their pages: one that is
    signed and not given is for somebody else, or waits to be talked over, and one that was withdrawn said
    something wrong. They are about the client all the same: the read-me says to ask for them, and the
    practice's own file of the record (`export`) holds every one.
    """
    client = access.own_client(actor)
    with transaction():
        audit.record(actor, "report.downloaded", client_id=client.id, kind=Download.OWN_RECORD.value)
    found = client_findings.of(client, access.practice_of(actor), signed_only=True)
    signed = {str(record.id) for record in found.records}
    shared = record_files.documents_of(client, shared_only=True)
    kept = _rows(client)
    _leave_out_unshared(kept, {str(each.id) for each in shared})
    _leave_out_unsaid(kept, client)
    _leave_out_ungiven(kept)
    rows = {name: _own(name, some, signed) for name, some in kept.items() if name not in WORKING_TABLES}
    return _archive(actor, found, rows, paper, FOR_CLIENT, is_own=True)


def _leave_out_unshared(rows: dict[str, Rows], shared: Collection[str]) -> None:
    """Documents that the client does not see, with their files."""
    hidden = {row["media_id"] for row in rows["document"] if row["id"] not in shared}
    rows["document"] = [row for row in rows["document"] if row["id"] in shared]
    rows["media_file"] = [row for row in rows["media_file"] if row["id"] not in hidden]
    rows["media_piece"] = [row for row in rows["media_piece"] if row["media_id"] not in hidden]


def _leave_out_unsaid(rows: dict[str, Rows], client: Client) -> None:
    """Notes of calls, which the practice alone reads, and mail that may be somebody else's."""
    rows["message"] = [row for row in rows["message"] if row["channel"] != MessageChannel.PHONE]
    theirs = {client.email, client.email_key}
    rows["mail_reply"] = [row for row in rows["mail_reply"] if row["from_address"] in theirs]


def _leave_out_ungiven(rows: dict[str, Rows]) -> None:
    """Reports of progress that the client does not find on their pages."""
    rows["progress_report"] = [
        row for row in rows["progress_report"] if is_shown_to_client(row["given_at"], row["withdrawn_at"])
    ]


def _own(table: str, rows: Rows, signed: Collection[str]) -> Rows:
    """What a client reads of the rows of a table: of assessments and notes those that somebody signed."""
    column = "id" if table == "assessment" else "assessment_id"
    hidden = WORKING_COLUMNS.get(table, frozenset())
    return [
        {name: value for name, value in row.items() if name not in hidden}
        for row in rows
        if (table != "visit_note" or row["status"] == NoteStatus.SIGNED)
        and (row.get(column) is None or table not in OF_ASSESSMENTS or row[column] in signed)
    ]


def _archive(
    actor: Actor, found: Findings, rows: Mapping[str, Rows], paper: Paper, in_it: str, *, is_own: bool
) -> IO[bytes]:
    client, at = found.client, now()
    answered = questionnaire_results.of(client)
    told = {"practice": found.practice.name, "client": client.name, "by": actor.name, "in_it": in_it}
    told["born"] = f", {born(client.born_on)}" if client.born_on else ""
    return _zip(
        {
            "read-me.txt": READ_ME.format(day=at.date().isoformat(), **told).encode(),
            "record.pdf": paper(paper_of(found, answered, is_own=is_own)),
            "record.json": json.dumps(rows, ensure_ascii=False, indent=1).encode(),
            "findings.csv": findings_csv(found),
            "findings-fhir.json": fhir_bundle(found, answered, at),
        },
        record_files.of_client(client, shared_only=is_own),
    )


def record_of(actor: Actor, client_id: uuid.UUID) -> dict[str, Rows]:
    """Every row about a client of the practice, by table; one query a table. Staff only."""
    return _rows(access.client_for(actor, client_id))


def rows_of(client: Client, tables: Collection[str]) -> dict[str, Rows]:
    """A client's rows of these tables alone, for whoever has let the client through."""
    return _rows(client, tables)


def _rows(client: Client, tables: Collection[str] | None = None) -> dict[str, Rows]:
    found = {}
    for table in Base.metadata.sorted_tables:
        if table.name not in NOT_OF_CLIENTS and (tables is None or table.name in tables):
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


def _zip(files: Mapping[str, bytes], record: Sequence[RecordFile]) -> IO[bytes]:
    with ExitStack() as closed_if_it_fails:
        made = closed_if_it_fails.enter_context(tempfile.SpooledTemporaryFile(max_size=IN_MEMORY))
        with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
            record_files.add(archive, record)
        made.seek(0)
        closed_if_it_fails.pop_all()
    return made
