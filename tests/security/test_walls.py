"""The wall between practices on PostgreSQL: the database itself shows one practice's rows and no other's."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import ProgrammingError

from clinic import create_app
from clinic.extensions import db
from clinic.models import Base, walls
from clinic.services import reach
from clinic.services.upkeep import role
from clinic.services.upkeep.backups.making import write_backup
from tests.backends import database_urls, owner_of
from tests.cli.test_settings_of_commands import clinic
from tests.factories.people import People, make_people

pytestmark = pytest.mark.postgres_only  # SQLite has none
OF_PRACTICES = sorted(
    table.name
    for table in Base.metadata.tables.values()
    if "practice_id" in table.c or table.name == "practice"
)


@contextmanager
def plainly(app: Flask) -> Iterator[Connection]:
    """The app's own role at the database, with plain SQL and nothing of ours around it."""
    engine = create_engine(app.config["SETTINGS"].database_url)
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


@contextmanager
def as_owner_plainly(app: Flask) -> Iterator[Connection]:
    """The owner of the tables, the same way."""
    engine = create_engine(owner_of(app.config["SETTINGS"].database_url) or "")
    try:
        with engine.begin() as connection:
            yield connection
    finally:
        engine.dispose()


def say(connection: Connection, whose: object) -> None:
    connection.execute(text("SELECT set_config('clinic.practice', :whose, true)"), {"whose": str(whose)})


def seen(connection: Connection, table: str = "client") -> set[uuid.UUID]:
    column = "id" if table == "practice" else "practice_id"
    return set(connection.scalars(text(f'SELECT DISTINCT {column} FROM "{table}"')))


@pytest.fixture
def both(live_app: Flask) -> People:
    """Two practices, committed."""
    people = make_people()
    db.session.commit()
    return people


def test_every_table_of_a_practice_has_its_wall_and_every_other_has_a_reason(live_app: Flask) -> None:
    query = """
        SELECT c.relname, c.relrowsecurity AND c.relforcerowsecurity,
               (SELECT count(*) FROM pg_policies p WHERE p.tablename = c.relname)
        FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
        WHERE n.nspname = current_schema() AND c.relkind = 'r'
    """
    with plainly(live_app) as connection:
        found = {name: (is_forced, policies) for name, is_forced, policies in connection.execute(text(query))}
    assert sorted(name for name, wall in found.items() if wall == (True, 1)) == OF_PRACTICES
    assert {name for name, wall in found.items() if wall == (False, 0)} == set(walls.OPEN)


def test_the_app_is_a_role_that_owns_nothing_and_passes_no_wall(live_app: Flask) -> None:
    query = """
        SELECT rolsuper OR rolbypassrls OR rolcreaterole OR rolcreatedb,
               (SELECT count(*) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                WHERE n.nspname = current_schema() AND c.relowner = r.oid)
        FROM pg_roles r WHERE rolname = current_user
    """
    with plainly(live_app) as connection:
        assert tuple(connection.execute(text(query)).one()) == (False, 0)


def test_plain_sql_without_a_practice_sees_and_changes_nothing(live_app: Flask, both: People) -> None:
    with plainly(live_app) as connection:
        assert {table: seen(connection, table) for table in OF_PRACTICES} == {t: set() for t in OF_PRACTICES}
        assert connection.execute(text("UPDATE client SET name = 'x'")).rowcount == 0
        assert connection.execute(text("DELETE FROM client")).rowcount == 0


def test_one_practice_sees_its_own_rows_alone(live_app: Flask, both: People) -> None:
    for own in (both.practice, both.elsewhere):
        with plainly(live_app) as connection:
            say(connection, own.id)
            assert {table for table in OF_PRACTICES if seen(connection, table) - {own.id}} == set()
            assert seen(connection) == {own.id}


def test_nobody_writes_into_another_practice(live_app: Flask, both: People) -> None:
    move = text("UPDATE client SET practice_id = :there WHERE id = :id")
    with plainly(live_app) as connection:
        say(connection, both.practice.id)
        with pytest.raises(ProgrammingError, match="row-level security"):
            connection.execute(move, {"there": both.elsewhere.id, "id": both.client.id})
        connection.rollback()


