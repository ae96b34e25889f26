"""Files on their way in, piece by piece: begun, gone on with after a cut, looked at as they come, and let in.

A file has its row before it has bytes. A piece is kept before its row is written: what is left over of a
moment in between belongs to no row, and is tidied up (`tidying`).
"""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic import queue
from clinic.domain.access import Permission
from clinic.domain.captions import rewritten
from clinic.domain.cleaning import one_line
from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.media import (
    DOCUMENT_SIDE,
    PIECE,
    SHOWN_SIDE,
    MediaAway,
    MediaGone,
    MediaKind,
    MediaRefused,
    MediaState,
    check_size,
)
from clinic.domain.words import again, say
from clinic.extensions import db
from clinic.models import MediaFile, MediaPiece
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.media import pdfs, pictures, storage, videos, workplaces
from clinic.services.media.outside import ProgramTooSlow
from clinic.services.transaction import after_commit, one_at_a_time, release, transaction

TASK = "media.make_ready"
VTT = "text/vtt"
PIECES = "piece-"  # what the name of a kept piece begins with
LONGEST_NAME = 200
NOT_WHOLE = say("The file did not arrive whole. Send it once more.")


@dataclass(frozen=True, slots=True)
class Announced:
    """What somebody is about to send. `client_id`: whose it is, where it is not the practice's library."""

    kind: MediaKind
    name: str
    size: int  # bytes
    fingerprint: str = ""
    client_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class StoredBytes:
    """What was kept: how many bytes, and their SHA-256 in hex."""

    size: int
    digest: str


def begin(actor: Actor, file: Announced) -> MediaFile:
    """Make ready for a file, or go on with one that was cut off. Raises MediaRefused for one too large."""
    check_size(file.kind, file.size)
    if file.kind is MediaKind.DOCUMENT and file.client_id is None:
        raise NotFound
    with transaction() as session:
        _must_send(actor, file.client_id)
        if (begun := _begun_before(actor, file)) is not None:
            return begun
        row = _row(actor.practice_id, file, actor.user_id)
        session.add(row)
    return row


def take(actor: Actor, media_id: uuid.UUID, begins: int, data: bytes) -> MediaFile:
    """Keep a piece that begins at this byte; one that came before changes nothing. The last one ends it.

    The row says how much is here: whoever sends goes on from there. Raises MediaRefused and MediaAway.
    """
    row = _arriving(actor, media_id)
    is_next = row.state is MediaState.ARRIVING and row.received == begins
    if is_next and not 0 < len(data) <= min(PIECE, row.expected - begins):
        raise MediaRefused(say("More came than was announced. Choose the file again."))
    if is_next and begins == 0:
        _look_at(row, data)
    release()  # a storage may take its time
    if is_next:
        _keep(actor.practice_id, media_id, begins, data)
    row = _arriving(actor, media_id)
    if row.state is MediaState.ARRIVING and row.received == row.expected:
        _all_is_here(row)
    return row


def send_whole(actor: Actor, file: Announced, data: bytes) -> MediaFile:
    """A small file that came at once. Raises MediaRefused and MediaAway."""
    row = begin(actor, file)
    while row.state is MediaState.ARRIVING:
        row = take(actor, row.id, row.received, data[row.received : row.received + PIECE])
    if row.state is MediaState.REFUSED:
        raise MediaRefused(again(row.said))
    return row


def came_by_mail(practice_id: uuid.UUID, file: Announced, data: bytes) -> MediaFile:
    """A file that came with a client's mail, whom nobody signed in. Raises MediaRefused and MediaAway."""
    check_size(file.kind, len(data))
    with transaction() as session:
        row = _row(practice_id, file)
        session.add(row)
    media_id = row.id
    _look_at(row, data)
    release()  # a storage may take its time
    for begins in range(0, len(data), PIECE):
        _keep(practice_id, media_id, begins, data[begins : begins + PIECE])
    row = db.session.get_one(MediaFile, media_id, populate_existing=True)
    _all_is_here(row)
    return row


