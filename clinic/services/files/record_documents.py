"""The documents of a client as they lie in the file of the whole record."""

from __future__ import annotations

import zipfile
from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import joinedload

from clinic.domain.documents import file_name, is_shown_to_client
from clinic.domain.media import MediaAway, MediaState
from clinic.extensions import db
from clinic.models import Client, Document
from clinic.services.media.storage import store

FOLDER = "documents"
ENDINGS = {"application/pdf": "pdf", "image/jpeg": "jpg"}
NOT_READ = "not-read.txt"
WITHOUT = "These could not be read just now. Take out the record once more:\n\n"


def of_client(client: Client, *, shared_only: bool) -> Sequence[Document]:
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


def add(archive: zipfile.ZipFile, documents: Sequence[Document]) -> None:
    """Write the files under their folder; those that cannot be read just now are named."""
    missing = []
    for number, document in enumerate(documents, 1):
        if document.media.state is not MediaState.READY:
            continue
        day, ending = document.dated_on or document.added_at.date(), ENDINGS.get(document.media.type, "bin")
        name = f"{FOLDER}/{number:03}-{file_name(document.kind, document.title, day, ending)}"
        try:
            chunks = store().read(document.media_id.hex)
            first = next(chunks, b"")  # one that is not there leaves no empty file
            with archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as file:
                file.write(first)
                for chunk in chunks:
                    file.write(chunk)
        except MediaAway:
            missing.append(f"{document.title} ({name})")
    if missing:
        archive.writestr(f"{FOLDER}/{NOT_READ}", WITHOUT + "\n".join(missing) + "\n")
