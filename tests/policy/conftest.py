"""The stage: filled once for a module, every scene on it undone."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from flask import Flask

from clinic.extensions import db
from tests.factories.planting import plant
from tests.factories.records import make_world
from tests.policy.stage import Stage

PAYLOAD = "\"'><xss-tag onmouseover=xss()></title></textarea><script>xss()</script>{{7*7}}"


@pytest.fixture(scope="module")
def stage(migrated_app: Flask) -> Iterator[Stage]:
    """Every free text of every row is marked with whose it is."""
    with _stage(migrated_app, "") as made:
        yield made


@pytest.fixture(scope="module")
def hostile_stage(migrated_app: Flask) -> Iterator[Stage]:
    """Every free text of every row tries to break out of its page."""
    with _stage(migrated_app, PAYLOAD) as made:
        yield made


@contextmanager
def _stage(app: Flask, payload: str) -> Iterator[Stage]:
    with app.app_context():
        engine = db.engines[None]
        with engine.connect() as connection:
            outer = connection.begin()
            db.engines[None] = connection  # type: ignore[assignment]
            db.session.configure(join_transaction_mode="create_savepoint")
            try:
                world = make_world()
                marks = plant(world, payload)
                for row in list(db.session):
                    db.session.refresh(row)
                db.session.expunge_all()  # the scenes' sessions come and go; these stay readable
                made = Stage(app, connection, world, marks)
                yield made
                assert made.whole(), "a scene left something behind, or wrote unseen"
            finally:
                db.session.remove()
                db.engines[None] = engine
                db.session.configure(join_transaction_mode="conditional_savepoint")
                outer.rollback()
