"""Notes of visits on their pages: written, met by two, signed, amended; phrases of one's own."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from sqlalchemy import select
from werkzeug.test import TestResponse

from clinic.domain.notes import NoteStatus
from clinic.extensions import db
from clinic.models import Assessment, Phrase, User, VisitNote
from tests.factories.assessments import POSITIVE, recorded
from tests.factories.assessments import draft as assessment_draft
from tests.factories.people import People
from tests.visitor import Visitor
from tests.web.practitioner.test_clients import text

Visit = Callable[[User], Visitor]


@pytest.fixture
def staff(people: People, visit: Visit) -> Visitor:
    """The practitioner, signed in."""
    return visit(people.colleague)


def key() -> str:
    return uuid.uuid4().hex


def begun(people: People, staff: Visitor, **fields: str) -> VisitNote:
    """A draft begun on the page."""
    staff.post(f"/clients/{people.client.id}/notes/new", {"key": key(), **fields}, status=303)
    return db.session.scalars(select(VisitNote).order_by(VisitNote.created_at.desc())).first()


def sent(page: TestResponse, **fields: str) -> dict[str, str]:
    """What the page of a draft sends, with something else typed."""
    seen = page.text.partition('name="seen" value="')[2].partition('"')[0]
    parts = {name: seen_part(page, name) for name in ("day", "month", "year")}
    return {"seen": seen.replace("&#34;", '"'), "act": "save", **parts, **fields}


def seen_part(page: TestResponse, part: str) -> str:
    return page.text.partition(f'name="visited_on-{part}"')[2].partition('value="')[2].partition('"')[0]


def filled(page: TestResponse, **fields: str) -> dict[str, str]:
    told = sent(page, **fields)
    return {f"visited_on-{name}" if name in ("day", "month", "year") else name: told[name] for name in told}


def test_a_note_is_written_signed_and_amended(people: People, staff: Visitor, visit: Visit) -> None:
    note = begun(people, staff, shape="soap")
    here = f"/notes/{note.id}"
    page = staff.get(f"{here}/edit")
    typed = filled(page, subjective="Sore\nsince Monday.", plan="Come again.", act="sign")
    staff.post(f"{here}/edit", typed, status=303)
    asked = staff.get(f"{here}/sign")
    assert "S: what the client says" in text(asked)
    assert "A: what it means" not in text(asked)
    version = str(note.version)
    assert "Tick the box" in text(staff.post(f"{here}/sign", {"version": version}, status=422))
    staff.post(f"{here}/sign", {"version": version, "confirmed": "y"}, status=303)
    assert note.status is NoteStatus.SIGNED
    added = {"key": key(), "text": "On the left.", "reason": "Left out."}
    staff.post(f"{here}/amend", added, status=303)
    staff.post(f"{here}/amend", added, status=303)  # pressed twice
    told = text(visit(people.assistant).get(f"/clients/{people.client.id}/notes"))
    for words in ("since Monday.", "Come again.", "On the left.", "Why: Left out.", people.colleague.name):
        assert told.count(words) >= 1
    assert told.count("On the left.") == 1
    assert "Write a note" not in told
    assert "Note signed" in text(staff.get(f"/clients/{people.client.id}/timeline"))


def test_two_windows_at_one_draft_meet(people: People, staff: Visitor) -> None:
    note = begun(people, staff, shape="soap")
    here = f"/notes/{note.id}/edit"
    page = staff.get(here)
    staff.post(here, filled(page, subjective="Theirs.", plan="Theirs too."), status=303)
    met = staff.post(here, filled(page, subjective="Mine.", objective="Only mine."), status=409)
    assert "Theirs." in text(met)
    assert "Mine." in text(met)
    db.session.refresh(note)
    assert (note.subjective, note.objective, note.plan) == ("Theirs.", "Only mine.", "Theirs too.")
    staff.post(here, filled(met, subjective="Mine.", objective="Only mine."), status=303)
    db.session.refresh(note)
    assert (note.subjective, note.plan) == ("Mine.", "Theirs too.")


def test_what_is_typed_into_a_note_signed_meanwhile_is_shown(people: People, staff: Visitor) -> None:
    note = begun(people, staff)
    here = f"/notes/{note.id}"
    page = staff.get(f"{here}/edit")
    staff.post(f"{here}/edit", filled(page, text="Signed words."), status=303)
    db.session.refresh(note)
    staff.post(f"{here}/sign", {"version": str(note.version), "confirmed": "y"}, status=303)
    locked = text(staff.post(f"{here}/edit", filled(page, text="Typed too late."), status=409))
    assert "signed meanwhile" in locked
    assert "Typed too late." in locked
    db.session.refresh(note)
    assert note.text == "Signed words."


def test_a_day_to_come_is_refused_with_the_words_kept(people: People, staff: Visitor) -> None:
    note = begun(people, staff)
    here = f"/notes/{note.id}/edit"
    page = staff.post(here, filled(staff.get(here), text="Words.", **{"visited_on-year": "2999"}), status=422)
    assert "a visit that was" in text(page)
    assert "Words." in page.text


def test_phrases_are_put_in_by_their_name_and_are_ones_own(
    people: People, staff: Visitor, visit: Visit
) -> None:
    made = {"key": key(), "name": "Home", "text": "Heat, and walk.", "version": "0", "phrase": ""}
    staff.post("/phrases", made, status=303)
    assert "already" in text(staff.post("/phrases", made | {"key": key()}, status=422))
    phrase = db.session.scalars(select(Phrase)).one()
    note = begun(people, staff)
    here = f"/notes/{note.id}/edit"
    put = {"act": "insert", "phrase": str(phrase.id), "into": "text"}
    staff.post(here, filled(staff.get(here), text="Better.", **put), status=303)
    db.session.refresh(note)
    assert note.text == "Better.\nHeat, and walk."
    other = visit(people.owner)
    assert "Heat, and walk." not in other.get("/phrases").text
    other.get(f"/phrases?phrase={phrase.id}", status=404)
    other.post("/phrases", made | {"phrase": str(phrase.id), "version": "1"}, status=404)
    other.post("/phrases", {"phrase": str(phrase.id), "act": "take_away"}, status=404)
    away = {"phrase": str(phrase.id), "act": "take_away"}
    staff.post("/phrases", away, status=303)
    assert "Heat, and walk." not in staff.get(here).text.partition("<select")[2]
    staff.post("/phrases", away | {"act": "bring_back"}, status=303)
    assert 'name="phrase"' in staff.get(here).text


def test_a_note_stands_beside_the_assessment_of_its_visit(people: People, staff: Visitor) -> None:
    robin = people.actor(people.colleague)
    assessment = assessment_draft(robin, people.client)
    recorded(robin, assessment, {POSITIVE: "positive"})
    assessment_id = assessment.id
    note = begun(people, staff, assessment=str(assessment_id))
    assert (note.assessment_id, note.visited_on) == (assessment_id, assessment.taken_on)
    staff.post(
        f"/notes/{note.id}/edit", filled(staff.get(f"/notes/{note.id}/edit"), text="Seen."), status=303
    )
    assert "Note of Mon 2 Mar 2026" in text(staff.get(f"/assessments/{assessment_id}"))
    discard = {"version": str(assessment.version)}
    staff.post(f"/assessments/{assessment_id}/discard", discard, status=303)
    db.session.expire_all()
    assert note.assessment_id is None
    assert db.session.get(Assessment, assessment_id) is None


def test_a_note_of_somebody_elses_assessment_is_not_begun(people: People, staff: Visitor) -> None:
    assessment = assessment_draft(people.actor(people.colleague), people.other_client)
    about = {"key": key(), "assessment": str(assessment.id)}
    staff.post(f"/clients/{people.client.id}/notes/new", about, status=404)
    assert db.session.scalars(select(VisitNote)).all() == []


def test_a_draft_is_discarded_only_as_it_was_read(people: People, staff: Visitor) -> None:
    note = begun(people, staff)
    seen = str(note.version)
    here = f"/notes/{note.id}"
    staff.post(f"{here}/edit", filled(staff.get(f"{here}/edit"), text="Words."), status=303)
    assert "Words." in text(staff.post(f"{here}/discard", {"version": seen}, status=409))
    db.session.refresh(note)
    staff.post(f"{here}/discard", {"version": str(note.version)}, status=303)
    assert db.session.scalars(select(VisitNote)).all() == []
