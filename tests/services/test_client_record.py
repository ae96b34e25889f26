"""One client's whole record as a file: complete, theirs alone, and nothing that opens a door."""

from __future__ import annotations

import json
import zipfile
from datetime import date
from typing import IO, Any

import pytest

from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.progress_reports import ReportReader
from clinic.extensions import db
from clinic.models import AuditEvent, Base, MailReply, ProgressReport
from clinic.services.accounts.signing_in import actor_of
from clinic.services.clock import now
from clinic.services.files.record_paper import RecordPaper
from clinic.services.files.whole_record import (
    NOT_OF_CLIENTS,
    THROUGH,
    WORKING_TABLES,
    export,
    export_own,
    record_of,
)
from clinic.services.media.storage import store
from clinic.services.messages import writing
from clinic.services.messages.writing import ClientWords
from clinic.services.progress import reports
from tests.factories.assessments import POSITIVE, draft, recorded, signed
from tests.factories.media import picture, sent
from tests.factories.people import People
from tests.factories.planting import Marks, plant
from tests.factories.records import World, make_progress_report, make_world


@pytest.fixture
def world(app: Any) -> World:
    return make_world()


@pytest.fixture
def marks(world: World) -> Marks:
    return plant(world)


def no_paper(paper: RecordPaper) -> bytes:
    return b"%PDF of " + paper.client.name.encode()


def files(made: IO[bytes]) -> dict[str, bytes]:
    with made, zipfile.ZipFile(made) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_every_table_is_either_exported_or_named_as_nobodys() -> None:
    """A new table fails here until somebody has said whose it is."""
    for table in Base.metadata.sorted_tables:
        told = "client_id" in table.c or table.name in THROUGH or table.name == "client"
        assert told != (table.name in NOT_OF_CLIENTS), table.name


def test_everything_written_about_a_client_is_there_and_nothing_of_another(
    world: World, marks: Marks
) -> None:
    people = world.people
    record = record_of(actor_of(people.owner), people.client.id)
    text = json.dumps(record)
    found = marks.found_in(text)
    assert set(found) <= {"ada", "here"}
    own = {
        column
        for column in marks.columns_of("ada")
        if column.partition(".")[0] not in NOT_OF_CLIENTS and not column.endswith("_key")
    }
    assert own - found["ada"] == set()
    assert [table for table, rows in record.items() if not rows and table in EXPECTED] == []


FILES = {"read-me.txt", "record.pdf", "record.json", "findings.csv", "findings-fhir.json"}
EXPECTED = {"client", "program", "prescription", "assessment", "finding", "checkin", "audit_event"}


def test_the_file_holds_rows_findings_and_a_note_who_took_it(people: People) -> None:
    content = files(export(people.actor(people.colleague), people.client.id, no_paper))
    assert set(content) == FILES
    assert people.colleague.name in content["read-me.txt"].decode()
    assert json.loads(content["findings-fhir.json"])["resourceType"] == "Bundle"
    event = db.session.query(AuditEvent).filter_by(action="report.downloaded").one()
    assert (event.client_id, event.details["kind"]) == (people.client.id, "whole_record")


def test_it_holds_no_secret(world: World) -> None:
    people = world.people
    text = json.dumps(record_of(actor_of(people.owner), people.client.id))
    for never in ("token", "password", "hash"):
        assert f'"{never}' not in text
        assert f'_{never}"' not in text


def test_who_may_not_have_it_gets_none(people: People) -> None:
    with pytest.raises(Forbidden):
        export(people.actor(people.assistant), people.client.id, no_paper)
    for nobody in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            export(people.actor(nobody), people.client.id, no_paper)


