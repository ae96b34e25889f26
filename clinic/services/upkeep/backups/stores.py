"""Where backups are kept: a folder, or a storage that speaks S3. Under a name is a whole file, or nothing."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import obstore
from flask import current_app
from obstore.exceptions import BaseError, PermissionDeniedError, UnauthenticatedError

from clinic.buckets import bucket
from clinic.domain.backups import BackupProblem
from clinic.own_files import finished_under, keep_name
from clinic.services.upkeep.backups.archive import CHUNK
from clinic.services.upkeep.backups.refusals import BackupFailed, of_the_disk
from config import BucketAccess, Settings

PART = 8 * 1024 * 1024  # bytes; storages take no smaller parts than five


class Store(Protocol):
    """A place for backups; every method raises BackupFailed."""

    place: str

    def put(self, file: Path, name: str, goes_on: Callable[[], None]) -> None:
        """Keep a file under a name; afterwards the file may be gone from where it was."""

    def read(self, name: str) -> Iterator[bytes]:
        """What is kept under a name, in pieces."""

    def names(self) -> list[str]:
        """Everything that is kept."""

    def drop(self, name: str) -> None:
        """Keep it no longer."""


def place() -> str:
    """Where the settings say that backups are kept."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.backup_to or str(settings.data_dir / "backups" / "nightly")


def store() -> Store:
    """The one that the settings name."""
    settings: Settings = current_app.config["SETTINGS"]
    if settings.backup_s3:
        return BucketStore(place(), settings.backup_s3)
    folder = Path(place())
    if settings.backup_to is None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return FolderStore(folder)


class FolderStore:
    """A folder. It has to be there: one that is made would lie where another disk was to be mounted."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.place = str(folder)

    def put(self, file: Path, name: str, goes_on: Callable[[], None]) -> None:
        """Move it there, or copy it to another disk."""
        with self._told():
            # what one of ours that was killed has left: we are the only one who writes here now
            for left in self._folder.glob(f".{name.rpartition('-')[0]}-*.partial"):
                left.unlink(missing_ok=True)
            try:
                os.replace(file, self._folder / name)
                keep_name(self._folder)
            except OSError as error:
                if error.errno != errno.EXDEV:
                    raise
                with finished_under(self._folder / name) as raw:
                    for chunk in _chunks(file, goes_on):
                        raw.write(chunk)

    def read(self, name: str) -> Iterator[bytes]:
        """From the disk."""
        with self._told():
            yield from _chunks(self._folder / name, lambda: None)

    def names(self) -> list[str]:
        """What lies in the folder."""
        with self._told():
            return [path.name for path in self._folder.iterdir()]

    def drop(self, name: str) -> None:
        """Delete it."""
        with self._told():
            (self._folder / name).unlink(missing_ok=True)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise of_the_disk(error, self._folder) from None


class BucketStore:
    """A bucket, and a prefix in it. An upload that is broken off shows under no name."""

    def __init__(self, url: str, access: BucketAccess) -> None:
        self.place = url
        self._store = bucket(url, access)

    def put(self, file: Path, name: str, goes_on: Callable[[], None]) -> None:
        """Upload it in parts."""
        with self._told():
            obstore.put(self._store, name, _chunks(file, goes_on), chunk_size=PART, max_concurrency=2)

    def read(self, name: str) -> Iterator[bytes]:
        """Download it."""
        with self._told():
            for chunk in obstore.get(self._store, name).stream(min_chunk_size=CHUNK):
                yield bytes(chunk)

    def names(self) -> list[str]:
        """What lies under the prefix."""
        with self._told():
            return [each["path"] for some in obstore.list(self._store) for each in some]

    def drop(self, name: str) -> None:
        """Delete it."""
        with self._told():
            obstore.delete(self._store, name)

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except BackupFailed:
            raise
        except (PermissionError, PermissionDeniedError, UnauthenticatedError):
            raise BackupFailed(BackupProblem.REFUSED, f"{self.place} does not let us in.") from None
        except FileNotFoundError:
            raise BackupFailed(BackupProblem.AWAY, f"{self.place} is not there.") from None
        except BaseError:
            raise BackupFailed(BackupProblem.AWAY, f"{self.place} does not answer.") from None


def _chunks(file: Path, goes_on: Callable[[], None]) -> Iterator[bytes]:
    with file.open("rb") as source:
        while chunk := source.read(CHUNK):
            yield chunk
            goes_on()
