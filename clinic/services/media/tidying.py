"""Nobody needs them any more: parts of uploads that were given up, files nothing shows, those of the erased.

A row goes after its bytes, so that one whose bytes could not be reached is found again. Pieces alone are kept
before their row is written: those that no row names are known by their name and their age.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

from sqlalchemy import ColumnElement, Select, Text, and_, cast, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from clinic import queue
from clinic.domain.media import KEPT_LOOSE, MediaAway, MediaKind, MediaState
from clinic.extensions import db, for_writing
from clinic.models import (
    Client,
    Consent,
    Document,
    ExercisePicture,
    MediaFile,
    MediaPiece,
    MessageFile,
    PracticeLogo,
    Prescription,
    RoutineItem,
)
from clinic.services.media import workplaces
from clinic.services.media.storage import store
from clinic.services.media.uploads import PIECES
from clinic.services.reach import across_practices
from clinic.services.transaction import after_commit, release, transaction

log = logging.getLogger(__name__)

AT_A_TIME = 100
LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
NOT_USED = "Nothing shows this file any more."
UNNAMED = ".partial"


def erase_of_client(practice_id: uuid.UUID, client_id: uuid.UUID) -> None:
    """Let go of all documents and files of a client in the caller's transaction; their bytes go after it.

    What is left of a row until then says neither whose it was nor what it was called.
    """
    gone = {
        "client_id": None,
        "sent_by": None,
        "original_name": "",
        "fingerprint": "",
        "created_at": LONG_AGO,
    }
    of_documents = Consent.practice_id == practice_id, Consent.client_id == client_id
    db.session.execute(update(Consent).where(*of_documents).values(document_id=None))
    db.session.execute(
        delete(Document).where(Document.practice_id == practice_id, Document.client_id == client_id)
    )
    of_client = MediaFile.practice_id == practice_id, MediaFile.client_id == client_id
    db.session.execute(
        update(MediaFile)
        .where(*of_client)
        .values(state=MediaState.REFUSED, ready_at=None, poster_id=None, said=NOT_USED, **gone)
    )
    after_commit("housekeeping", lambda: queue.nudge("housekeeping"))


@across_practices("tidying up")
def tidy(at: datetime) -> None:
    """Delete what was given up, removed or erased a day before `at`."""
    _forget_removed(at)
    _let_go_of_loose(at)
    _let_go_of_documents(at)
    workplaces.sweep(at - KEPT_LOOSE)
    try:
        _delete_ended(at)
        _drop_strays(at)
    except MediaAway as away:
        log.warning("files could not be tidied up: %s", away.message)


def _forget_removed(at: datetime) -> None:
    with transaction() as session:
        for shown in (ExercisePicture, PracticeLogo):
            session.execute(delete(shown).where(shown.removed_at < at - KEPT_LOOSE))


def _let_go_of_loose(at: datetime) -> None:
    """Files of the library that no move shows and no wording names, published or assigned."""
    with transaction() as session:
        for file_id in session.scalars(_loose(at)).all():
            if not _is_named(file_id):
                session.execute(
                    update(MediaFile)
                    .where(MediaFile.id == file_id, ~_on_show())
                    .values(state=MediaState.REFUSED, ready_at=None, said=NOT_USED)
                )


def _loose(at: datetime) -> Select[uuid.UUID]:
    video = aliased(MediaFile)
    old = MediaFile.created_at < at - KEPT_LOOSE
    of_library = MediaFile.client_id.is_(None), MediaFile.state == MediaState.READY, old
    is_poster = exists().where(video.poster_id == MediaFile.id)
    query = select(MediaFile.id).where(*of_library, ~_on_show(), ~is_poster)
    return query.order_by(MediaFile.created_at.desc()).limit(AT_A_TIME)


def _let_go_of_documents(at: datetime) -> None:
    """Documents removed a day before, files that never became one, and what went with no message."""
    before = at - KEPT_LOOSE
    ready = MediaFile.state == MediaState.READY
    documents = and_(MediaFile.kind == MediaKind.DOCUMENT, ~_of_a_document())
    is_theirs = or_(Client.user_id == MediaFile.sent_by, MediaFile.sent_by.is_(None))  # None: by mail
    by_client = exists().where(Client.id == MediaFile.client_id, is_theirs)
    loose = ready, or_(documents, and_(by_client, ~_of_a_document(), ~_of_a_message()))
    with transaction() as session:
        gone = Document.removed_at < before
        linked = Consent.document_id.in_(select(Document.id).where(gone))
        session.execute(update(Consent).where(linked).values(document_id=None))
        session.execute(delete(Document).where(gone))
        session.execute(
            update(MediaFile)
            .where(*loose, MediaFile.created_at < before)
            .values(state=MediaState.REFUSED, ready_at=None, said=NOT_USED)
        )


def _of_a_document() -> ColumnElement[bool]:
    return exists().where(Document.media_id == MediaFile.id)


def _of_a_message() -> ColumnElement[bool]:
    """Whether a file came with a message, or is the picture out of a video that did."""
    video = aliased(MediaFile)
    of_video = exists().where(video.poster_id == MediaFile.id, video.id == MessageFile.media_id)
    return or_(exists().where(MessageFile.media_id == MediaFile.id), of_video)


def _on_show() -> ColumnElement[bool]:
    at_a_move = exists().where(ExercisePicture.media_id == MediaFile.id)
    return or_(at_a_move, exists().where(PracticeLogo.media_id == MediaFile.id))


def _is_named(file_id: uuid.UUID) -> bool:
    """Whether a wording that somebody has, or will be given, names the file."""
    return any(
        db.session.scalar(select(kind.id).where(cast(kind.content, Text).like(f"%{file_id.hex}%")).limit(1))
        for kind in (RoutineItem, Prescription)
    )


def _delete_ended(at: datetime) -> None:
    ended = or_(MediaFile.state == MediaState.REFUSED, MediaFile.state == MediaState.ARRIVING)
    query = select(MediaFile.id).where(
        ended, MediaFile.created_at < at - KEPT_LOOSE, ~_on_show(), ~_of_a_document(), ~_of_a_message()
    )
    for file_id in _all(query):
        pieces = _all(select(MediaPiece.id).where(MediaPiece.media_id == file_id))
        for name in (file_id.hex, *(PIECES + piece.hex for piece in pieces)):
            store().drop(name)
        with transaction() as session:
            session.execute(delete(MediaPiece).where(MediaPiece.media_id == file_id))
            session.execute(update(MediaFile).where(MediaFile.poster_id == file_id).values(poster_id=None))
            session.execute(delete(MediaFile).where(MediaFile.id == file_id))


def _drop_strays(at: datetime) -> None:
    for name in _old_names(at):
        piece = name.removeprefix(PIECES)
        is_named = len(piece) == 32 and _all(select(MediaPiece.id).where(MediaPiece.id == uuid.UUID(piece)))
        if not is_named:
            store().drop(name)


def _old_names(at: datetime) -> Iterator[str]:
    for name, since in list(store().names()):
        is_ours = name.startswith(PIECES) or (name.startswith(".") and name.endswith(UNNAMED))
        if is_ours and since < at - KEPT_LOOSE:
            yield name


def _all(query: Select[uuid.UUID]) -> Sequence[uuid.UUID]:
    with for_writing(False):
        found = db.session.scalars(query).all()
        release()
    return list(found)
