"""What a law keeps of somebody who is erased: their signed records, in files that no daily page reads."""

from __future__ import annotations

import json
import uuid
import zipfile
from datetime import date
from io import BytesIO

from sqlalchemy import ColumnElement, Table, delete, func, select

from clinic.domain.access import Permission
from clinic.domain.erasure import kept_until
from clinic.domain.errors import Forbidden, NotFound
from clinic.extensions import db
from clinic.models import Assessment, Base, Client, Erasure, KeptRecord, VisitNote
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.files import findings as client_findings
from clinic.services.files import whole_record
from clinic.services.files.fhir import fhir_bundle
from clinic.services.files.findings_csv import findings_csv
from clinic.services.transaction import transaction

# Tables of signed records; of each: what hangs on it, and by which column.
SIGNED = {
    "assessment": (("finding", "assessment_id"), ("amendment", "assessment_id")),
    "visit_note": (("visit_note_amendment", "note_id"),),
}
READ_ME = """Signed records of {name}{born}, kept by {practice} until {until} because the law demands it:
{law}

Everything else that the practice had about this person was erased on {erased}.

findings.csv         every finding of every signed assessment
findings-fhir.json   the same as FHIR R4
records.json         the rows themselves and signed notes, with what was amended
"""


def last_signed(client: Client) -> date | None:
    """The day of the last signed record of a client; None where nothing is signed. One query."""
    days = [
        select(func.max(day)).where(*signed_of(kind, client)).scalar_subquery()
        for kind, day in ((Assessment, Assessment.taken_on), (VisitNote, VisitNote.visited_on))
    ]
    return max(filter(None, db.session.execute(select(*days)).one()), default=None)


def signed_of(kind: type[Assessment | VisitNote], client: Client) -> tuple[ColumnElement[bool], ...]:
    """The condition on a client's signed records of one kind."""
    return kind.practice_id == client.practice_id, kind.client_id == client.id, kind.signed_at.is_not(None)


def keep(client: Client, erasure: Erasure) -> date | None:
    """Put a client's signed records away, within the caller's transaction; the last day of it, or None.

    None where no law was named, nothing is signed, or the time is over already.
    """
    day = last_signed(client)
    if erasure.keep_years is None or day is None:
        return None
    until = kept_until(day, erasure.keep_years)
    practice = client.practice
    if until < today_in(practice.time_zone):
        return None
    found = client_findings.of(client, practice, signed_only=True)
    told = {
        "name": client.name,
        "born": f", born {client.born_on.isoformat()}" if client.born_on else "",
        "practice": practice.name,
        "until": until.isoformat(),
        "law": erasure.keep_law,
        "erased": today_in(practice.time_zone).isoformat(),
    }
    files = {
        "read-me.txt": READ_ME.format(**told),
        "findings.csv": findings_csv(found).decode(),
        "findings-fhir.json": fhir_bundle(found, (), now()).decode(),
        "records.json": json.dumps(_rows(client), ensure_ascii=False, indent=1),
    }
    db.session.execute(delete(KeptRecord).where(KeptRecord.erasure_id == erasure.id))
    db.session.add(
        KeptRecord(practice_id=client.practice_id, erasure_id=erasure.id, until=until, files=files)
    )
    return until


def _rows(client: Client) -> dict[str, whole_record.Rows]:
    """The signed rows and what hangs on them, as they stand."""
    names = {*SIGNED, *(name for hanging in SIGNED.values() for name, _ in hanging)}
    record, found = whole_record.rows_of(client, names), {}
    for signed, hanging in SIGNED.items():
        found[signed] = [row for row in record[signed] if row["signed_at"] is not None]
        ids = {row["id"] for row in found[signed]}
        for name, column in hanging:
            found[name] = [row for row in record[name] if row[column] in ids]
    return found


def take_out(actor: Actor, erasure_id: uuid.UUID) -> bytes:
    """The kept records of somebody who was erased, as a ZIP; the owner's alone, and noted in the trail."""
    access.staff_only(actor)
    if not actor.may(Permission.ERASE_RECORDS):
        raise Forbidden("The owner takes out what the law keeps.")
    query = select(KeptRecord).where(
        KeptRecord.practice_id == actor.practice_id, KeptRecord.erasure_id == erasure_id
    )
    found = db.session.scalars(query).one_or_none()
    if found is None:
        raise NotFound
    made = BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in found.files.items():
            archive.writestr(name, content)
    with transaction():
        audit.record(actor, "kept_record.taken_out", subject_id=erasure_id)
    return made.getvalue()


def end_of_practice(practice_id: uuid.UUID, today: date) -> int:
    """Erase what no law keeps any more, within the caller's transaction; returns how many records."""
    table = Base.metadata.tables[KeptRecord.__tablename__]
    assert isinstance(table, Table)
    over = table.c.practice_id == practice_id, table.c.until < today
    ended = db.session.scalars(delete(table).where(*over).returning(table.c.erasure_id)).all()
    for erasure_id in ended:
        audit.record_for(practice_id, audit.SYSTEM, "kept_record.erased", subject_id=erasure_id)
    return len(ended)
