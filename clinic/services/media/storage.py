"""Where files are kept: a folder, or a storage that speaks S3. Under a name is a whole file, or nothing."""

from __future__ import annotations

import errno
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import obstore
from flask import current_app
from obstore.exceptions import BaseError

from clinic.buckets import bucket
from clinic.domain.media import MEGA, MediaAway, MediaGone
from clinic.domain.words import say
from clinic.own_files import finished_under
from config import BucketAccess, Settings

CHUNK = MEGA // 4  # bytes
PART = 8 * MEGA  # bytes; storages take no smaller parts than five
FULL = say("There is no room left for files here. Nothing was kept; tell whoever looks after the server.")
AWAY = say("The place where files are kept does not answer. Nothing was kept; try again in a minute.")
GONE = "This file is not there any more. Send it once more."


class MediaStore(Protocol):
    """A place for files; every method raises MediaAway."""

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Keep a file under a name."""

    def read(self, name: str, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """What is kept under a name, from one byte up to another, in pieces."""

    def path(self, name: str) -> Path | None:
        """Where it lies on this machine, if it does."""

    def names(self) -> Iterator[tuple[str, datetime]]:
        """Everything that is kept, and since when."""

    def drop(self, name: str) -> None:
        """Keep it no longer; one that is not there is no trouble."""


def store() -> MediaStore:
    """The one that the settings name. Raises MediaAway."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.media_to and settings.media_s3:
        return MediaBucket(settings.media_to, settings.media_s3)
    folder = Path(settings.media_to or settings.data_dir / "media" / "files")
    if settings.media_to is None:
        with _told():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return MediaFolder(folder)


class MediaFolder:
    """A folder. It has to be there: one that is made would lie where another disk was to be mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write it, and name it once it is on the disk."""
        with _told(), finished_under(self._folder / name) as raw:
            for chunk in chunks:
                raw.write(chunk)

    def read(self, name: str, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """From the disk."""
        with _told(reads=True), (self._folder / name).open("rb") as file:
            file.seek(begin)
            left = end - begin if end is not None else None
            while left != 0 and (chunk := file.read(CHUNK if left is None else min(CHUNK, left))):
                left = left and left - len(chunk)
                yield chunk

    def path(self, name: str) -> Path | None:
        """In the folder."""
        path = self._folder / name
        if not path.exists():
            raise MediaGone(GONE)
        return path

    def names(self) -> Iterator[tuple[str, datetime]]:
        """What lies in the folder, begun and given up included."""
        with _told():
            for each in self._folder.iterdir():
                yield each.name, datetime.fromtimestamp(each.stat().st_mtime, UTC)

    def drop(self, name: str) -> None:
        """Delete it."""
        with _told():
            (self._folder / name).unlink(missing_ok=True)


class MediaBucket:
    """A bucket, and a prefix in it. An upload that is broken off shows under no name."""

    def __init__(self, url: str, access: BucketAccess) -> None:
        self._store = bucket(url, access)

    def put(self, name: str, chunks: Iterable[bytes]) -> None:
        """Upload it in parts."""
        with _told():
            obstore.put(self._store, name, iter(chunks), chunk_size=PART, max_concurrency=2)

    def read(self, name: str, begin: int = 0, end: int | None = None) -> Iterator[bytes]:
        """Download it."""
        with _told(reads=True):
            span = {"range": (begin, end) if end is not None else {"offset": begin}}
            for chunk in obstore.get(self._store, name, options=span).stream(min_chunk_size=CHUNK):  # type: ignore[arg-type]
                yield bytes(chunk)

    def path(self, name: str) -> Path | None:
        """It lies elsewhere."""
        return None

    def names(self) -> Iterator[tuple[str, datetime]]:
        """What lies under the prefix."""
        with _told():
            for some in obstore.list(self._store):
                yield from ((each["path"], each["last_modified"]) for each in some)

    def drop(self, name: str) -> None:
        """Delete it."""
        with _told(), suppress(FileNotFoundError):
            obstore.delete(self._store, name)


@contextmanager
def _told(*, reads: bool = False) -> Iterator[None]:
    """What the disk or the storage says, in a sentence."""
    try:
        yield
    except FileNotFoundError:
        raise (MediaGone(GONE) if reads else MediaAway(AWAY)) from None
    except OSError as error:
        raise MediaAway(FULL if error.errno in (errno.ENOSPC, errno.EDQUOT) else AWAY) from None
    except BaseError:
        raise MediaAway(AWAY) from None
