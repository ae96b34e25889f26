"""Fixtures: one migrated database a run, rolled back after each test; three people; a careful visitor."""

from __future__ import annotations

import gc
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from flask_migrate import upgrade
from hypothesis import HealthCheck, settings
from sqlalchemy import Connection

from clinic import create_app
from clinic.extensions import db, limiter
from clinic.mail.smtp_url import SmtpServer
from clinic.services.mail_setup import MailSetup, MailSource
from config import Settings
from tests.backends import POSTGRES, database_urls, owner_of
from tests.factories.people import People, make_people
from tests.looking_on import reach_everything
from tests.savepoints import quick
from tests.visitor import Visitor

reach_everything()

# How long an example takes tells how busy the machine is, and nothing about us.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")
# The app and its libraries are half a million objects that stay: looked through less often for rubbish.
gc.set_threshold(50_000, 20, 50)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """What is about PostgreSQL itself belongs to its own run."""
    theirs = [] if POSTGRES else [item for item in items if item.get_closest_marker("postgres_only")]
    if theirs:
        items[:] = [item for item in items if item not in theirs]
        config.hook.pytest_deselected(items=theirs)


def settings_for(database_url: str, data_dir: Path, **changes: object) -> Settings:
    """Settings of a test installation."""
    values: dict[str, object] = {
        "env": "test",
        "secret_key": "a-secret-for-tests-that-is-long-enough",
        "base_url": "http://localhost",
        "database_url": database_url,
        "migration_url": owner_of(database_url),
        "broker_url": "redis+socket:///nonexistent/broker.sock",
        "smtp_url": None,
        "data_dir": data_dir,
        "port": 8000,
        "mail_from": "no-reply@clinic.example",
        "bounce_secret": "a-secret-for-what-comes-back-to-us",
        "argon2_fast": True,
    }
    return Settings(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="session")
def template() -> Iterator[str]:
    """The address of a database migrated up from nothing, to be copied and never connected to."""
    with database_urls() as new, tempfile.TemporaryDirectory() as folder:
        url = new()
        app = create_app(settings_for(url, Path(folder)))
        with app.app_context():
            upgrade()
            db.session.remove()
            db.engine.dispose()
        yield url


@contextmanager
def app_on_a_copy(template: str | None) -> Iterator[Flask]:
    """An app over a migrated database of its own, inside its context; without a template, an empty one."""
    with database_urls() as new, tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(new(template), Path(folder)))
        with app.app_context():
            yield app
            db.session.remove()
            db.engine.dispose()


@pytest.fixture(scope="session")
def database_url() -> Iterator[str]:
    """A fresh, empty database: SQLite, or PostgreSQL where CLINIC_TEST_BACKEND says so."""
    with database_urls() as new:
        yield new()


@pytest.fixture(scope="session")
def migrated_app(template: str) -> Iterator[Flask]:
    """The app that most tests share."""
    with database_urls() as new, tempfile.TemporaryDirectory() as folder:
        app = create_app(settings_for(new(template), Path(folder)))
        with app.app_context():
            quick(db.engine)
        yield app
        with app.app_context():
            db.engine.dispose()


class _Shared:
    """What asks for a connection of its own shares the test's: what it commits is a savepoint too."""

    dialect = SimpleNamespace(name="of the test")

    def __init__(self, connection: Connection) -> None:
        self.begin, self.execute = connection.begin_nested, connection.execute

    def execution_options(self, **options: object) -> _Shared:
        return self

    def close(self) -> None: ...


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """The app inside one transaction that is rolled back: a commit of the product is a savepoint here."""
    limiter.reset()
    with migrated_app.app_context():
        engines = db.engines
        engine = engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            # sessions ask for the engine and get this connection: requests and test share its transaction
            engines[None] = connection  # type: ignore[assignment]
            connection.connect = lambda: _Shared(connection)  # type: ignore[attr-defined]
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                yield migrated_app
            finally:
                db.session.remove()
                engines[None] = engine
                db.session.configure(join_transaction_mode="conditional_savepoint")
                outer.rollback()


@pytest.fixture
def people(app: Flask) -> People:
    """Two practices: owner, practitioner, assistant, two clients; and a stranger's practice with its own."""
    return make_people()


@pytest.fixture
def mail_server(app: Flask) -> Iterator[MailSetup]:
    """Mail can leave, as far as the pages know: a server is set where Regroove is started."""
    before = app.extensions["mail_setup"]
    server = SmtpServer("mail.clinic.example", 587, "starttls")
    app.extensions["mail_setup"] = setup = MailSetup(
        MailSource.ENVIRONMENT, "no-reply@clinic.example", server
    )
    try:
        yield setup
    finally:
        app.extensions["mail_setup"] = before


@pytest.fixture
def visit(app: Flask) -> Callable[..., Visitor]:
    """`visit(user)`: a browser signed in as that user; `visit()`: one that is not signed in."""
    return lambda user=None: Visitor(app, user)


@pytest.fixture
def live_app(template: str) -> Iterator[Flask]:
    """An app over a database of its own where commits are real: for threads and processes."""
    with app_on_a_copy(template) as app:
        yield app