def test_what_was_said_ends_with_its_transaction(live_app: Flask, both: People) -> None:
    engine = create_engine(live_app.config["SETTINGS"].database_url, pool_size=1, max_overflow=0)
    with engine.begin() as connection:
        say(connection, both.practice.id)
        assert seen(connection) == {both.practice.id}
    with engine.begin() as connection:  # the same connection, as a pooler would hand it to somebody else
        assert seen(connection) == set()
    engine.dispose()


def test_the_owner_of_the_tables_stands_before_the_wall_too(live_app: Flask, both: People) -> None:
    with as_owner_plainly(live_app) as connection:
        assert seen(connection) == set()
        say(connection, both.practice.id)
        assert seen(connection) == {both.practice.id}


def test_the_last_release_is_let_in_as_the_owner_until_the_next_run(live_app: Flask, both: People) -> None:
    db.session.remove()
    downgrade(revision="0027", x_arg="drop=yes")
    upgrade()
    with as_owner_plainly(live_app) as connection:
        assert seen(connection) == {both.practice.id, both.elsewhere.id}
    with plainly(live_app) as connection:
        assert seen(connection) == set()
    upgrade()
    with as_owner_plainly(live_app) as connection:
        assert seen(connection) == set()


def test_a_table_that_is_made_later_gets_its_wall_by_itself(live_app: Flask) -> None:
    with as_owner_plainly(live_app) as connection:
        connection.execute(text("CREATE TABLE later (id uuid PRIMARY KEY, practice_id uuid NOT NULL)"))
        walls.complete(connection, stood_before=True)
        is_walled = text(
            "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE relname = 'later'"
        )
        assert connection.scalar(is_walled) is True
        connection.rollback()


def test_a_request_begins_with_nobodys_rows(live_app: Flask, both: People) -> None:
    db.session.rollback()
    count = text("SELECT count(*) FROM client")
    with reach.from_nothing():
        assert db.session.scalar(count) == 0
        reach.stay_in(both.practice.id)
        own = db.session.scalar(count)
        with reach.across_practices("to count them all"):
            everybody = db.session.scalar(count)
        assert db.session.scalar(count) == own
    assert 0 < own < everybody


def test_what_fails_on_the_way_leaves_the_reach_as_it_was(live_app: Flask, both: People) -> None:
    db.session.rollback()
    with reach.from_nothing():
        reach.stay_in(both.practice.id)
        with pytest.raises(ProgrammingError), reach.across_practices("to fail"):
            db.session.execute(text("SELECT nothing_of_the_kind"))
        db.session.rollback()
        assert seen(db.session.connection()) == {both.practice.id}


def test_the_command_says_that_the_walls_hold(live_app: Flask) -> None:
    done = live_app.test_cli_runner().invoke(args=["walls"])
    assert (done.exit_code, done.output) == (0, "The walls between practices hold.\n")


def test_without_tables_there_are_no_walls_that_hold(tmp_path: Path) -> None:
    settings = tmp_path / "regroove.env"
    with database_urls() as new:
        settings.write_text(f"CLINIC_DATABASE_URL={new()}\n")
        ended = clinic(tmp_path, "--env-file", str(settings), "walls")
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "the database has no tables" in ended.stderr


def test_who_restores_as_a_role_that_owns_nothing_is_told_who_makes_the_tables(
    live_app: Flask, tmp_path: Path
) -> None:
    backup, settings = tmp_path / "all.backup", tmp_path / "regroove.env"
    write_backup(backup, [])
    with database_urls() as new:
        settings.write_text(f"CLINIC_DATABASE_URL={new()}\nCLINIC_DATA_DIR={tmp_path / 'data'}\n")
        words = ["restore", str(backup), "--another", "--unverified"]
        ended = clinic(tmp_path, "--env-file", str(settings), *words)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "which CLINIC_MIGRATION_URL names" in ended.stderr


def test_a_production_that_connects_as_the_owner_says_so(
    live_app: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    settings = live_app.config["SETTINGS"]
    owners = create_app(replace(settings, database_url=settings.migration_url))
    for app in (owners, live_app):
        app.config["SETTINGS"] = replace(settings, env="production")
    role.warn(owners)
    assert "do not hold: the app's role at PostgreSQL owns the tables" in caplog.text
    caplog.clear()
    role.warn(live_app)
    assert not caplog.text
