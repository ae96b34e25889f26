"""Ten thousand clients out of a file: the page that looks at each row, and the work behind it."""

from __future__ import annotations

import resource
import sys
import time
import uuid
from collections.abc import Iterator

from sqlalchemy import func, select

from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import Client, User
from clinic.services.accounts.signing_in import actor_of
from clinic.services.imports import going_on, uploading
from tests.bench.installation import app_of, demo
from tests.bench.line import Line, within

ROWS = 10_000
MOST_SECONDS = 20.0
MOST_UNDOING = 60.0  # each record is looked for in every table first
MOST_MEGABYTES = 200.0
HEAD = (
    "Patient Number,First Name,Last Name,Email,Mobile Phone,Birth Date,Sex,Street Address,City,Postal,Notes\n"
)


def lines() -> Iterator[Line]:
    """A list that is looked at, added to a practice of a hundred and undone: seconds, and memory."""
    with demo(100) as there, app_of(there.environment).app_context():
        owner = db.session.scalars(select(User).where(User.role == Role.OWNER)).one()
        actor, before = actor_of(owner), _clients()
        data, used = _file(), _peak()
        began = time.perf_counter()
        about = uploading.take(actor, "list.csv", data, uuid.uuid4().hex)
        yield within("import.look-10000", time.perf_counter() - began, "s", MOST_SECONDS)
        wish = {"fills": True, "adds_namesakes": True, "is_consented": True}
        going_on.begin(actor, about.id, seen=uploading.mark_of(about), **wish)
        began = time.perf_counter()
        assert going_on.go_on_with_all() == 1
        yield within("import.add-10000", time.perf_counter() - began, "s", MOST_SECONDS)
        assert _clients() == before + ROWS
        yield within("import.memory-10000", _peak() - used, "MB", MOST_MEGABYTES)
        going_on.undo(actor, about.id)
        began = time.perf_counter()
        assert going_on.go_on_with_all() == 1
        yield within("import.undo-10000", time.perf_counter() - began, "s", MOST_UNDOING)
        assert _clients() == before


def _file() -> bytes:
    rows = (
        f"{each},Nell,Ash{each},nell{each}@clients.example,0412 {each:06},1961-05-{each % 28 + 1:02},F,"
        f"{each} Smith Street,Melbourne,{each % 9000 + 1000},Sore neck since spring\n"
        for each in range(ROWS)
    )
    return (HEAD + "".join(rows)).encode()


def _clients() -> int:
    found = db.session.scalar(select(func.count()).select_from(Client)) or 0
    db.session.rollback()
    return found


def _peak() -> float:
    """The most memory this process has held, in MB."""
    held = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return held / 1_000_000 if sys.platform == "darwin" else held / 1000
