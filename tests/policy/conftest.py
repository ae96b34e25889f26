"""The stage: filled once for a run, every scene on it undone."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from flask import Flask

from clinic import create_app
from clinic.extensions import db
from tests.backends import database_urls
from tests.conftest import settings_for
from tests.factories.planting import Marks, plant
from tests.factories.records import World, make_world
from tests.policy.forms import Filled
from tests.policy.stage import Stage
from tests.policy.watching import LookedUp, watched
from tests.savepoints import quick

PAYLOAD = "\"'><xss-tag onmouseover=xss()></title></textarea><script>xss()</script>{{7*7}}"


@dataclass(frozen=True)
class Installation:
    """An app whose database holds two practices, committed."""

    app: Flask
    world: World
    marks: Marks
    forms: dict[str, Filled] = field(default_factory=dict)


@pytest.fixture(scope="session")
def marked(template: str) -> Iterator[Installation]:
    """Every free text of every row is marked with whose it is."""
    with _filled(template, "") as made:
        yield made


@pytest.fixture(scope="session")
def hostile(template: str) -> Iterator[Installation]:
    """Every free text of every row tries to break out of its page."""
    with _filled(template, PAYLOAD) as made:
        yield made


@pytest.fixture(scope="module")
def stage(marked: Installation) -> Iterator[Stage]:
    """A stage on which every free text is marked."""
    with _stage(marked) as made:
        yield made


@pytest.fixture(scope="module")
def hostile_stage(hostile: Installation) -> Iterator[Stage]:
    """A stage on which every free text is hostile."""
    with _stage(hostile) as made:
        yield made


@pytest.fixture
def looked_up(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> LookedUp:
    """The names that the app has looked for behind an address since the test began."""
    names = LookedUp()
    monkeypatch.setattr(stage.app, "request_class", watched(stage.app.request_class, names))
    return names


@contextmanager
def _filled(template: str, payload: str) -> Iterator[Installation]:
    # In a database of its own, for real: undoing a scene costs SQLite a fresh look at every table for as long
    # as the transaction around it has lifted a lock, and planting lifts them all.
    with database_urls() as new, tempfile.TemporaryDirectory() as folder:
        contact = "https://clinic.example/tell-us"  # two practices: neither answers for the other
        app = create_app(settings_for(new(template), Path(folder), security_contact=contact))
        with app.app_context():
            quick(db.engine)
            world = make_world()
            marks = plant(world, payload)
            for row in list(db.session):
                db.session.refresh(row)
            db.session.expunge_all()  # the scenes' sessions come and go; these stay readable
            db.session.remove()
        yield Installation(app, world, marks)
        with app.app_context():
            db.engine.dispose()


@contextmanager
def _stage(on: Installation) -> Iterator[Stage]:
    with on.app.app_context():
        engine = db.engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                made = Stage(on.app, connection, on.world, on.marks, on.forms)
                yield made
                assert made.whole(), "a scene left something behind, or wrote unseen"
            finally:
                db.session.remove()
                db.engines[None] = engine
                db.session.configure(join_transaction_mode="conditional_savepoint")
                outer.rollback()
