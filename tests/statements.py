"""What the database is asked while something runs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from clinic.extensions import db


@contextmanager
def statements(on: Any = None) -> Iterator[list[str]]:
    """Each statement meanwhile, as it is sent: by this session, or by all of an engine or a connection."""
    heard: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        heard.append(statement)

    target = db.session.get_bind() if on is None else on
    event.listen(target, "before_cursor_execute", hear)
    try:
        yield heard
    finally:
        event.remove(target, "before_cursor_execute", hear)
