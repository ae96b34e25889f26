"""Ways back inside our own pages: nothing that a request brings may lead elsewhere."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import current_app, request
from werkzeug.exceptions import HTTPException


def is_ours(target: str) -> bool:
    """Whether this is the path of a page of ours that can be looked at."""
    # only a path that our own URL map knows: "//elsewhere" and "/\\elsewhere" are other sites to a browser
    if not target.startswith("/") or target.startswith("//") or "\\" in target or not target.isprintable():
        return False
    try:
        current_app.create_url_adapter(request).match(urlsplit(target).path, method="GET")  # type: ignore[union-attr]
    except (HTTPException, ValueError):
        return False
    return True
