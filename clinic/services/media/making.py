"""Videos, and PDFs that take their time, made ready by the worker: one at a time, under a lease it renews.

The row is what has to be done. Whoever dies in the middle of it leaves a lease that ends, and it is taken up
again.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from sqlalchemy import or_, select, update

from clinic.domain.media import MediaAway, MediaGone, MediaKind, MediaRefused, MediaState
from clinic.domain.traces import trace
from clinic.extensions import db, for_writing
from clinic.models import MediaFile
from clinic.services.clock import now
from clinic.services.media import pdfs, pictures, uploads, videos
from clinic.services.media.storage import CHUNK
from clinic.services.media.videos import MadeVideo, WorkStopped
from clinic.services.media.workplaces import workplace
from clinic.services.reach import across_practices, from_nothing, stay_in
from clinic.services.transaction import release, transaction

log = logging.getLogger(__name__)

LEASE = timedelta(minutes=2)
RENEWED_EVERY = timedelta(seconds=30)
AGAIN = timedelta(minutes=1)  # after the disk was full, or the storage away
MOST_TRIES = 3
GIVEN_UP = {
    MediaKind.VIDEO: "The video could not be made ready. Send it once more, or export it anew as MP4.",
    MediaKind.DOCUMENT: "The PDF could not be made ready. Send it once more, or print it anew as a PDF.",
}


@dataclass
class MediaLease:
    """A file that is ours to make ready, for as long as the lease is renewed."""

    media_id: uuid.UUID
    practice_id: uuid.UUID
    token: uuid.UUID
    stop: Callable[[], bool]

    def __post_init__(self) -> None:
        self._renewed_at = now()

    def goes_on(self) -> None:
        """Say that we live; raises WorkStopped where we are to end, or another one has it by now."""
        if self.stop():
            raise WorkStopped
        if now() - self._renewed_at >= RENEWED_EVERY:
            self._renewed_at = now()
            if not self.give(until=self._renewed_at + LEASE):
                raise WorkStopped

    def give(self, **values: object) -> bool:
        """Write to the row, if it is still ours."""
        columns = {"lease_until": values.pop("until"), **values}
        ours = MediaFile.id == self.media_id, MediaFile.lease_token == self.token
        with transaction() as session:
            done = session.execute(update(MediaFile).where(*ours).values(columns))
        return bool(done.rowcount)  # type: ignore[attr-defined]


def make_all(stop: Callable[[], bool] = lambda: False) -> int:
    """Make ready what waits, one after the other; returns how many were dealt with."""
    made = 0
    while not stop() and (lease := _claim(stop)) is not None:
        with from_nothing():
            stay_in(lease.practice_id)
            _make(lease)
        made += 1
    return made


@across_practices("files that wait to be made ready")
def _claim(stop: Callable[[], bool]) -> MediaLease | None:
    at = now()
    free = or_(MediaFile.lease_until.is_(None), MediaFile.lease_until < at)
    waiting = MediaFile.state == MediaState.WAITING, free
    with for_writing(False):
        found = db.session.scalar(select(MediaFile.id).where(*waiting).limit(1))
        release()
    if found is None:  # as nearly always
        return None
    with transaction() as session:
        query = select(MediaFile).where(*waiting).order_by(MediaFile.created_at).limit(1)
        row = session.scalars(query.with_for_update(skip_locked=True)).first()
        if row is None:
            return None
        row.lease_token, row.lease_until, row.tries = uuid.uuid4(), at + LEASE, row.tries + 1
        return MediaLease(row.id, row.practice_id, row.lease_token, stop)


def _make(lease: MediaLease) -> None:
    row = db.session.get_one(MediaFile, lease.media_id, populate_existing=True)
    if row.tries > MOST_TRIES:
        uploads.refuse(row, GIVEN_UP[row.kind])
        return
    tries, kind = row.tries, row.kind
    try:
        with workplace(lease.token) as folder:
            source = folder / "sent"
            _fetch(row, source, lease)
            if kind is MediaKind.VIDEO:
                _let_in(lease, videos.made(source, folder, lease.goes_on))
            else:
                _let_in_pdf(lease, pdfs.made(source, folder, lease.goes_on))
    except MediaRefused as refused:
        uploads.refuse(db.session.get_one(MediaFile, lease.media_id), refused.message)
    except WorkStopped:
        lease.give(until=None, tries=tries - 1)
    except (MediaAway, OSError):
        lease.give(until=now() + AGAIN, tries=tries - 1)
    except Exception as error:
        log.error("file %s could not be made ready: %s", lease.media_id, trace(error))
        lease.give(until=now() + AGAIN)


def _fetch(row: MediaFile, target: Path, lease: MediaLease) -> None:
    expected, chunks = row.expected, uploads.chunks_of(row)
    release()
    try:
        with target.open("wb") as file:
            for chunk in chunks:
                file.write(chunk)
                lease.goes_on()
    except MediaGone:
        raise MediaRefused(uploads.NOT_WHOLE) from None
    if target.stat().st_size != expected:
        raise MediaRefused(uploads.NOT_WHOLE)


def _let_in(lease: MediaLease, made: MadeVideo) -> None:
    poster_id = _keep_poster(lease, made.poster) if made.poster else None
    row = db.session.get_one(MediaFile, lease.media_id, populate_existing=True)
    facts = {"width": made.width, "height": made.height, "seconds": made.seconds, "poster_id": poster_id}
    uploads.let_in(row, _read(made.path), type=videos.MP4, **facts)


def _let_in_pdf(lease: MediaLease, made: Path) -> None:
    row = db.session.get_one(MediaFile, lease.media_id, populate_existing=True)
    uploads.let_in(row, _read(made), type=pdfs.PDF)


def _keep_poster(lease: MediaLease, drawn: bytes) -> uuid.UUID:
    """A picture out of the video is a file like any other; one that no video names is tidied up."""
    made, poster_id = pictures.made_safe(drawn), uuid.uuid4()
    with transaction() as session:
        video = session.get_one(MediaFile, lease.media_id, populate_existing=True)
        poster = MediaFile(
            id=poster_id,
            practice_id=video.practice_id,
            client_id=video.client_id,
            sent_by=video.sent_by,
            kind=MediaKind.PICTURE,
            expected=len(made.data),
            received=len(made.data),
            created_at=now(),
        )
        session.add(poster)
    uploads.let_in(poster, [made.data], type=pictures.JPEG, width=made.width, height=made.height)
    return poster_id


def _read(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while chunk := file.read(CHUNK):
            yield chunk
