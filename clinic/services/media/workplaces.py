"""Folders in which one file is made ready, each gone afterwards."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from flask import current_app


@contextmanager
def workplace(token: uuid.UUID) -> Iterator[Path]:
    """A folder for this work."""
    folder = _workplaces() / token.hex
    folder.mkdir(parents=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep(before: datetime) -> None:
    """Take away what work that was killed has left, where nothing was written to it since."""
    for folder in _workplaces().glob("*"):
        with suppress(OSError):  # it went by itself
            if datetime.fromtimestamp(folder.stat().st_mtime, UTC) < before:
                shutil.rmtree(folder)


def _workplaces() -> Path:
    return Path(current_app.config["SETTINGS"].data_dir) / "media" / "work"
