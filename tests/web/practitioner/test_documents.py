"""Documents of a client: kept by all who work here, shown to their client once shared, to nobody else."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from io import BytesIO

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.documents import DocumentKind
from clinic.domain.media import KEPT_LOOSE, MediaKind, can_be_put_back
from clinic.extensions import db
from clinic.models import AuditEvent, Document, MediaFile
from clinic.services import removal
from clinic.services.clock import now
from clinic.services.documents import keeping
from clinic.services.documents.keeping import DocumentWords
from clinic.services.media import tidying, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from clinic.services.transaction import transaction
from tests.factories.media import empty_store
from tests.factories.pdfs import WORDS, letter, locked, text_of
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
SECOND = timedelta(seconds=1)
DAY = {"dated_on-day": "3", "dated_on-month": "2", "dated_on-year": "2026"}


@pytest.fixture(autouse=True)
def nothing_kept(app: Flask) -> Iterator[None]:
    empty_store()
    yield
    empty_store()


@pytest.fixture
def url(people: People) -> str:
    return f"/clients/{people.client.id}/documents"


@pytest.fixture
def kept(people: People) -> Document:
    """A letter that is on the record, and not shared."""
    actor, data = people.actor(people.assistant), letter()
    about = Announced(MediaKind.DOCUMENT, "letter.pdf", len(data), client_id=people.client.id)
    media = uploads.send_whole(actor, about, data)
    words = DocumentWords("MRI of the back", DocumentKind.IMAGING_REPORT, from_whom="Dr. Hale")
    return keeping.add(actor, people.client.id, media.id, words, "0" * 32)


def form(data: bytes = b"", name: str = "letter.pdf", **fields: str) -> dict[str, object]:
    typed = {"key": "a" * 32, "title": "MRI of the back", "kind": "imaging_report", "from_whom": "Dr. Hale"}
    return typed | DAY | {"media_id": "", "note": "", "file": (BytesIO(data), name)} | fields


def actions() -> list[str]:
    query = select(AuditEvent.action).where(AuditEvent.action.like("document.%"))
    return list(db.session.scalars(query.order_by(AuditEvent.happened_at, AuditEvent.seq)))


def test_a_letter_is_added_without_javascript_and_saved_again(visit: Visit, people: People, url: str) -> None:
    browser = visit(people.assistant)
    assert "No documents yet" in browser.get(url).text
    browser.post(url, form(letter(), "<b>.pdf"), status=303)
    browser.post(url, form(letter(), "<b>.pdf"), status=303)  # pressed twice
    (document,) = db.session.scalars(select(Document)).all()
    page = browser.get(url).text
    for told in ("MRI of the back", "Imaging report", "3 Feb", "Dr. Hale", people.assistant.name):
        assert told in page
    answer = browser.get(f"/documents/{document.id}/file")
    assert WORDS.decode() in text_of(answer.data)
    assert answer.headers["Content-Disposition"] == 'attachment; filename="imaging-report-2026-02-03.pdf"'
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "report.downloaded")).one()
    assert (event.client_id, event.subject_id) == (people.client.id, document.id)
    assert browser.get(f"/media/{document.media_id}", status=404)


@pytest.mark.parametrize(
    "fields, sentence",
    [
        (form(locked()), "This PDF is locked"),
        (form(b"", ""), "Choose a file"),
        (form(letter(), title=""), "Give it a title"),
        (form(letter(), **{"dated_on-year": "2999"}), "in the future"),
        (form(letter(), kind=""), "Choose what it is"),
    ],
)
def test_what_is_not_taken_is_told_on_the_page(
    visit: Visit, people: People, url: str, fields: dict[str, object], sentence: str
) -> None:
    page = visit(people.assistant).post(url, fields, status=422).text
    assert "There is a problem" in page
    assert sentence in page
    assert not db.session.scalars(select(Document)).all()


def test_a_file_that_came_with_a_form_that_was_refused_need_not_be_sent_again(
    visit: Visit, people: People, url: str
) -> None:
    browser = visit(people.assistant)
    page = browser.post(url, form(letter(), **{"dated_on-year": "2999"}), status=422).text
    assert "Your file is here already" in page
    media_id = re.findall(r'name="media_id" value="([^"]+)"', page)[0]
    browser.post(url, form(b"", "", media_id=media_id), status=303)
    assert db.session.scalars(select(Document.media_id)).one().hex == media_id.replace("-", "")


def test_a_script_sends_it_in_pieces_and_goes_on_after_a_cut(visit: Visit, people: People, url: str) -> None:
    browser, data = visit(people.assistant), letter()
    about = {"kind": "document", "client": str(people.client.id), "name": "l.pdf", "size": str(len(data))}
    about["fingerprint"] = "one"
    told = browser.post("/media", about).json
    piece = {"begins": "0", "piece": (BytesIO(data[:300]), "piece")}
    browser.post(f"/media/{told['id']}/pieces", piece)
    again = browser.post("/media", about).json
    assert (again["id"], again["received"]) == (told["id"], 300)
    rest = {"begins": "300", "piece": (BytesIO(data[300:]), "piece")}
    assert browser.post(f"/media/{told['id']}/pieces", rest).json["state"] == "ready"
    browser.post(url, form(b"", "", media_id=told["id"]), status=303)
    assert "MRI of the back" in browser.get(url).text


def test_a_client_sees_what_is_shared_and_nothing_else(visit: Visit, people: People, kept: Document) -> None:
    client, staff = visit(people.client_user), visit(people.assistant)
    address, page = f"/my/documents/{kept.id}", f"/documents/{kept.id}"
    assert "Documents for you" not in client.get("/account").text
    client.get(address, status=404)
    client.get(f"/my/media/{kept.media_id}", status=404)
    words = {"title": "MRI of the back", "kind": "imaging_report", "note": "ask about the fall"}
    staff.post(page, words | {"shared": "y"}, status=303)
    told = client.get("/account").text
    assert "MRI of the back" in told
    assert "ask about the fall" not in told
    assert WORDS.decode() in text_of(client.get(address).data)
    client.get(f"/my/media/{kept.media_id}", status=404)
    visit(people.other_client_user).get(address, status=404)
    staff.post(page, words, status=303)
    client.get(address, status=404)
    assert actions() == ["document.added", "document.corrected", "document.shared", "document.withheld"]


def test_one_that_is_removed_can_be_put_back_for_a_day_and_then_is_gone(
    visit: Visit, people: People, kept: Document, url: str
) -> None:
    browser, document_id, media_id = visit(people.assistant), kept.id, kept.media_id
    browser.post(f"/documents/{document_id}/remove", status=303)
    page = browser.get(url).text
    assert "Put back" in page
    tidying.tidy(now() + timedelta(hours=23))
    browser.post(f"/documents/{document_id}/put-back", status=303)
    assert "Removed within the last day" not in browser.get(url).text
    tidying.tidy(now() + timedelta(days=3))
    assert store().path(media_id.hex)
    browser.post(f"/documents/{document_id}/remove", status=303)
    for days in (2, 4):
        tidying.tidy(now() + timedelta(days=days))
    db.session.expire_all()
    assert not db.session.scalars(select(Document)).all()
    assert not db.session.scalars(select(MediaFile)).all()
    assert not list(store().names())
    browser.post(f"/documents/{document_id}/put-back", status=404)


@pytest.mark.parametrize("age", [None, timedelta(), KEPT_LOOSE - SECOND, KEPT_LOOSE, KEPT_LOOSE + SECOND])
def test_what_can_be_put_back_is_one_rule_in_python_and_in_sql(kept: Document, age: timedelta | None) -> None:
    at = now()
    kept.removed_at = at - age if age is not None else None
    db.session.flush()
    found = db.session.scalar(select(removal.there_or_lately(Document.removed_at, at)))
    assert bool(found) is (kept.removed_at is None or can_be_put_back(kept.removed_at, at))


def test_a_file_that_never_became_a_document_is_gone_after_a_day(people: People) -> None:
    about = Announced(MediaKind.DOCUMENT, "letter.pdf", len(letter()), client_id=people.client.id)
    uploads.send_whole(people.actor(people.assistant), about, letter())
    tidying.tidy(now() + timedelta(days=2))
    tidying.tidy(now() + timedelta(days=4))
    assert not list(store().names())


def test_the_files_are_part_of_the_whole_record_and_of_the_clients_own_once_shared(
    visit: Visit, people: People, kept: Document
) -> None:
    name = f"documents/001-{kept.added_at.date().isoformat()}-imaging-report-MRI-of-the-back.pdf"
    made = visit(people.colleague).post(f"/clients/{people.client.id}/record.zip").data
    with zipfile.ZipFile(BytesIO(made)) as record:
        assert WORDS.decode() in text_of(record.read(name))
    for shared in (False, True):
        with transaction():
            kept.shared_at = now() if shared else None
        made = visit(people.client_user).post("/account/record.zip").data
        with zipfile.ZipFile(BytesIO(made)) as record:
            assert (name in record.namelist()) is shared
            assert len(json.loads(record.read("record.json"))["document"]) == int(shared)


def test_erasing_a_client_leaves_no_document_and_no_bytes(people: People, kept: Document) -> None:
    with transaction():
        tidying.erase_of_client(people.practice.id, people.client.id)
    tidying.tidy(now())
    db.session.expire_all()
    assert not db.session.scalars(select(Document)).all()
    assert not db.session.scalars(select(MediaFile)).all()
    assert not list(store().names())
