"""An answer stays as it was given, whatever SQL says; a backup and the demo still come in."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError, IntegrityError

from clinic.extensions import db
from clinic.models import QuestionnaireResponse
from clinic.services import demo
from clinic.services.questionnaires import answering as questionnaire_answering
from clinic.services.questionnaires import results as questionnaire_results
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups.making import write_backup
from clinic.services.upkeep.backups.restoring import Trust, restore
from tests.backends import POSTGRES
from tests.conftest import app_on_a_copy
from tests.factories.locks import as_owner
from tests.factories.people import People, make_people
from tests.factories.questionnaires import ask, feeling, pain, ticked, typed

KEPT = "an answer is never changed"
COLUMNS = [column.name for column in QuestionnaireResponse.__table__.columns]
COPY = ", ".join({"id": ":fresh", "reason": "'again'"}.get(column, column) for column in COLUMNS)
CHANGES = [
    "UPDATE questionnaire_response SET answers = '{}'",
    "UPDATE questionnaire_response SET scores = '{}' WHERE revision = 1",
    "UPDATE questionnaire_response SET screen_positive = FALSE",
    "UPDATE questionnaire_response SET revision = revision + 1",
    "UPDATE questionnaire_response SET reason = NULL",
    "DELETE FROM questionnaire_response",
    "DELETE FROM questionnaire_response WHERE revision = 2",
    f"INSERT INTO questionnaire_response ({', '.join(COLUMNS)}) SELECT {COPY} FROM questionnaire_response"
    " WHERE revision = 1",
]
ON_SQLITE = [
    "INSERT OR REPLACE INTO questionnaire_response SELECT * FROM questionnaire_response",
    f"INSERT OR REPLACE INTO questionnaire_response ({', '.join(COLUMNS)})"
    f" SELECT {COPY} FROM questionnaire_response WHERE revision = 1",
    "UPDATE OR REPLACE questionnaire_response SET revision = 1 WHERE revision = 2",
    "INSERT INTO questionnaire_response SELECT * FROM questionnaire_response WHERE TRUE"
    " ON CONFLICT DO UPDATE SET answers = '{}'",
]
ON_POSTGRES = [
    "TRUNCATE questionnaire_response",
    "TRUNCATE questionnaire_request CASCADE",
    "INSERT INTO questionnaire_response SELECT * FROM questionnaire_response"
    " ON CONFLICT (id) DO UPDATE SET answers = '{}'",
]


def everything() -> list[tuple[object, ...]]:
    """Every answer, as plain rows."""
    table = QuestionnaireResponse.__table__
    return [tuple(row) for row in db.session.execute(select(table).order_by(table.c.id))]


@pytest.fixture
def answer(people: People) -> QuestionnaireResponse:
    """A positive screen that was put right."""
    (row,) = typed(people, ask(people, "phq2"), feeling(2, 2))
    actor = people.actor(people.colleague)
    return questionnaire_answering.correct(actor, row.id, 1, feeling(2, 3), "Read the wrong line.")


@pytest.mark.parametrize("statement", CHANGES + (ON_POSTGRES if POSTGRES else ON_SQLITE))
def test_no_statement_changes_what_was_answered(answer: QuestionnaireResponse, statement: str) -> None:
    before = everything()
    values = {"fresh": "f" * 32} if ":fresh" in statement else {}
    if POSTGRES:
        statement = statement.replace(":fresh", "CAST(:fresh AS uuid)")
    with as_owner(), pytest.raises(IntegrityError, match=KEPT), db.session.begin_nested():
        db.session.execute(text(statement), values)
    db.session.expire_all()
    assert everything() == before


def test_no_session_writes_over_an_answer(answer: QuestionnaireResponse) -> None:
    with pytest.raises(IntegrityError, match=KEPT), transaction():
        answer.scores = {"total": 0}


def test_a_backup_brings_every_answer_back_and_locks_it(
    live_app: Flask, template: str, tmp_path: Path
) -> None:
    people = make_people()
    (first, _) = typed(people, ask(people, "nprs", "rmdq24"), pain(now=3), ticked(1, 2))
    actor = people.actor(people.colleague)
    questionnaire_answering.correct(actor, first.id, 1, pain(now=8), "Read the wrong line.")
    before = everything()
    write_backup(tmp_path / "b.backup", [])
    db.session.remove()
    with app_on_a_copy(template):
        restore(tmp_path / "b.backup", Trust())
        assert everything() == before
        assert len(questionnaire_results.for_client(actor, people.client.id, every=True)) == 3
        with pytest.raises(DBAPIError, match=KEPT):
            db.session.execute(text("DELETE FROM questionnaire_response"))


def test_the_demo_comes_in_under_lock(live_app: Flask) -> None:
    demo.seed_practice(6, 1)
    assert {key for (key,) in db.session.execute(select(QuestionnaireResponse.questionnaire_key))} >= {
        "nprs",
        "psfs",
        "rmdq24",
    }
    with pytest.raises(DBAPIError, match=KEPT):
        db.session.execute(text("DELETE FROM questionnaire_response"))
    db.session.rollback()
