"""The inbox with a hundred who wait and with ten thousand, and what pages that stay open cost."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from sqlalchemy import delete, insert, select

from clinic.domain.messages import MessageChannel, MessageFrom
from clinic.extensions import db
from clinic.models import AnswerWait, Client, Message, Thread
from clinic.services.clock import now
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line, within
from tests.bench.load import load
from tests.bench.server import get, serving, sign_in

REAL = "clinic:create_app_from_env()"
ROUNDS, FEW, MANY = 3, 100, 10_000
OPEN_PAGES, ASKS_EVERY, POLLS = 200, 30, 300  # pages, seconds, requests that are measured


def lines() -> Iterator[Line]:
    """How much slower ten thousand who wait make the inbox, and 200 pages that ask for their number."""
    with demo(MANY, postgres=False) as large, demo(FEW, postgres=False) as small:
        for there in (large, small):
            everybody_waits(there)
        with serving(REAL, large.environment) as many, serving(REAL, small.environment) as few:
            cookies = {many: sign_in(many, large.practitioner), few: sign_in(few, small.practitioner)}
            times: dict[int, list[float]] = {port: [] for port in cookies}
            for _ in range(ROUNDS):
                for port, cookie in cookies.items():
                    times[port].append(load(port, "/inbox", cookie, count=100, threads=1).median)
            yield within("page.inbox.growth", median(times[many]) / median(times[few]), "ratio", 1.3)
            used = _each(few, cookies[few]) * OPEN_PAGES / ASKS_EVERY
            yield within("page.inbox.open", used * 100, "% of a core", 5)


def everybody_waits(there: Installation) -> None:
    """Each client of an installation has asked something, one an hour."""
    with app_of(there.environment).app_context(), across_practices("the one there is"), transaction():
        nobody_writes()
        found = db.session.execute(select(Client.id, Client.practice_id).order_by(Client.id)).all()
        rows = [_rows(*row, now() - timedelta(hours=number % 500)) for number, row in enumerate(found)]
        for kind, made in zip((Thread, Message, AnswerWait), zip(*rows, strict=True), strict=True):
            db.session.execute(insert(kind), list(made))


def nobody_writes() -> None:
    """Without what the demo's own clients ask, within the caller's transaction."""
    for kind in (AnswerWait, Message, Thread):
        db.session.execute(delete(kind))


def a_long_thread(there: Installation) -> str:
    """The page of a client's thread that fills it: sixty questions of the client who signs in."""
    with app_of(there.environment).app_context(), across_practices("the one there is"), transaction():
        nobody_writes()
        known = select(Client.id, Client.practice_id).where(Client.email_key == there.client.casefold())
        client_id, practice_id = db.session.execute(known).one()
        made = [_rows(client_id, practice_id, now() - timedelta(hours=number)) for number in range(60)]
        thread, _, wait = made[0]
        db.session.execute(insert(Thread), [thread])
        messages = [{**each[1], "thread_id": thread["id"]} for each in made]
        db.session.execute(insert(Message), messages)
        db.session.execute(insert(AnswerWait), [wait])
    return f"/clients/{client_id}/messages"


def _rows(client_id: uuid.UUID, practice_id: uuid.UUID, at: datetime) -> tuple[dict[str, Any], ...]:
    thread_id, whose = uuid.uuid4(), {"practice_id": practice_id, "client_id": client_id}
    said = {"sender": MessageFrom.CLIENT, "channel": MessageChannel.PAGE, "text": "Do my feet swivel?"}
    return (
        {**whose, "id": thread_id, "begun_at": at, "last_at": at},
        {**whose, **said, "id": uuid.uuid4(), "thread_id": thread_id, "sent_at": at},
        {**whose, "id": uuid.uuid4(), "asked_at": at, "last_at": at},
    )


def _each(port: int, cookie: str) -> float:
    """Seconds of one page that asks whether its number is still right: no less than it costs the server."""
    shown = next(number for number in range(200) if get(port, _ask(number), cookie)[0] == 204)
    began = time.perf_counter()
    for _ in range(POLLS):
        get(port, _ask(shown), cookie)
    return (time.perf_counter() - began) / POLLS


def _ask(number: int) -> str:
    return f"/inbox/unread?shown={number}"
