"""A signed note stays as it was signed, whatever SQL says."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.notes import NoteEdit, NoteShape, NoteSigned
from clinic.extensions import db
from clinic.models import AuditEvent, VisitNote
from clinic.services.actors import Actor
from clinic.services.notes import reading, writing
from tests.backends import POSTGRES
from tests.factories.locks import as_owner
from tests.factories.people import People

SIGNED = "a signed note is never changed"
KEPT = "what was added to a note is never changed"
KEY = "0" * 32
WORDS = "PLANTED words of a note"


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def written(robin: Actor, client_id: uuid.UUID, words: str = WORDS) -> VisitNote:
    """A draft in which something is written."""
    note = writing.begin(robin, client_id, uuid.uuid4().hex, NoteShape.FREE)
    writing.keep(robin, note.id, {"text": NoteEdit("", words)})
    return note


def signed(robin: Actor, client_id: uuid.UUID) -> VisitNote:
    """A signed note."""
    note = written(robin, client_id)
    return writing.sign(robin, note.id, note.version)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ("UPDATE visit_note SET plan = 'x' WHERE id = :id", SIGNED),
        ("UPDATE visit_note SET status = 'draft', signed_at = NULL, signed_by = NULL WHERE id = :id", SIGNED),
        ("DELETE FROM visit_note WHERE id = :id", SIGNED),
        ("UPDATE visit_note_amendment SET text = 'x'", KEPT),
        ("DELETE FROM visit_note_amendment", KEPT),
    ],
)
def test_no_statement_changes_what_is_signed(people: People, robin: Actor, change: str, said: str) -> None:
    note = signed(robin, people.client.id)
    writing.amend(robin, note.id, KEY, "More.", "Forgotten.")
    key = str(note.id) if POSTGRES else note.id.hex
    with as_owner(), pytest.raises(DBAPIError, match=said), db.session.begin_nested():
        db.session.execute(text(change), {"id": key} if ":id" in change else {})


def test_a_signed_note_is_amended_and_not_changed(people: People, robin: Actor) -> None:
    note = signed(robin, people.client.id)
    with pytest.raises(NoteSigned):
        writing.keep(robin, note.id, {"text": NoteEdit(WORDS, "other")})
    with pytest.raises(NoteSigned):
        writing.discard(robin, note.id, note.version)
    once, again = (writing.amend(robin, note.id, KEY, "More.", "Forgotten.") for _ in range(2))
    assert once == again
    (added,) = reading.amendments(robin, [note.id])[note.id]
    assert (added.text, added.reason, added.maker.name) == ("More.", "Forgotten.", people.colleague.name)
    assert reading.whole(robin, note.id).text == WORDS


def test_a_note_is_signed_as_it_was_read_and_not_empty(people: People, robin: Actor) -> None:
    empty = writing.begin(robin, people.client.id, KEY, NoteShape.SOAP)
    with pytest.raises(RuleBroken, match="Nothing is written yet"):
        writing.sign(robin, empty.id, empty.version)
    seen = empty.version
    writing.keep(robin, empty.id, {"plan": NoteEdit("", "Again.")})
    with pytest.raises(Conflict):
        writing.sign(robin, empty.id, seen)


def test_an_empty_draft_is_taken_again(people: People, robin: Actor) -> None:
    first = writing.begin(robin, people.client.id, KEY, NoteShape.FREE)
    assert writing.begin(robin, people.client.id, "1" * 32, NoteShape.SOAP).id == first.id
    writing.keep(robin, first.id, {"plan": NoteEdit("", "Again.")})
    assert writing.begin(robin, people.client.id, "2" * 32, NoteShape.SOAP).id != first.id


def test_assistants_read_notes_and_write_none(people: People, robin: Actor) -> None:
    assistant, note = people.actor(people.assistant), written(robin, people.client.id)
    assert [each.id for each in reading.page(assistant, people.client.id).notes] == [note.id]
    for attempt in (
        lambda: writing.begin(assistant, people.client.id, KEY, NoteShape.FREE),
        lambda: writing.keep(assistant, note.id, {"text": NoteEdit(WORDS, "x")}),
        lambda: writing.sign(assistant, note.id, note.version),
    ):
        with pytest.raises(Forbidden):
            attempt()
    with pytest.raises(NotFound):
        writing.keep(people.actor(people.stranger), note.id, {"text": NoteEdit(WORDS, "x")})


def test_the_trail_tells_of_notes_without_a_word_of_them(
    people: People, robin: Actor, caplog: pytest.LogCaptureFixture
) -> None:
    note = signed(robin, people.client.id)
    writing.amend(robin, note.id, KEY, "PLANTED more.", "PLANTED reason.")
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action.like("note.%"))).all()
    assert {each.action for each in told} == {"note.begun", "note.signed", "note.amended"}
    assert "PLANTED" not in str([each.details for each in told]) + caplog.text


def test_older_notes_stand_on_the_next_page(
    people: People, robin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "PAGE", 2)
    for words in ("one", "two", "three"):
        written(robin, people.client.id, words)
    first = reading.page(robin, people.client.id)
    rest = reading.page(robin, people.client.id, first.before)
    assert [note.text for note in (*first.notes, *rest.notes)] == ["three", "two", "one"]
    assert rest.before is None
