"""Answers that are files: named without anybody's name, kept by nobody on the way."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from io import SEEK_END
from typing import IO

from flask import Response

PDF, CSV, FHIR, ZIP = "application/pdf", "text/csv", "application/fhir+json", "application/zip"
CALENDAR = "text/calendar"
CHUNK = 64_000  # bytes


def file_answer(content: bytes, kind: str, name: str, day: date) -> Response:
    """A file of this media type; its name says what it is and of which day, never whose it is.

    A PDF is shown where the browser can, everything else is saved.
    """
    answer = Response(content, mimetype=kind)
    how = "inline" if kind == PDF else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{_named(name, day)}"'
    return answer


def open_file_answer(content: IO[bytes], kind: str, name: str, day: date) -> Response:
    """The same of a file that is too large to be held in memory; it is closed when it has been sent."""
    size = content.seek(0, SEEK_END)
    content.seek(0)
    answer = Response(_chunks(content), mimetype=kind)
    answer.content_length = size
    answer.headers["Content-Disposition"] = f'attachment; filename="{_named(name, day)}"'
    return answer


def calendar_answer(content: bytes, name: str) -> Response:
    """Appointments for a calendar, which knows them by their own ids: the name says no day."""
    answer = Response(content, mimetype=CALENDAR)
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def _chunks(content: IO[bytes]) -> Iterator[bytes]:
    with content:
        while chunk := content.read(CHUNK):
            yield chunk


def _named(name: str, day: date) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{day.isoformat()}.{ending}"
