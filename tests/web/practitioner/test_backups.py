"""The page of the backups: how they stand, what to do, and a key whose sheet is shown once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from clinic.domain.backups import BackupProblem, BackupRun
from clinic.extensions import db
from clinic.models import AuditEvent, BackupKey
from clinic.services.clock import now
from clinic.services.transaction import transaction
from clinic.services.upkeep.backups import keys, runs
from tests.factories.people import People
from tests.visitor import Visitor

Visit = Callable[..., Visitor]
PAGE = "/practice/backups"
KEYS = "/practice/backups/keys"
FORM_KEY = "0123456789abcdef" * 2


@pytest.fixture
def owner(people: People, visit: Visit) -> Visitor:
    """The owner of the only practice here."""
    with transaction():
        people.elsewhere.is_demo = True
    return visit(people.owner)


def new_key(owner: Visitor, key: str = FORM_KEY) -> str:
    return owner.post(KEYS, {"label": "Safe in the office", "key": key}, status=200).text


def test_a_sheet_is_shown_once_and_opens_what_is_made_from_then_on(people: People, owner: Visitor) -> None:
    sheet = keys.read_sheet(new_key(owner))
    assert len(sheet.identities) == 1
    assert sheet.signed_by == keys.signed_by()
    page = owner.get(PAGE).text
    assert "Safe in the office" in page
    assert "AGE-SECRET-KEY" not in page
    assert db.session.scalars(select(BackupKey.label)).all() == ["Safe in the office"]
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "backup_key.made")).one()
    assert "AGE-SECRET" not in str(told.details)


def test_a_key_pressed_twice_is_one_and_says_where_its_sheet_went(owner: Visitor) -> None:
    new_key(owner)
    again = owner.post(KEYS, {"label": "Safe in the office", "key": FORM_KEY}, status=422).text
    assert "its sheet was shown then" in again
    assert len(keys.in_use()) == 1


def test_the_last_key_is_not_retired(owner: Visitor) -> None:
    new_key(owner)
    first = keys.in_use()[0].id
    owner.post(f"{KEYS}/retire", {"backup_key": str(first)}, status=303)
    assert "It is the only key" in owner.get(PAGE).text
    new_key(owner, "f" * 32)
    owner.post(f"{KEYS}/retire", {"backup_key": str(first)}, status=303)
    assert first not in {key.id for key in keys.in_use()}
    owner.post(f"{KEYS}/retire", {"backup_key": "not an id"}, status=404)


def test_where_several_practices_share_it_nobody_reads_the_others(people: People, visit: Visit) -> None:
    owner = visit(people.owner)
    assert "Several practices share this installation" in owner.get(PAGE).text
    refused = owner.post(KEYS, {"label": "Mine", "key": FORM_KEY}, status=422).text
    assert "Several practices share" in refused
    assert keys.in_use() == []


def test_it_is_the_owners_alone(people: People, visit: Visit) -> None:
    visit(people.colleague).get(PAGE, status=404)
    assert "/practice/backups" not in visit(people.colleague).get("/practice").text


def test_it_says_what_is_missing_and_what_to_do(owner: Visitor) -> None:
    assert "Make a key below" in owner.get(PAGE).text
    new_key(owner)
    page = owner.get(PAGE).text
    assert "None yet" in page
    assert "on this machine alone" in page
    at = now()
    run = runs.claim(at - timedelta(days=2))
    assert run is not None
    run.well(name="regroove-x.backup", place="/mnt", size=1_234_567, rows=41_233)
    page = owner.get(PAGE).text
    assert "1.2 MB" in page
    assert "41,233 rows" in page
    assert "The last backup is old" in page
    assert "No backup has been restored lately" in page
    failed = runs.claim(at)
    assert failed is not None
    failed.badly(BackupProblem.DISK_FULL, "The backup could not be written.")
    runs.note(BackupRun.DRILL, at, rows=41_233)
    page = owner.get(PAGE).text
    assert "The disk is full. Make room" in page
    assert "as a drill" in page
    assert "No backup has been restored lately" not in page
