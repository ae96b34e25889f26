"""A release: which one this is, on whose tables it starts, and how the tables follow it."""

from __future__ import annotations

import os
import re
import subprocess
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from clinic import create_app
from clinic.extensions import MIGRATIONS, db
from clinic.reading import TEMPLATES, ReadAtStart, sources
from clinic.services.upkeep import release
from config import Settings
from tests import commands
from tests.backends import database_urls
from tests.conftest import settings_for
from tests.factories.locks import as_owner
from tests.factories.records import make_world
from tests.faults.stage import ROOT

HEADING = re.compile(r"^## (\d+\.\d+\.\d+) · \d{4}-\d\d-\d\d · tables (\d{4})", re.M)
GUNICORN = [
    *("-m", "gunicorn", "--preload", "--no-control-socket", "--bind", "127.0.0.1:0"),
    "clinic:serve_from_env()",
]
WORKER = ["-m", "celery", "-A", "celery_worker", "--quiet", "worker", "--concurrency", "1"]


def at_revision(revision: str) -> None:
    with as_owner():
        db.session.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})
    db.session.commit()


def start(app: Flask, command: list[str]) -> subprocess.CompletedProcess[str]:
    settings: Settings = app.config["SETTINGS"]
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")},
        "CLINIC_DATABASE_URL": settings.database_url,
        "CLINIC_MIGRATION_URL": settings.migration_url or "",
        "CLINIC_DATA_DIR": str(settings.data_dir),
    }
    return commands.run(command, environment)


class TestWhichReleaseThisIs:
    def test_the_command_says_it_without_a_database(self, tmp_path: Path) -> None:
        told = commands.run([*commands.CLINIC, "--version"], dict(os.environ), tmp_path)
        assert told.stdout == f"Regroove {release.version()}, tables {release.schema()}\n"

    def test_the_changelog_names_each_release_with_its_tables(self) -> None:
        known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
        told = HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))
        assert told
        assert {tables for _, tables in told} <= known
        assert told[0][0] == release.version()  # the newest one, until the next is made
        assert [tables for _, tables in told] == sorted((tables for _, tables in told), reverse=True)


class TestOnWhoseTablesItStarts:
    def test_on_its_own(self, live_app: Flask) -> None:
        assert release.why_not_to_start() is None

    @pytest.mark.parametrize(
        ("revision", "told"),
        [("0008", "an older release's (0008)"), ("9999", "a newer release's (9999)")],
    )
    def test_on_no_others(self, live_app: Flask, revision: str, told: str) -> None:
        at_revision(revision)
        assert told in str(release.why_not_to_start())

    @pytest.mark.parametrize("command", [GUNICORN, WORKER], ids=["web", "worker"])
    def test_what_runs_on_ends_with_one_line_and_code_2(self, live_app: Flask, command: list[str]) -> None:
        at_revision("0008")
        ended = start(live_app, command)
        line = ended.stderr.strip().splitlines()
        assert ended.returncode == 2, ended.stderr
        assert line[-1].startswith("Regroove cannot start. The tables are an older release's (0008)")
        assert line[-1].endswith("Run `clinic db upgrade` first.")
        assert len(line) == 1

    def test_where_there_are_no_tables_it_says_how_to_make_them(
        self, database_url: str, tmp_path: Path
    ) -> None:
        app = create_app(settings_for(database_url, tmp_path))
        with app.app_context():
            assert "has no tables yet" in str(release.why_not_to_start())
            db.session.remove()
            db.engine.dispose()


class TestHowTheTablesFollow:
    def test_two_migrations_at_once_are_one(self, live_app: Flask) -> None:
        downgrade(revision="0020", x_arg="drop=yes")
        db.session.remove()
        with ThreadPoolExecutor(2) as pool:
            ended = list(pool.map(lambda _: start(live_app, [*commands.CLINIC, "db", "upgrade"]), range(2)))
        assert [each.returncode for each in ended] == [0, 0], [each.stderr for each in ended]
        assert release.why_not_to_start() is None

    @pytest.mark.postgres_only
    def test_a_table_in_use_is_waited_for_and_not_stood_in_front_of(self, live_app: Flask) -> None:
        downgrade(revision="0020", x_arg="drop=yes")
        holder = db.engine.connect()
        holder.execute(text("LOCK TABLE user_account IN ACCESS SHARE MODE"))
        release_it = threading.Timer(4.0, holder.close)
        release_it.start()
        upgrade()
        release_it.join()
        assert release.why_not_to_start() is None

    @pytest.mark.postgres_only
    def test_a_database_that_is_not_in_utf8_is_refused_before_it_holds_anything(self, tmp_path: Path) -> None:
        with database_urls() as new:
            app = create_app(settings_for(new(encoding="SQL_ASCII"), tmp_path))
            with app.app_context():
                ended = start(app, [*commands.CLINIC, "db", "upgrade"])
                assert ended.returncode == 1
                assert "This database is in SQL_ASCII" in ended.stderr
                assert "ENCODING 'UTF8' TEMPLATE template0" in ended.stderr
                assert release.schema_of_database() is None
                db.session.remove()
                db.engine.dispose()

    def test_a_way_back_that_would_lose_records_is_refused_and_changes_nothing(self, live_app: Flask) -> None:
        make_world()
        db.session.commit()
        before = release.schema_of_database()
        with pytest.raises(SystemExit):
            downgrade(revision="0008")
        assert release.schema_of_database() == before

    def test_whoever_asks_for_such_a_way_back_hears_what_it_would_lose(self, live_app: Flask) -> None:
        make_world()
        db.session.commit()
        ended = start(live_app, [*commands.CLINIC, "db", "downgrade", "0008"])
        assert ended.returncode == 1
        assert "This way back would drop " in ended.stderr
        assert "clinic db downgrade -x drop=yes" in ended.stderr

    @pytest.mark.postgres_only
    def test_no_step_since_the_last_release_writes_a_big_table_anew(self, live_app: Flask) -> None:
        _, last = HEADING.findall((ROOT / "CHANGELOG.md").read_text("utf-8"))[0]
        downgrade(revision=last, x_arg="drop=yes")
        before = _files()
        upgrade()
        after = _files()
        assert {name for name in before.keys() & after.keys() if before[name] != after[name]} == set()


class TestTemplatesAreThoseOfTheStart:
    def test_a_file_that_changes_or_goes_changes_no_page(self, tmp_path: Path, app: Flask) -> None:
        (tmp_path / "page.html").write_text("as it was")
        loader = ReadAtStart(tmp_path)
        (tmp_path / "page.html").write_text("as it will be")
        assert loader.load(app.jinja_env, "page.html").render() == "as it was"
        (tmp_path / "page.html").unlink()
        assert ReadAtStart(tmp_path).load(app.jinja_env, "page.html").render() == "as it was"

    def test_pages_and_mails_come_from_there(self, app: Flask) -> None:
        assert isinstance(app.jinja_loader, ReadAtStart)
        assert set(sources()) == {
            f.relative_to(TEMPLATES).as_posix() for f in TEMPLATES.rglob("*") if f.is_file()
        }


def _files() -> dict[str, int]:
    """The file of each table: another one where it was written anew."""
    names = inspect(db.engine).get_table_names()
    found = db.session.execute(
        text("SELECT relname, relfilenode FROM pg_class WHERE relname = ANY(:names)"), {"names": names}
    )
    files = {row.relname: row.relfilenode for row in found}
    db.session.rollback()
    return files
