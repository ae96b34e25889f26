"""A part of a video, asked for by its range: ours, with session and door, to a bare server's static file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from statistics import median

from sqlalchemy import select

from clinic.domain.media import MEGA, MediaKind, MediaState
from clinic.extensions import db
from clinic.models import MediaFile, Practice
from clinic.services.clock import now
from clinic.services.media.storage import store
from tests.bench.installation import Installation, app_of, demo
from tests.bench.line import Line
from tests.bench.load import load
from tests.bench.page import REAL
from tests.bench.server import serving, sign_in

PART = 4 * MEGA  # bytes; what a browser's player asks for at a time is open at its end, and larger
LARGE = 64 * MEGA
ROUNDS = 3
BARE = "tests.bench.bare_file:make()"


def lines() -> Iterator[Line]:
    """Parts a second, in turns with the bare server."""
    with demo(5) as installation:
        media_id, path = _film(installation)
        bare = {**installation.environment, "BENCH_FILE": str(path)}
        with serving(REAL, installation.environment) as ours, serving(BARE, bare, "/") as floor:
            cookie, asked = sign_in(ours, installation.practitioner), f"bytes={MEGA}-{MEGA + PART - 1}"
            rates: dict[int, list[float]] = {ours: [], floor: []}
            for _ in range(ROUNDS):
                for port, address in ((ours, f"/media/{media_id}"), (floor, "/")):
                    rates[port].append(load(port, address, cookie, count=120, span=asked).per_second)
            here, there = median(rates[ours]), median(rates[floor])
        yield Line("media.range", here, "req/s", "a static file by the same server", here / there)


def _film(installation: Installation) -> tuple[str, Path]:
    """A file as large as a video, and where it lies."""
    with app_of(installation.environment).app_context():
        practice_id = db.session.scalars(select(Practice.id)).one()
        row = MediaFile(
            practice_id=practice_id,
            kind=MediaKind.VIDEO,
            state=MediaState.READY,
            expected=LARGE,
            received=LARGE,
            size=LARGE,
            type="video/mp4",
            digest="d" * 64,
            created_at=now(),
            ready_at=now(),
        )
        db.session.add(row)
        db.session.commit()
        store().put(row.id.hex, (bytes(MEGA) for _ in range(LARGE // MEGA)))
        path = store().path(row.id.hex)
        assert path is not None
        return str(row.id), path
