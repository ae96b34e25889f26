"""A signed report of progress says what was signed, whatever SQL says; it is given and withdrawn once."""

from __future__ import annotations

import uuid

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from clinic.extensions import db
from clinic.models import ProgressReport
from clinic.services.progress import reports
from tests.backends import POSTGRES
from tests.factories.locks import as_owner
from tests.factories.people import People
from tests.factories.records import make_progress_report

SIGNED = "a signed report of progress is never changed"


@pytest.fixture
def report(people: People) -> ProgressReport:
    """One that was signed and given."""
    made = make_progress_report(people.client, people.colleague)
    db.session.flush()
    return made


CHANGES = [
    "UPDATE progress_report SET words = 'x'",
    "UPDATE progress_report SET content = '{}'",
    "UPDATE progress_report SET reader = 'insurer'",
    "UPDATE progress_report SET since = '2020-01-01'",
    "UPDATE progress_report SET until = '2030-01-01'",
    "UPDATE progress_report SET signed_by = :somebody",
    "UPDATE progress_report SET signed_at = '2020-01-01 00:00:00+00:00'",
    "UPDATE progress_report SET client_id = :another",
    "UPDATE progress_report SET id = :fresh",
    "UPDATE progress_report SET given_at = NULL",
    "UPDATE progress_report SET given_at = '2020-01-01 00:00:00+00:00'",
    "DELETE FROM progress_report",
]
ON_SQLITE = ["INSERT OR REPLACE INTO progress_report SELECT * FROM progress_report"]
ON_POSTGRES = [
    "TRUNCATE progress_report CASCADE",
    "INSERT INTO progress_report SELECT * FROM progress_report ON CONFLICT (id) DO UPDATE SET words = 'x'",
]


@pytest.mark.parametrize("statement", CHANGES + (ON_POSTGRES if POSTGRES else ON_SQLITE))
def test_no_statement_changes_what_is_signed(people: People, report: ProgressReport, statement: str) -> None:
    ids = {"somebody": people.owner.id, "another": people.other_client.id, "fresh": uuid.uuid4()}
    held = {name: str(each) if POSTGRES else each.hex for name, each in ids.items()}
    told = {name: each for name, each in held.items() if f":{name}" in statement}
    before = everything()
    with as_owner(), pytest.raises(DBAPIError, match=SIGNED), db.session.begin_nested():
        db.session.execute(text(statement), told)
    assert everything() == before


def test_a_report_that_was_withdrawn_stays_withdrawn(people: People, report: ProgressReport) -> None:
    reports.withdraw(people.actor(people.colleague), report.id)
    for when in ("NULL", "'2020-01-01 00:00:00+00:00'"):
        with as_owner(), pytest.raises(DBAPIError, match=SIGNED), db.session.begin_nested():
            db.session.execute(text(f"UPDATE progress_report SET withdrawn_at = {when}"))


def everything() -> list[tuple[object, ...]]:
    """Every report, as plain rows."""
    table = ProgressReport.__table__
    return [tuple(row) for row in db.session.execute(select(table).order_by(table.c.id))]
