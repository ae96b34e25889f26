"""A backup holds everything, and a bad one changes nothing."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, select

from clinic import create_app
from clinic.domain.errors import RuleBroken
from clinic.extensions import db
from clinic.models import Base, Practice
from clinic.services.upkeep import backup
from tests.backends import database_urls
from tests.conftest import settings_for
from tests.factories.people import make_people


def everything() -> dict[str, list[tuple[object, ...]]]:
    rows = {
        table.name: sorted(tuple(map(str, row)) for row in db.session.execute(select(table)))
        for table in Base.metadata.sorted_tables
    }
    db.session.rollback()
    return rows


def empty_database() -> None:
    db.session.remove()
    downgrade(revision="base", x_arg="drop=yes")
    upgrade()


def test_what_is_restored_is_what_was_backed_up(live_app: Flask, tmp_path: Path) -> None:
    make_people()
    before = everything()
    rows = backup.back_up(tmp_path / "all.gz")
    empty_database()
    written = [len(each) for name, each in before.items() if name not in backup.DERIVED]
    assert backup.restore(tmp_path / "all.gz") == rows == sum(written)
    assert everything() == before


def test_a_backup_is_readable_by_its_owner_alone(live_app: Flask, tmp_path: Path) -> None:
    backup.back_up(tmp_path / "all.gz")
    assert (tmp_path / "all.gz").stat().st_mode & 0o077 == 0


def test_a_backup_that_was_cut_off_changes_nothing(live_app: Flask, tmp_path: Path) -> None:
    make_people()
    backup.back_up(tmp_path / "all.gz")
    lines = gzip.decompress((tmp_path / "all.gz").read_bytes()).splitlines(keepends=True)
    (tmp_path / "cut.gz").write_bytes(gzip.compress(b"".join(lines[:-3])))
    empty_database()
    before = everything()
    with pytest.raises(RuleBroken, match="cut off"):
        backup.restore(tmp_path / "cut.gz")
    assert everything() == before


@pytest.mark.parametrize("content", [b"", b"not a backup", gzip.compress(b'{"format": "another"}\n')])
def test_a_file_that_is_no_backup_is_refused(live_app: Flask, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "x.gz").write_bytes(content)
    with pytest.raises(RuleBroken, match="backup"):
        backup.restore(tmp_path / "x.gz")


def test_a_database_with_records_is_never_written_over(live_app: Flask, tmp_path: Path) -> None:
    make_people()
    backup.back_up(tmp_path / "all.gz")
    with pytest.raises(RuleBroken, match="empty"):
        backup.restore(tmp_path / "all.gz")


def test_an_empty_folder_is_filled_from_a_backup(live_app: Flask, tmp_path: Path) -> None:
    make_people()
    rows = backup.back_up(tmp_path / "all.gz")
    with database_urls() as new:
        app = create_app(settings_for(new(), tmp_path / "not" / "there"))
        with app.app_context():
            done = app.test_cli_runner().invoke(args=["restore", str(tmp_path / "all.gz")])
            assert done.exception is None
            assert f"{rows} rows restored" in done.output
            db.session.remove()
            db.engine.dispose()


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
    with database_urls() as new:
        app = create_app(settings_for(new(), tmp_path / "new"))
        with app.app_context():
            done = app.test_cli_runner().invoke(args=command)
            assert done.exception is None, done.output
            assert db.session.scalar(select(func.count()).select_from(Practice)) == 1
            db.session.remove()
            db.engine.dispose()
