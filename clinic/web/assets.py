"""Addresses of static files that change when their content does, so that browsers may keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask

STATIC = Path(__file__).resolve().parent.parent / "static"


def init_assets(app: Flask) -> None:
    """Give templates `static_url("css/app.css")`."""
    app.jinja_env.globals["static_url"] = static_url


@cache
def static_url(path: str) -> str:
    """The address of a static file with the hash of its content; a page asks for twenty."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()[:12]
    return f"/static/{path}?v={digest}"
