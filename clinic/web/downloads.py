"""Answers that are files: named without anybody's name, kept by nobody on the way."""

from __future__ import annotations

from datetime import date
from typing import IO

from flask import Response, send_file

PDF, CSV, FHIR, ZIP = "application/pdf", "text/csv", "application/fhir+json", "application/zip"


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
    return send_file(
        content, mimetype=kind, as_attachment=True, download_name=_named(name, day), conditional=False
    )


def _named(name: str, day: date) -> str:
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{day.isoformat()}.{ending}"
