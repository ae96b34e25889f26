"""What processes say: one format, one line an event, and nobody's data in any of it."""

from __future__ import annotations

import errno
import io
import json
import logging
import re
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.exc import IntegrityError, OperationalError

from clinic import create_app, logs
from clinic.extensions import db
from clinic.serving.logs import ServerLog
from tests.conftest import settings_for
from tests.factories.people import People
from tests.visitor import Visitor

PLANT = "PLANTED-Ada-Northcote"
LINE = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z (DEBUG|INFO|WARNING|ERROR|CRITICAL) web\[\d+\] \S+ .+"
)


@contextmanager
def saying(monkeypatch: pytest.MonkeyPatch, kind: str, level: str = "debug") -> Iterator[io.StringIO]:
    """Everything that is logged meanwhile, as a web process would say it."""
    told, root = io.StringIO(), logging.getLogger()
    handlers, was, hooks = root.handlers[:], root.level, (sys.excepthook, threading.excepthook)
    levels = {name: logging.getLogger(name).level for name in logs.LOUD}
    monkeypatch.setattr(sys, "stderr", told)
    settings = settings_for("sqlite://", monkeypatch, log_format=kind, log_level=level)  # type: ignore[arg-type]
    try:
        logs.configure(settings, "web")
        yield told
    finally:
        root.handlers[:], (sys.excepthook, threading.excepthook) = handlers, hooks
        root.setLevel(was)
        for name, before in levels.items():
            logging.getLogger(name).setLevel(before)
        monkeypatch.undo()


KINDS = pytest.mark.parametrize("kind", ["text", "json"])


def requests_in(told: io.StringIO) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in told.getvalue().splitlines()]
    return [line for line in lines if line["message"] == "request"]