def pieces_of(row: MediaFile) -> list[MediaPiece]:
    """What has come of a file, in its order."""
    query = select(MediaPiece).where(MediaPiece.practice_id == row.practice_id, MediaPiece.media_id == row.id)
    return list(db.session.scalars(query.order_by(MediaPiece.begins)))


def chunks_of(row: MediaFile) -> Iterator[bytes]:
    """The bytes of a file that has come; raises MediaAway where the storage does not answer."""
    kept, names = storage.store(), [PIECES + piece.id.hex for piece in pieces_of(row)]
    return (chunk for name in names for chunk in kept.read(name))


def let_in(row: MediaFile, chunks: Iterable[bytes], **facts: object) -> None:
    """Keep what is shown from now on, and end the upload. Raises MediaAway, and then nothing has changed.

    `facts` are the columns that tell what it is.
    """
    media_id = row.id
    release()  # a storage may take its time
    kept = stored(media_id, chunks)
    with transaction() as session:
        one_at_a_time(MediaFile, media_id)
        held = session.get_one(MediaFile, media_id, populate_existing=True)
        held.state, held.ready_at = MediaState.READY, now()
        held.size, held.digest = kept.size, kept.digest
        held.lease_token = held.lease_until = None
        for name, value in facts.items():
            setattr(held, name, value)
        _forget_pieces(held)


def stored(media_id: uuid.UUID, chunks: Iterable[bytes]) -> StoredBytes:
    """Keep the bytes of a file under its id. Raises MediaAway."""
    digest, size = hashlib.sha256(), 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for chunk in chunks:
            digest.update(chunk)
            size += len(chunk)
            yield chunk

    storage.store().put(media_id.hex, counted())
    return StoredBytes(size, digest.hexdigest())


def refuse(row: MediaFile, why: str) -> None:
    """Note why a file is not taken, and keep nothing of it."""
    with transaction() as session:
        one_at_a_time(MediaFile, row.id)
        held = session.get_one(MediaFile, row.id, populate_existing=True)
        held.state, held.said = MediaState.REFUSED, why[:300]
        held.lease_token = held.lease_until = None
        _forget_pieces(held)


def _forget_pieces(row: MediaFile) -> None:
    gone = pieces_of(row)
    names = [PIECES + piece.id.hex for piece in gone]
    for piece in gone:
        db.session.delete(piece)
    after_commit(f"drop pieces of {row.id}", partial(drop, names))


def drop(names: Iterable[str]) -> None:
    """Delete bytes that no row names any more; what cannot be reached is left to the tidying."""
    try:
        kept = storage.store()
        for name in names:
            kept.drop(name)
    except MediaAway:
        return


def _row(practice_id: uuid.UUID, file: Announced, sent_by: uuid.UUID | None = None) -> MediaFile:
    return MediaFile(
        practice_id=practice_id,
        client_id=file.client_id,
        sent_by=sent_by,
        kind=file.kind,
        original_name=_plain_name(file.name),
        expected=file.size,
        fingerprint=file.fingerprint[:64],
        created_at=now(),
    )


def _must_send(actor: Actor, client_id: uuid.UUID | None) -> None:
    if client_id is not None:
        access.client_for(actor, client_id) if actor.is_staff else _must_be(actor, client_id)
        if actor.is_staff and not actor.may(Permission.KEEP_DOCUMENTS):
            raise Forbidden("You may not add documents.")
    elif not actor.is_staff:
        raise NotFound
    elif not actor.may(Permission.PUBLISH_ROUTINES):
        raise Forbidden("A practitioner or the owner changes the library.")


def _must_be(actor: Actor, client_id: uuid.UUID) -> None:
    if actor.client_id is None or actor.client_id != client_id:
        raise NotFound


def _begun_before(actor: Actor, file: Announced) -> MediaFile | None:
    """The same file of the same sender, cut off half-way."""
    if not file.fingerprint:
        return None
    query = select(MediaFile).where(
        MediaFile.practice_id == actor.practice_id,
        MediaFile.sent_by == actor.user_id,
        MediaFile.client_id == file.client_id if file.client_id else MediaFile.client_id.is_(None),
        MediaFile.state == MediaState.ARRIVING,
        MediaFile.kind == file.kind,
        MediaFile.fingerprint == file.fingerprint[:64],
        MediaFile.expected == file.size,
    )
    return db.session.scalars(query.order_by(MediaFile.created_at.desc()).limit(1)).first()


