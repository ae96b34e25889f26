"""Invitation links as codes for a phone's camera."""

from __future__ import annotations

import segno
from markupsafe import Markup

QUIET_ZONE = 4  # modules; ISO/IEC 18004 asks for four


def qr_code(link: str) -> Markup:
    """A link as an SVG drawing, black on white by day and by night."""
    drawing = segno.make(link, error="m", micro=False)
    svg = drawing.svg_inline(
        border=QUIET_ZONE, dark="#000", light="#fff", omitsize=True, svgclass=None, lineclass=None
    )
    # drawn from modules: no text of the link is in it
    return Markup(svg)  # noqa: S704  # nosec B704
