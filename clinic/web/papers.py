"""Papers as they leave: a template with its words, under the practice's letterhead."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping
from datetime import datetime
from io import BytesIO
from typing import Any

from PIL import Image

from clinic.models import Practice
from clinic.reports import pdf
from clinic.services.files.record_paper import RecordPaper
from clinic.services.media.on_paper import small_pictures
from clinic.web.presenters.record_on_paper import record_paper
from clinic.web.speaking import here

Words = Mapping[str, Any]


def paper(template: str, words: Words, practice: Practice, at: datetime) -> bytes:
    """The PDF of a template in the language of whoever asks, with the practice's logo where it has one."""
    return pdf(template, {**words, "practice": {**words["practice"], "logo": _logo(practice)}}, at, here())


def record_setter(by: str, at: datetime) -> Callable[[RecordPaper], bytes]:
    """What sets a record as a PDF: `by` takes it out, at that instant."""
    return lambda found: paper("record", record_paper(found, by, at), found.practice, at)


def _logo(practice: Practice) -> dict[str, str] | None:
    name = practice.logo_id.hex if practice.logo_id else ""
    if not name or not (found := small_pictures([name])):
        return None
    data = found[name]
    with Image.open(BytesIO(data), formats=["JPEG"]) as made:
        width, height = made.size
    place = f'width="{width}" height="{height}"'
    picture = f'<image {place} href="data:image/jpeg;base64,{b64encode(data).decode()}"/>'
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" {place}'
    svg = f"<svg {box}>{picture}</svg>"
    return {"svg": svg, "alt": f"Logo of {practice.name}"}