def _arriving(actor: Actor, media_id: uuid.UUID) -> MediaFile:
    row = access.media_for(actor, media_id)
    _must_send(actor, row.client_id)
    db.session.refresh(row)
    return row


def _look_at(row: MediaFile, begin: bytes) -> None:
    """The first bytes tell what it is: what is not taken is refused before the rest of it is sent."""
    try:
        if row.kind is MediaKind.PICTURE:
            pictures.check_begin(begin[:4096])
        elif row.kind is MediaKind.VIDEO:
            videos.check_begin(begin[:4096], row.expected)
        elif row.kind is MediaKind.DOCUMENT:
            pdfs.check_begin(begin[:4096])
    except MediaRefused as refused:
        refuse(row, refused.message)
        raise


def _keep(practice_id: uuid.UUID, media_id: uuid.UUID, begins: int, data: bytes) -> None:
    piece = MediaPiece(
        id=uuid.uuid4(), practice_id=practice_id, media_id=media_id, begins=begins, length=len(data)
    )
    name = PIECES + piece.id.hex
    storage.store().put(name, [data])
    is_ours = False
    try:
        with transaction() as session:
            one_at_a_time(MediaFile, media_id)
            row = session.get_one(MediaFile, media_id, populate_existing=True)
            if row.state is MediaState.ARRIVING and row.received == begins:
                session.add(piece)
                row.received = begins + len(data)
                is_ours = True
    except IntegrityError:
        is_ours = False
    finally:
        if not is_ours:  # the same piece came twice in one moment
            drop([name])


def _all_is_here(row: MediaFile) -> None:
    if row.kind is MediaKind.VIDEO:
        _leave_to_worker(row)
        return
    try:
        data = _whole(row)
        if row.kind is MediaKind.CAPTIONS:
            let_in(row, [rewritten(_text(data)).encode()], type=VTT)
        elif row.kind is MediaKind.DOCUMENT and pdfs.is_pdf(data):
            _let_in_pdf(row, data)
        else:
            made = pictures.made_safe(data, SHOWN_SIDE if row.kind is MediaKind.PICTURE else DOCUMENT_SIDE)
            let_in(row, [made.data], type=pictures.JPEG, width=made.width, height=made.height)
    except MediaRefused as refused:
        refuse(row, refused.message)
        raise


def _let_in_pdf(row: MediaFile, data: bytes) -> None:
    """Most are made anew while their sender waits; one that takes longer is the worker's."""
    media_id = row.id
    try:
        with workplaces.workplace(uuid.uuid4()) as folder:
            (folder / "sent").write_bytes(data)
            made = pdfs.made(folder / "sent", folder, lambda: None, pdfs.SOON)
            let_in(row, [made.read_bytes()], type=pdfs.PDF)
    except OSError:
        raise MediaAway(storage.FULL) from None
    except ProgramTooSlow:
        _leave_to_worker(db.session.get_one(MediaFile, media_id))


def _leave_to_worker(row: MediaFile) -> None:
    with transaction() as session:
        one_at_a_time(MediaFile, row.id)
        held = session.get_one(MediaFile, row.id, populate_existing=True)
        if held.state is MediaState.ARRIVING:
            held.state = MediaState.WAITING
            after_commit(TASK, partial(queue.nudge, TASK))


def _whole(row: MediaFile) -> bytes:
    chunks = chunks_of(row)
    release()
    try:
        return b"".join(chunks)
    except MediaGone:
        raise MediaRefused(NOT_WHOLE) from None


def _text(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise MediaRefused(say("The captions are not in UTF-8. Save them so, and send them again.")) from None


def _plain_name(name: str) -> str:
    """What the file was called, without the folders before it."""
    return one_line(PurePosixPath(name.replace("\\", "/")).name)[:LONGEST_NAME]
