"""A worker that is killed while it makes a video ready: the next one begins anew, nothing is left over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select, update

from clinic.domain.media import MediaKind, MediaState
from clinic.extensions import db, for_writing
from clinic.models import MediaFile
from clinic.services.clock import now
from clinic.services.media import uploads, workplaces
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced
from clinic.services.transaction import transaction
from tests.factories.media import empty_store
from tests.factories.people import make_people
from tests.factories.videos import filmed, needs_ffmpeg
from tests.faults.stage import kill, staged, wait_until

pytestmark = [pytest.mark.fault(short_on="postgres"), pytest.mark.slow, needs_ffmpeg]


def sent(folder: Path) -> None:
    """A video of 20 seconds that waits for a worker: it keeps one busy for seconds."""
    people = make_people()
    data = filmed(folder, seconds=20, size="1280x720", more=("-preset", "ultrafast"))
    actor = people.actor(people.owner)
    uploads.send_whole(actor, Announced(MediaKind.VIDEO, "hips.mp4", len(data)), data)


def state() -> tuple[MediaState, int]:
    """Where it stands, and how often it was begun."""
    with for_writing(False):
        query = select(MediaFile.state, MediaFile.tries).where(MediaFile.kind == MediaKind.VIDEO)
        row = db.session.execute(query).one()
        db.session.rollback()
    return row.state, row.tries


def test_killed_in_the_middle_it_is_made_ready_by_the_next_worker(live_app: Flask, tmp_path: Path) -> None:
    sent(tmp_path)
    work = live_app.config["SETTINGS"].data_dir / "media" / "work"
    with staged(live_app) as stage:
        worker = stage.worker()
        wait_until(lambda: [each for each in work.glob("*/*.mp4") if each.stat().st_size], 60, every=0.02)
        kill(worker)
        assert state() == (MediaState.WAITING, 1), "nobody was killed in the middle"
        with transaction():  # two minutes later
            db.session.execute(update(MediaFile).values(lease_until=now() - timedelta(seconds=1)))
        stage.worker()
        wait_until(lambda: state()[0] is not MediaState.WAITING, 120)

    assert state() == (MediaState.READY, 2)
    film = db.session.scalars(select(MediaFile).where(MediaFile.kind == MediaKind.VIDEO)).one()
    assert (film.type, film.seconds) == ("video/mp4", 20)
    assert sum(map(len, store().read(film.id.hex))) == film.size
    workplaces.sweep(now() + timedelta(seconds=5))
    assert list(work.glob("*")) == []
    empty_store()
