"""Backup and restore from the command line: what is refused is one sentence and exit code 2."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select

from clinic import create_app
from clinic.extensions import db
from clinic.models import BackupRecord, Practice
from tests.backends import database_urls
from tests.conftest import settings_for
from tests.factories.people import make_people


def run(app: Flask, *words: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(word) for word in words])


def well(app: Flask, *words: object) -> str:
    done = run(app, *words)
    assert done.exception is None, done.output
    return done.output


def refused(app: Flask, *words: object) -> str:
    done = run(app, *words)
    assert done.exit_code == 2, done.output
    assert len(done.output.strip().splitlines()) == 1
    return done.output


@contextmanager
def new_installation(folder: Path, tables: str | None = None, **changes: object) -> Iterator[Flask]:
    """An installation whose database has no tables yet, or those of this one."""
    with database_urls() as new:
        app = create_app(settings_for(new(tables), folder, **changes))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture
def backup(live_app: Flask, tmp_path: Path) -> Path:
    """An encrypted backup, with its sheet beside it."""
    make_people()
    (tmp_path / "sheet").write_text(well(live_app, "backup", "keys", "new", "--label", "Olive’s desk"))
    well(live_app, "backup", tmp_path / "all.backup")
    return tmp_path / "all.backup"


def test_with_the_sheet_alone_everything_comes_back_on_a_new_machine(backup: Path, tmp_path: Path) -> None:
    with new_installation(tmp_path / "new", secret_key="the secret of a machine bought today") as app:
        said = refused(app, "restore", backup, "--key", tmp_path / "sheet")
        assert "another installation" not in said  # it is named, with what to add
        assert "--another" in said
        assert "rows restored" in well(app, "restore", backup, "--key", tmp_path / "sheet", "--another")
        assert db.session.scalar(select(func.count()).select_from(Practice)) == 2
        assert db.session.scalars(select(BackupRecord.kind)).all() == ["restore"]
        assert "Olive’s desk" in well(app, "backup", "keys")  # the next backup is encrypted to the same key


def test_a_backup_is_checked_without_being_restored(live_app: Flask, backup: Path, tmp_path: Path) -> None:
    assert "is whole: " in well(live_app, "backup", "check", backup, "--key", tmp_path / "sheet")
    backup.write_bytes(backup.read_bytes()[:-200])
    assert "cut off" in refused(live_app, "backup", "check", backup, "--key", tmp_path / "sheet")


def test_without_its_sheet_nobody_opens_it(backup: Path, tmp_path: Path) -> None:
    with new_installation(tmp_path) as app:
        assert "is encrypted" in refused(app, "restore", backup)
        (tmp_path / "no sheet").write_text("AGE-SECRET-KEY-1 is what I remember")
        assert "No key was found" in refused(app, "restore", backup, "--key", tmp_path / "no sheet")


def test_a_laptop_is_told_that_its_backup_is_not_encrypted(
    live_app: Flask, template: str, tmp_path: Path
) -> None:
    make_people()
    assert "NOT ENCRYPTED" in well(live_app, "backup", tmp_path / "plain.backup")
    with new_installation(tmp_path, template) as app:
        assert "rows restored" in well(app, "restore", tmp_path / "plain.backup")


def test_in_production_nothing_is_written_without_a_key(template: str, tmp_path: Path) -> None:
    at = {"smtp_url": "smtp://mail.clinic.example", "base_url": "https://clinic.example"}
    with new_installation(tmp_path, template, env="production", **at) as app:
        assert "clinic backup keys new" in refused(app, "backup", tmp_path / "all.backup")
        assert not (tmp_path / "all.backup").exists()


def test_a_backup_that_cannot_be_written_is_one_sentence(live_app: Flask, tmp_path: Path) -> None:
    assert "No such file" in refused(live_app, "backup", tmp_path / "not" / "there.backup").splitlines()[-1]


def test_keys_are_added_and_retired_and_the_last_one_stays(live_app: Flask) -> None:
    well(live_app, "backup", "keys", "new", "--label", "first")
    first = well(live_app, "backup", "keys").split()[0]
    assert "only key" in refused(live_app, "backup", "keys", "retire", first)
    assert "begins with age1" in refused(live_app, "backup", "keys", "add", "ssh-ed25519")
    well(live_app, "backup", "keys", "new", "--label", "second")
    well(live_app, "backup", "keys", "retire", first)
    assert "first" not in well(live_app, "backup", "keys")


@pytest.mark.parametrize(
    "command",
    [
        ["demo", "--clients", "2"],
        [
            *("init", "--name", "Harbour", "--zone", "Europe/London", "--phone", "020 7946 0100"),
            *("--emergency-number", "999", "--urgent-number", "111", "--owner", "Olive Hart"),
            *("--email", "olive@harbour.example", "--password", "seven grey herons over water"),
        ],
    ],
    ids=["demo", "init"],
)
def test_an_empty_folder_gets_its_tables_first(tmp_path: Path, command: list[str]) -> None:
    with new_installation(tmp_path / "new") as app:
        well(app, *command)
        assert db.session.scalar(select(func.count()).select_from(Practice)) == 1
