"""Answers that are files: named without anybody's name, kept by nobody on the way."""

from __future__ import annotations

from datetime import date

from flask import Response

PDF, CSV, FHIR, ZIP = "application/pdf", "text/csv", "application/fhir+json", "application/zip"


def file_answer(content: bytes, kind: str, name: str, day: date) -> Response:
    """A file of this media type; its name says what it is and of which day, never whose it is.

    A PDF is shown where the browser can, everything else is saved.
    """
    stem, _, ending = name.rpartition(".")
    answer = Response(content, mimetype=kind)
    how = "inline" if kind == PDF else "attachment"
    answer.headers["Content-Disposition"] = f'{how}; filename="{stem}-{day.isoformat()}.{ending}"'
    return answer
