"""A backup from before an erasure is restored: the person is erased again; a list that is lost is told."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from clinic.domain.erasure import ErasureReason, ErasureState
from clinic.extensions import db
from clinic.models import Client, Erasure, Practice
from clinic.services.audit.checking import verify
from clinic.services.erasure import asking, doing, outside
from clinic.services.erasure.doing import ErasureOutcome
from clinic.services.transaction import transaction
from tests.cli.test_backup import new_installation, well
from tests.factories.people import make_people

Machine = Callable[[Path], AbstractContextManager[Flask]]


@dataclass(frozen=True)
class Erased:
    """Somebody who is in the backup and was erased after it, and somebody who only is to be."""

    backup: Path
    client_id: uuid.UUID
    other_id: uuid.UUID
    pseudonym: str


@pytest.fixture
def erased(live_app: Flask, tmp_path: Path) -> Erased:
    people = make_people()
    owner = people.actor(people.owner)
    (tmp_path / "sheet").write_text(well(live_app, "backup", "keys", "new", "--label", "Olive’s desk"))
    other = asking.begin(owner, people.other_client.id, ErasureReason.WISH, "", None)
    with transaction():
        other.erase_on = other.asked_at.date()
    well(live_app, "backup", tmp_path / "all.backup")
    erasure = asking.begin(owner, people.client.id, ErasureReason.WISH, "By phone.", None)
    with transaction():
        erasure.erase_on = erasure.asked_at.date()
    assert doing.erase(erasure.id) is ErasureOutcome.DONE
    assert erasure.pseudonym is not None
    return Erased(tmp_path / "all.backup", erasure.client_id, people.other_client.id, erasure.pseudonym)


@pytest.fixture
def another_machine(template: str) -> Machine:
    """`with another_machine(folder)`: an installation with another secret, where nothing is yet."""
    return partial(new_installation, tables=template, secret_key="the secret of a machine bought today")


def restored(app: Flask, erased: Erased) -> str:
    sheet = erased.backup.parent / "sheet"
    return well(app, "restore", erased.backup, "--key", sheet, "--another")


def the_list_beside(app: Flask) -> Path:
    (found,) = (app.config["SETTINGS"].data_dir / "backups" / "nightly").glob("*-erased.list")
    return found


def test_the_older_backup_comes_back_without_them(
    another_machine: Machine, live_app: Flask, erased: Erased, tmp_path: Path
) -> None:
    shutil.copy(the_list_beside(live_app), tmp_path)
    with another_machine(tmp_path / "new") as app:
        said = restored(app, erased)
        assert "erased again now: 1 person" in said
        assert "not erased within a week from today: 1 person" in said
        assert db.session.get(Client, erased.client_id) is None
        assert db.session.get(Client, erased.other_id) is not None
        receipt = db.session.scalars(select(Erasure).where(Erasure.client_id == erased.client_id)).one()
        assert (receipt.state, receipt.pseudonym) == (ErasureState.DONE, erased.pseudonym)
        assert doing.run() == 0  # whoever is in their grace may have been called back since
        faults = {fault.words for report in verify() for fault in report.faults}
        assert faults == {
            "the practice's beginning is missing: the trail was begun anew"
        }  # made by a factory
        assert [each.client_id for each in outside.here().values()] == [erased.client_id]


def test_a_list_that_is_lost_is_told_and_read_later(
    another_machine: Machine, live_app: Flask, erased: Erased, tmp_path: Path
) -> None:
    with another_machine(tmp_path / "new") as app:
        assert "No list of erased people was found" in restored(app, erased)
        assert db.session.get(Client, erased.client_id) is not None
        said = well(app, "erasure", "again", "--list", the_list_beside(live_app), "--unverified")
        assert "erased again now: 1 person" in said
        db.session.expire_all()
        assert db.session.get(Client, erased.client_id) is None


def test_a_list_that_was_changed_erases_nobody(
    another_machine: Machine, live_app: Flask, erased: Erased, tmp_path: Path
) -> None:
    forged = tmp_path / the_list_beside(live_app).name
    content = the_list_beside(live_app).read_bytes()
    forged.write_bytes(content.replace(erased.client_id.hex.encode(), erased.other_id.hex.encode()))
    with another_machine(tmp_path / "new") as app:
        assert "was changed after it was written" in restored(app, erased)
        assert db.session.get(Client, erased.other_id) is not None
        assert db.session.scalar(select(Practice.id).limit(1)) is not None
