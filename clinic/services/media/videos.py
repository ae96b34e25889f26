"""Videos at the gate: known by what is in them."""

from __future__ import annotations

from clinic.domain.media import MediaRefused


def check_begin(begin: bytes, expected: int) -> None:
    """Raise MediaRefused where the first bytes are of no video that is taken."""
    raise MediaRefused("Videos are not taken yet.")
