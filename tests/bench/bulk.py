"""A program assigned to a thousand clients: what its pages take together, and the work behind them."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import func, select

from clinic.extensions import db
from clinic.models import Practice, Program, RoutineVersion
from clinic.services.bulk_acts import going_on
from clinic.services.clock import today_in
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line, within
from tests.bench.page import REAL
from tests.bench.server import TOKEN, get, post, serving, sign_in
from tests.factories.people import make_client

MANY = 1000
MOST_SECONDS = 3.0
MOST_BEHIND = 60.0
NAMED = "Benchling"
LIST = f"/clients?q={NAMED}"
KEY = re.compile(r'name="key" value="([0-9a-f]{32})"')


@dataclass
class Sitting:
    """Somebody at the pages, and the seconds that they have waited for them."""

    port: int
    cookie: str
    waited: float = 0.0

    def opens(self, path: str) -> str:
        """A page."""
        began = time.perf_counter()
        status, body = get(self.port, path, self.cookie)
        self.waited += time.perf_counter() - began
        assert status == 200, f"{path}: {status}"
        return body.decode()

    def sends(self, path: str, page: str, fields: dict[str, str]) -> str:
        """A form of a page; returns where it leads."""
        token = TOKEN.search(page)
        assert token is not None, f"no token on the page before {path}"
        began = time.perf_counter()
        status, leads = post(self.port, path, {"csrf_token": token[1], **fields}, self.cookie)
        self.waited += time.perf_counter() - began
        assert status == 303, f"{path}: {status}"
        return leads


def lines() -> Iterator[Line]:
    """From the list to the page that says how far it is; then all that the worker does."""
    with demo(40) as there:
        _enrol(there)
        with serving(REAL, there.environment) as port:
            sitting = Sitting(port, sign_in(port, there.practitioner))
            _assign(there, sitting)
        yield within("bulk.assign-1000", sitting.waited, "s", MOST_SECONDS)
        yield within("bulk.assign-1000.behind", _go_on(there), "s", MOST_BEHIND)


def _enrol(there: Installation) -> None:
    with app_of(there.environment).app_context():
        practice = db.session.scalars(select(Practice)).one()
        for number in range(MANY):
            make_client(practice, f"{NAMED} {number}")
        db.session.commit()


def _assign(there: Installation, sitting: Sitting) -> None:
    found = sitting.opens(LIST)
    key = KEY.search(found)
    assert key is not None
    chosen = {"key": key[1], "kind": "assign", "everybody": "y", "q": NAMED}
    at = sitting.sends("/clients/many/new", found, chosen)
    preview = sitting.opens(at)
    assert preview.count("gets the program") == MANY
    assert sitting.sends(at, preview, _usual(there)) == at
    assert f"of {MANY} clients" in sitting.opens(at)


def _usual(there: Installation) -> dict[str, str]:
    with app_of(there.environment).app_context():
        today = today_in(db.session.scalars(select(Practice)).one().time_zone)
        version = db.session.scalars(
            select(RoutineVersion.id).where(RoutineVersion.published_at.is_not(None))
        ).first()
    day = {"day": today.day, "month": today.month, "year": today.year}
    first = {f"starts_on-{part}": str(value) for part, value in day.items()}
    length = {"routine": str(version), "length": "weeks", "weeks": "12"}
    return {**first, **length, "pace": "1", "weekday": "0", "cadence": "", "at": "09:00"}


def _go_on(there: Installation) -> float:
    with app_of(there.environment).app_context():
        before = db.session.scalar(select(func.count()).select_from(Program)) or 0
        db.session.rollback()
        began = time.perf_counter()
        going_on.go_on_with_all()
        seconds = time.perf_counter() - began
        after = db.session.scalar(select(func.count()).select_from(Program)) or 0
        assert after - before == MANY
    return seconds
