"""The files of a client in the file of the whole record: documents, and what came with messages."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.documents import file_name, is_shown_to_client
from clinic.domain.media import MediaAway, MediaState
from clinic.extensions import db
from clinic.models import Client, Document, MediaFile, Message, MessageFile
from clinic.models.base import points_at
from clinic.services.media.storage import store

OF_DOCUMENTS, OF_MESSAGES = "documents", "messages"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg", "video/mp4": "mp4"}
NOT_READ = "not-read.txt"
WITHOUT = "These could not be read just now. Take out the record once more:\n\n"


@dataclass(frozen=True, slots=True)
class RecordFile:
    """A file, and what it is called among the others of its client."""

    name: str
    media: MediaFile


def documents_of(client: Client, *, shared_only: bool) -> Sequence[Document]:
    """Those on the record, the earliest first; with `shared_only` those the client sees. One query."""
    query = (
        select(Document)
        .where(
            Document.practice_id == client.practice_id,
            Document.client_id == client.id,
            Document.removed_at.is_(None),
        )
        .order_by(Document.added_at, Document.id)
        .options(joinedload(Document.media))
    )
    found = db.session.scalars(query).all()
    return [each for each in found if not shared_only or is_shown_to_client(each.shared_at, each.removed_at)]


def of_client(client: Client, *, shared_only: bool) -> list[RecordFile]:
    """All files of a client; with `shared_only` those the client sees. Two queries."""
    documents = documents_of(client, shared_only=shared_only)
    return [*_documents(documents), *_of_messages(client)]


def add(archive: zipfile.ZipFile, files: Sequence[RecordFile]) -> None:
    """Write them; those that cannot be read just now are named."""
    missing = []
    for file in files:
        if file.media.state is not MediaState.READY:
            continue
        try:
            chunks = store().read(file.media.id.hex)
            first = next(chunks, b"")  # one that is not there leaves no empty file
            with archive.open(zipfile.ZipInfo(file.name), "w", force_zip64=True) as written:
                written.write(first)
                for chunk in chunks:
                    written.write(chunk)
        except MediaAway:
            missing.append(file.name)
    if missing:
        archive.writestr(NOT_READ, WITHOUT + "\n".join(missing) + "\n")


def _documents(documents: Sequence[Document]) -> Iterator[RecordFile]:
    for number, document in enumerate(documents, 1):
        day = document.dated_on or document.added_at.date()
        name = file_name(document.kind, document.title, day, _ending(document.media))
        yield RecordFile(f"{OF_DOCUMENTS}/{number:03}-{name}", document.media)


def _of_messages(client: Client) -> Iterator[RecordFile]:
    query = (
        select(MediaFile, Message.sent_at)
        .join(MessageFile, points_at(MessageFile.media_id, MediaFile))
        .join(Message, points_at(MessageFile.message_id, Message))
        .where(MessageFile.practice_id == client.practice_id, MessageFile.client_id == client.id)
        .order_by(Message.sent_at, Message.id, MessageFile.position)
    )
    for number, (media, sent_at) in enumerate(db.session.execute(query), 1):
        name = f"{sent_at.date().isoformat()}-{media.kind.value}.{_ending(media)}"
        yield RecordFile(f"{OF_MESSAGES}/{number:03}-{name}", media)


def _ending(media: MediaFile) -> str:
    return ENDINGS.get(media.type or "", "bin")
