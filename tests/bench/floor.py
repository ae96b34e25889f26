"""The bare page that a real one is measured against.

The real page is asked for once, and what it sent to the database and gave to its template is written down.
The bare view sends the same SQL through the driver and renders the same template with those values; it has
no session, no rights to check, no token, no headers of its own.
"""

from __future__ import annotations

import sqlite3
import threading
from typing import Any

import psycopg
from flask import Flask, render_template, template_rendered
from flask.templating import Environment
from sqlalchemy import event, make_url

from clinic import create_app_from_env
from clinic.extensions import db
from clinic.languages.jinja import Spoken
from clinic.models.walls import ALL, SAY
from config import Settings

OF_EACH_REQUEST = ("request", "session", "g")  # Flask gives them to every template
Statement = tuple[str, Any]


def create_floor(path: str, cookie: str) -> Flask:
    """A bare app with one page; for gunicorn."""
    real = create_app_from_env()
    statements, template, values = _record(real, path, cookie)
    bare = _bare(real)
    driver = _Driver(real.config["SETTINGS"])

    @bare.get("/floor")
    def floor() -> str:
        driver.send(statements)
        return render_template(template, **values)

    return bare


def _record(real: Flask, path: str, cookie: str) -> tuple[list[Statement], str, dict[str, Any]]:
    statements: list[Statement] = []
    rendered: list[tuple[str, dict[str, Any]]] = []

    def sent(connection: Any, cursor: Any, statement: str, parameters: Any, *rest: Any) -> None:
        statements.append((statement, parameters))

    def gave(sender: Flask, *, template: Any, context: dict[str, Any], **rest: Any) -> None:
        db.session.expunge_all()  # what is read afterwards, for the trail, must not make them forget
        rendered.append((template.name, {k: v for k, v in context.items() if k not in OF_EACH_REQUEST}))

    browser = real.test_client(use_cookies=False)
    browser.get(path, headers={"Cookie": cookie})  # the first answer reads what later ones remember
    with real.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", sent)
    with template_rendered.connected_to(gave, real):
        answer = browser.get(path, headers={"Cookie": cookie})
    engine.dispose()
    assert answer.status_code == 200, f"{path}: {answer.status_code}"
    ((template, values),) = rendered
    return statements, template, values


class _BareEnvironment(Spoken, Environment):
    """Flask's own templates, which read the catalogue's words as ours do: the same template."""


class _BareApp(Flask):
    jinja_environment = _BareEnvironment


def _bare(real: Flask) -> Flask:
    bare = _BareApp("clinic", static_folder=None)
    for rule in real.url_map.iter_rules():
        bare.url_map.add(rule.empty())
    ours, theirs = bare.jinja_env, real.jinja_env
    for setting in ("undefined", "trim_blocks", "lstrip_blocks"):
        setattr(ours, setting, getattr(theirs, setting))
    ours.filters |= theirs.filters
    ours.globals.update({name: value for name, value in theirs.globals.items() if name not in ours.globals})
    ours.globals.update(csrf_token=lambda: "token", csp_nonce=lambda: "nonce")
    return bare


class _Driver(threading.local):
    """One connection a thread, as the driver gives it."""

    def __init__(self, settings: Settings) -> None:
        url = make_url(settings.database_url)
        if url.get_backend_name() == "sqlite":
            self.connection: Any = sqlite3.connect(url.database or "", isolation_level=None)
            self.connection.execute("PRAGMA foreign_keys=ON")
        else:
            address = url.set(drivername="postgresql").render_as_string(hide_password=False)
            self.connection = psycopg.connect(address)
        self.is_walled = url.get_backend_name() == "postgresql"

    def send(self, statements: list[Statement]) -> None:
        cursor = self.connection.cursor()
        if self.is_walled:
            cursor.execute(SAY, (ALL,))
        for statement, parameters in statements:
            cursor.execute(statement, parameters)
            if cursor.description:
                cursor.fetchall()
        self.connection.rollback()