def test_a_client_takes_out_their_own_without_what_the_practice_wrote_for_its_work(
    world: World, marks: Marks
) -> None:
    people = world.people
    content = files(export_own(people.actor(people.client_user), no_paper))
    assert {name for name in content if not name.startswith(("documents/", "messages/"))} == FILES
    record = json.loads(content["record.json"])
    assert set(record) & WORKING_TABLES == set()
    found = marks.found_in(content["record.json"].decode())
    assert set(found) <= {"ada", "here"}
    assert "client.notes" not in found["ada"]
    assert {"client.history", "practice_log.note", "checkin_answer.note"} <= found["ada"]
    assert "Ask the practice" in content["read-me.txt"].decode()
    event = db.session.query(AuditEvent).filter_by(action="report.downloaded").one()
    assert (event.client_id, event.details["kind"]) == (people.client.id, "own_record")


def test_photos_of_messages_are_in_it_and_notes_of_calls_are_not_in_the_clients_own(people: People) -> None:
    client, colleague = people.actor(people.client_user), people.actor(people.colleague)
    photo = sent(client, picture(), client_id=people.client.id)
    writing.write(client, "k", ClientWords("Look at my hip.", media_ids=[photo.id]))
    writing.note_call(colleague, people.client.id, "l", "She worries about her job.")
    name = f"messages/001-{photo.created_at.date().isoformat()}-picture.jpg"
    for archive, holds_notes in (
        (export(colleague, people.client.id, no_paper), True),
        (export_own(client, no_paper), False),
    ):
        content = files(archive)
        assert content[name] == b"".join(store().read(photo.id.hex))
        assert "Look at my hip." in content["record.json"].decode()
        assert ("She worries" in content["record.json"].decode()) is holds_notes


def test_mail_under_their_name_from_another_address_is_not_in_the_clients_own(world: World) -> None:
    people = world.people
    db.session.query(MailReply).update({"from_address": "somebody@else.example"})
    db.session.commit()
    own = json.loads(files(export_own(people.actor(people.client_user), no_paper))["record.json"])
    assert own["mail_reply"] == []
    whole = files(export(people.actor(people.colleague), people.client.id, no_paper))
    assert len(json.loads(whole["record.json"])["mail_reply"]) == 1


def test_of_their_assessments_a_client_takes_those_that_are_signed(people: People) -> None:
    robin = people.actor(people.colleague)
    begun = draft(robin, people.client)
    recorded(robin, begun, {POSITIVE: "negative"})
    done = signed(robin, people.client, date(2026, 3, 2), {POSITIVE: "positive"})
    db.session.expire_all()
    content = files(export_own(people.actor(people.client_user), no_paper))
    record = json.loads(content["record.json"])
    assert [row["id"] for row in record["assessment"]] == [str(done.id)]
    assert {row["assessment_id"] for row in record["finding"]} == {str(done.id)}
    assert str(begun.id) not in content["findings.csv"].decode()
    assert str(begun.id) not in content["findings-fhir.json"].decode()


def test_of_reports_of_their_progress_a_client_takes_those_that_were_given(people: People) -> None:
    robin = people.actor(people.colleague)
    signed_alone = ProgressReport(
        practice_id=people.practice.id,
        client_id=people.client.id,
        reader=ReportReader.INSURER,
        since=date(2026, 3, 2),
        until=date(2026, 3, 30),
        content={"sections": []},
        words="",
        signed_by=people.colleague.id,
        signed_at=now(),
    )
    given, withdrawn = (make_progress_report(people.client, people.colleague) for _ in range(2))
    db.session.add(signed_alone)
    db.session.flush()
    reports.withdraw(robin, withdrawn.id)
    own = files(export_own(people.actor(people.client_user), no_paper))
    assert [row["id"] for row in json.loads(own["record.json"])["progress_report"]] == [str(given.id)]
    whole = files(export(robin, people.client.id, no_paper))
    kept = {row["id"] for row in json.loads(whole["record.json"])["progress_report"]}
    assert kept == {str(each.id) for each in (signed_alone, given, withdrawn)}


def test_who_is_no_client_has_no_own_record(people: People) -> None:
    with pytest.raises(NotFound):
        export_own(people.actor(people.colleague), no_paper)
