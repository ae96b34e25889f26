"""A signed assessment stays as it was signed, whatever SQL says; a backup and the demo still come in."""

from __future__ import annotations

import uuid
from datetime import date
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from clinic.domain.types import AssessmentStatus, Side
from clinic.extensions import db
from clinic.models import Amendment, Assessment, Finding
from clinic.services import demo
from clinic.services.actors import Actor
from clinic.services.assessments import amendments
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.upkeep.backups.making import write_backup
from clinic.services.upkeep.backups.restoring import Trust, restore
from tests.backends import POSTGRES
from tests.conftest import app_on_a_copy
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.locks import as_owner
from tests.factories.people import People, make_people

SIGNED = "a signed assessment is never changed"
KEPT = "an amendment is never changed"


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


@pytest.fixture
def locked(people: People, robin: Actor) -> Assessment:
    """A signed assessment with an amendment, beside a draft of the same client."""
    assessment = signed(
        robin, people.client, date(2026, 3, 2), {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP}
    )
    wish = AmendmentWish(key="1", place=INTERNAL_LEFT, value=25.0, note="", reason="Typed wrong")
    amendments.amend(robin, assessment.id, wish)
    recorded(robin, draft(robin, people.client, date(2026, 3, 30)), {POSITIVE: "negative"})
    return assessment


def stored(value: uuid.UUID) -> str:
    """A key as the database holds it."""
    return str(value) if POSTGRES else value.hex


CHANGES = [
    ("UPDATE assessment SET note = 'x' WHERE id = :signed", SIGNED),
    ("UPDATE assessment SET status = 'draft', signed_at = NULL, signed_by = NULL WHERE id = :signed", SIGNED),
    ("UPDATE assessment SET taken_on = '2020-01-01'", SIGNED),
    ("DELETE FROM assessment WHERE id = :signed", SIGNED),
    (
        "UPDATE finding SET value_text = 'negative' WHERE assessment_id = :signed AND test_key = 'faber'",
        SIGNED,
    ),
    ("UPDATE finding SET value_number = 50 WHERE id = :finding", SIGNED),
    ("UPDATE finding SET assessment_id = :draft WHERE id = :finding", SIGNED),
    ("UPDATE finding SET assessment_id = :signed WHERE assessment_id = :draft", SIGNED),
    ("DELETE FROM finding WHERE assessment_id = :signed", SIGNED),
    ("DELETE FROM finding", SIGNED),
    (
        "INSERT INTO finding"
        " (id, practice_id, assessment_id, test_key, field_key, side, value_text, as_normal)"
        " VALUES (:fresh, :practice, :signed, 'fadir', 'result', 'left', 'positive', FALSE)",
        SIGNED,
    ),
    ("UPDATE finding SET id = :fresh WHERE assessment_id = :draft", SIGNED),
    ("UPDATE amendment SET reason = 'another'", KEPT),
    ("UPDATE amendment SET new_number = 99", KEPT),
    ("DELETE FROM amendment", KEPT),
]
ON_SQLITE = [
    (
        "INSERT OR REPLACE INTO finding"
        " (id, practice_id, assessment_id, test_key, field_key, side, value_text, as_normal)"
        " VALUES (:finding, :practice, :draft, 'fadir', 'result', 'left', 'positive', FALSE)",
        SIGNED,
    ),
    ("UPDATE OR REPLACE finding SET id = :finding WHERE assessment_id = :draft", SIGNED),
    ("UPDATE OR REPLACE assessment SET id = :signed WHERE id = :draft", SIGNED),
    ("INSERT OR REPLACE INTO assessment SELECT * FROM assessment WHERE id = :signed", SIGNED),
    ("INSERT OR REPLACE INTO amendment SELECT * FROM amendment", KEPT),
]
ON_POSTGRES = [
    ("TRUNCATE finding", SIGNED),
    ("TRUNCATE assessment CASCADE", SIGNED),
    ("TRUNCATE amendment", KEPT),
    (
        "INSERT INTO finding (id, practice_id, assessment_id, test_key, field_key, side, value_text)"
        " SELECT id, practice_id, assessment_id, test_key, field_key, side, 'x' FROM finding"
        " WHERE assessment_id = :signed ON CONFLICT (id) DO UPDATE SET value_text = 'x'",
        SIGNED,
    ),
]


@pytest.mark.parametrize("statement, why", CHANGES + (ON_POSTGRES if POSTGRES else ON_SQLITE))
def test_no_statement_changes_what_is_signed(locked: Assessment, statement: str, why: str) -> None:
    other = db.session.scalars(select(Assessment).where(Assessment.status == AssessmentStatus.DRAFT)).one()
    finding = db.session.scalars(select(Finding).where(Finding.field_key == "internal_passive")).one()
    values = {
        "signed": locked.id,
        "draft": other.id,
        "finding": finding.id,
        "practice": locked.practice_id,
        "fresh": uuid.uuid4(),
    }
    before = everything()
    with as_owner(), pytest.raises(DBAPIError, match=why), db.session.begin_nested():
        db.session.execute(
            text(statement), {name: stored(each) for name, each in values.items() if f":{name}" in statement}
        )
    db.session.expire_all()
    assert everything() == before


def everything() -> list[tuple[object, ...]]:
    """Every assessment, finding and amendment, as plain rows."""
    tables = (Assessment.__table__, Finding.__table__, Amendment.__table__)
    return [tuple(row) for table in tables for row in db.session.execute(select(table).order_by(table.c.id))]


def test_a_draft_is_changed_and_thrown_away_as_before(
    people: People, robin: Actor, locked: Assessment
) -> None:
    other = db.session.scalars(select(Assessment).where(Assessment.status == AssessmentStatus.DRAFT)).one()
    assert recorded(robin, other, {POSITIVE: "positive"}) == 1
    assessments.discard(robin, other.id, assessments.whole(robin, other.id).version)
    assert db.session.scalar(select(func.count()).select_from(Assessment)) == 1


def test_a_backup_brings_signed_assessments_and_their_amendments_back(
    live_app: Flask, template: str, tmp_path: Path
) -> None:
    people = make_people()
    robin = people.actor(people.colleague)
    values = {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP}
    assessment = signed(robin, people.client, date(2026, 3, 2), values)
    amendments.amend(
        robin,
        assessment.id,
        AmendmentWish(key="1", place=INTERNAL_LEFT, value=25.0, note="", reason="Typed wrong"),
    )
    before = everything()
    write_backup(tmp_path / "b.backup", [])
    db.session.remove()
    with app_on_a_copy(template):
        restore(tmp_path / "b.backup", Trust())
        assert everything() == before
        with pytest.raises(DBAPIError, match=SIGNED):
            db.session.execute(text("DELETE FROM finding"))


def test_the_demo_is_made_with_signed_assessments_under_lock(live_app: Flask) -> None:
    demo.seed_practice(6, 1)
    count = select(func.count()).select_from(Assessment).where(Assessment.status == AssessmentStatus.SIGNED)
    assert db.session.scalar(count)
    with pytest.raises(DBAPIError, match=SIGNED):
        db.session.execute(text("DELETE FROM finding"))
    db.session.rollback()


def test_the_place_of_an_amendment_is_whole_or_not_there(people: People, locked: Assessment) -> None:
    bad = Amendment(
        practice_id=locked.practice_id,
        assessment_id=locked.id,
        test_key="faber",
        side=Side.LEFT,
        reason="because",
        made_by=people.colleague.id,
        made_at=locked.created_at,
    )
    db.session.add(bad)
    with pytest.raises(DBAPIError):
        db.session.flush()
