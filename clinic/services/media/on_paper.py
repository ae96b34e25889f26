"""Pictures of moves as paper needs them: small, and left out where they cannot be read just now."""

from __future__ import annotations

from collections.abc import Iterable
from io import BytesIO

from PIL import Image

from clinic.domain.media import MediaAway
from clinic.services.media.storage import store

SIDE = 700  # pixels; six centimetres of a printed sheet
QUALITY = 80


def small_pictures(file_ids: Iterable[str]) -> dict[str, bytes]:
    """JPEGs by the id of their file in hex; whoever asks has the move that shows them."""
    found = {}
    for file_id in dict.fromkeys(file_ids):
        try:
            found[file_id] = _small(b"".join(store().read(file_id)))
        except (MediaAway, OSError):
            continue  # the sheet has our drawing, or words alone
    return found


def _small(data: bytes) -> bytes:
    with Image.open(BytesIO(data), formats=["JPEG"]) as kept:
        kept.draft("RGB", (SIDE, SIDE))
        kept.thumbnail((SIDE, SIDE))
        out = BytesIO()
        kept.convert("RGB").save(out, "JPEG", quality=QUALITY)
    return out.getvalue()
