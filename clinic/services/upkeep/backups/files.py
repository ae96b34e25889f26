"""Pictures and videos in a backup: behind the rows, in the same encrypted stream, a line for each piece."""

from __future__ import annotations

import hashlib
import json
import logging
import tempfile
import uuid
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import IO, Any

from flask import current_app
from sqlalchemy import Connection, func, select

from clinic.domain.backups import BackupProblem
from clinic.domain.media import MediaAway, MediaGone, MediaState
from clinic.models import MediaFile
from clinic.services.media.storage import CHUNK, store
from clinic.services.upkeep.backups.archive import FILES
from clinic.services.upkeep.backups.refusals import BackupFailed, BackupRefused

log = logging.getLogger(__name__)

_READY = select(MediaFile.id, MediaFile.digest).where(MediaFile.state == MediaState.READY)


def count(connection: Connection) -> int:
    """How many files there are to keep."""
    return connection.scalar(select(func.count()).select_from(_READY.subquery())) or 0


def lines(connection: Connection, goes_on: Callable[[], None]) -> Iterator[bytes]:
    """The files as lines of JSON; raises BackupFailed where their storage is away.

    One that is lost has a line that says so, and is told by the drill: the records are kept all the same.
    """
    for row in connection.execute(_READY.order_by(MediaFile.created_at)).all():
        try:
            for chunk in store().read(row.id.hex):
                yield _line(row.id, bytes=b64encode(chunk).decode())
                goes_on()
            yield _line(row.id, digest=row.digest)
        except MediaGone:
            log.error("file %s is not where files are kept: it is in no backup", row.id)
            yield _line(row.id, digest="")
        except MediaAway as away:
            raise BackupFailed(BackupProblem.AWAY, f"Pictures and videos: {away.message}") from None


def intact(connection: Connection) -> int:
    """How many files are there, byte for byte."""
    return sum(_is_intact(row.id, row.digest) for row in connection.execute(_READY).all())


def _line(file_id: uuid.UUID, **values: str) -> bytes:
    return json.dumps([FILES, {"id": file_id.hex, **values}]).encode() + b"\n"


def _is_intact(file_id: uuid.UUID, digest: str) -> bool:
    found = hashlib.sha256()
    try:
        for chunk in store().read(file_id.hex):
            found.update(chunk)
    except MediaAway:
        return False
    return found.hexdigest() == digest


@dataclass
class _Arriving:
    id: uuid.UUID
    spool: IO[bytes]
    digest: Any


class FilesBack:
    """Files of a backup, put back as their lines come."""

    def __init__(self) -> None:
        self.count = 0
        self._arriving: _Arriving | None = None
        self._before: frozenset[str] | None = None
        self._put: list[str] = []

    def take(self, values: Mapping[str, str]) -> None:
        """The next line; raises BackupRefused for a file that is not what it was, or where no room is."""
        try:
            self._take(values)
        except OSError as error:
            raise BackupRefused(
                f"Its pictures and videos cannot be put back: {error.strerror}. Nothing was changed."
            ) from None

    def _take(self, values: Mapping[str, str]) -> None:
        file_id = uuid.UUID(hex=values["id"])
        if self._arriving is None:
            spool = tempfile.TemporaryFile(dir=current_app.config["SETTINGS"].data_dir)  # noqa: SIM115
            self._arriving = _Arriving(file_id, spool, hashlib.sha256())
        if self._arriving.id != file_id:
            raise BackupRefused("A file in it is cut off. Nothing was changed.")
        if "bytes" in values:
            data = b64decode(values["bytes"], validate=True)
            self._arriving.digest.update(data)
            self._arriving.spool.write(data)
        else:
            self._finish(values["digest"])

    def give_up(self) -> None:
        """Take away again what was put there, and was not there before."""
        self._close()
        for name in self._put:
            if name not in (self._before or ()):
                store().drop(name)

    def _finish(self, digest: str) -> None:
        assert self._arriving is not None
        self.count += 1
        try:
            if digest:  # else it was lost before the backup was made
                if self._arriving.digest.hexdigest() != digest:
                    raise BackupRefused("A file in it is not what it was. Nothing was changed.")
                self._keep(self._arriving)
        finally:
            self._close()

    def _keep(self, file: _Arriving) -> None:
        try:
            if self._before is None:
                self._before = frozenset(name for name, _ in store().names())
            file.spool.seek(0)
            self._put.append(file.id.hex)
            store().put(file.id.hex, iter(lambda: file.spool.read(CHUNK), b""))
        except MediaAway as away:
            raise BackupRefused(f"Its pictures and videos cannot be put back: {away.message}") from None

    def _close(self) -> None:
        if self._arriving is not None:
            self._arriving.spool.close()
            self._arriving = None