def test_a_request_is_one_line_with_rule_status_and_time(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(monkeypatch, "json") as told:
        answer = visit(people.owner).get(f"/clients/{people.client.id}?q={PLANT}")
    (line,) = requests_in(told)
    assert (line["rule"], line["method"], line["status"]) == ("/clients/<uuid:client_id>", "GET", 200)
    assert (line["level"], line["process"], line["request"]) == (
        "info",
        "web",
        answer.headers["X-Request-ID"],
    )
    assert 0 < line["ms"] < 60_000
    assert line["time"].endswith("Z")


def test_in_text_the_same_stands_on_one_line(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(monkeypatch, "text") as told:
        visit(people.owner).get("/clients")
    (line,) = [each for each in told.getvalue().splitlines() if " request " in each]
    assert LINE.fullmatch(line)
    assert "rule=/clients method=GET status=200 ms=" in line


@pytest.mark.parametrize(
    ("given", "proxies", "is_taken"),
    [
        ("7f3a9c1e5b2d4860", 1, True),
        ("0b9d2f6e-4a1c-4c47-9d5e-8f0a6b1c2d3e", 1, True),
        ("7f3a9c1e5b2d4860", 0, False),
        ("short", 1, False),
        ("x" * 65, 1, False),
        ("ada@people.example", 1, False),
        ("Ada Northcote is here", 1, False),
    ],
)
def test_an_id_is_taken_from_a_proxy_that_is_trusted(
    app: Flask, given: str, proxies: int, is_taken: bool
) -> None:
    behind = create_app(replace(app.config["SETTINGS"], trusted_proxies=proxies))
    answer = behind.test_client().get("/livez", headers={"X-Request-ID": given})
    assert (answer.headers["X-Request-ID"] == given) is is_taken
    assert logs.request_id.get() == answer.headers["X-Request-ID"]


def test_an_error_page_names_the_number_of_its_request(visit: Callable[..., Visitor]) -> None:
    answer = visit().get("/no-such-page", status=404)
    assert answer.headers["X-Request-ID"] in re.sub(r"<[^>]*>", "", answer.text), (
        "in fours, and one number when copied"
    )


def test_an_error_of_the_database_is_told_by_code_and_cause(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.services.clients import listing

    class Full(Exception):
        sqlstate = "53100"

    def full(*_: Any, **__: Any) -> None:
        raise OperationalError(f"INSERT {PLANT}", {"name": PLANT}, Full(PLANT))

    with saying(monkeypatch, "json") as told:
        monkeypatch.setattr(listing, "page", full)
        visit(people.owner).get("/clients", status=503)
    (line,) = requests_in(told)
    assert (line["code"], line["cause"], line["level"]) == ("53100", "disk is full", "error")
    assert PLANT not in told.getvalue()


@KINDS
def test_no_sink_holds_what_errors_and_libraries_say(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    with saying(monkeypatch, kind) as told:
        ours, theirs = logging.getLogger("clinic.web.errors"), logging.getLogger("celery.app.trace")
        error = IntegrityError(f"INSERT {PLANT}", {"name": PLANT}, Exception(f"Key (email)=({PLANT})"))
        try:
            raise ValueError(PLANT) from error
        except ValueError:
            ours.exception("it broke")
            theirs.exception("Task %(name)s: %(exc)s", {"name": PLANT, "exc": PLANT, "pid": 7})
            sys.excepthook(*sys.exc_info())  # type: ignore[arg-type]
        theirs.error("Invalid request from ip=%s: %s", "203.0.113.9", PLANT)
        logging.getLogger("gunicorn.error").error(f"Invalid request: {PLANT}")  # noqa: G004
        logging.getLogger("py.warnings").warning("%s", PLANT)
        theirs.error("no connection: %s", ConnectionRefusedError(errno.ECONNREFUSED, PLANT))
        logging.getLogger("clinic").error("Exception on %s [%s]", f"/c/{PLANT}", "GET")  # Flask's own
        logging.getLogger("some.library").error("%d of %s", PLANT, PLANT)

        def fail() -> None:
            raise RuntimeError(PLANT)

        thread = threading.Thread(target=fail)
        thread.start()
        thread.join()
    text = told.getvalue()
    assert "PLANTED" not in text
    assert "203.0.113.9" not in text
    assert "it broke" in text
    assert "a thread was ended by an error" in text
    assert "Invalid request from ip=…: … (test_logs:" in text
    assert "builtins.ValueError" in text
    assert "no connection: ConnectionRefusedError connection refused (test_logs:" in text
    if kind == "json":
        assert all(json.loads(line)["logger"] for line in text.splitlines())
    else:
        assert all(LINE.fullmatch(line) or line.startswith("    ") for line in text.splitlines())


def test_a_page_that_breaks_with_names_in_hand_logs_none(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    from clinic.services.clients import listing

    def crash(*_: Any, **__: Any) -> None:
        raise RuntimeError(people.client.name)

    with saying(monkeypatch, "text") as told:
        monkeypatch.setattr(listing, "page", crash)
        browser = visit(people.owner)
        browser.get(f"/clients?q={PLANT}", status=500, headers={"User-Agent": PLANT, "Referer": PLANT})
        browser.post("/sign-in", {"email": f"{PLANT}@people.example", "password": PLANT})
        browser.get(f"/c/{PLANT}", status=None)
        browser.client.open("/livez", method=PLANT.upper().replace("-", ""))
    text = told.getvalue()
    assert "unhandled error" in text
    for word in (PLANT, PLANT.upper().replace("-", ""), people.client.name, people.owner.email):
        assert word not in text


def test_gunicorn_has_no_words_of_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    from gunicorn.config import Config

    with saying(monkeypatch, "json") as told:
        server = ServerLog(Config())
        server.error("Worker (pid:%s) exited with code %s", 7, 1)
    (line,) = [json.loads(each) for each in told.getvalue().splitlines()]
    assert line["message"].startswith("Worker (pid:7) exited with code 1 (")


def test_what_the_level_leaves_out_is_not_said(
    people: People, visit: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    with saying(monkeypatch, "json", "warning") as told:
        visit(people.owner).get("/clients")
    assert not told.getvalue()
    db.session.rollback()
