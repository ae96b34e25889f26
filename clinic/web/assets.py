"""Static files: packed once when the server starts, at addresses that change when their content does.

Browsers keep them for good. Sheets that every page needs are one file, so that a slow line waits once.
"""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from mimetypes import guess_type
from pathlib import Path

import brotli
from flask import Flask, Response, abort, request

STATIC = Path(__file__).resolve().parent.parent / "static"
BUNDLES: Mapping[str, tuple[str, ...]] = {
    "css/regroove.css": ("pico-base", "tokens", "base", "layout", "forms", "components", "figures"),
}
WORDS = frozenset({".css", ".js", ".svg", ".txt", ".json"})  # fonts are packed already
# the best first; both at their slowest and smallest, since it happens once
PACKERS: Mapping[str, Callable[[bytes], bytes]] = {
    "br": lambda plain: bytes(brotli.compress(plain, quality=11)),
    "gzip": lambda plain: gzip.compress(plain, 9, mtime=0),
}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """One file as it is sent: its bytes, its type and the hash that stands in its address."""

    name: str
    plain: bytes
    type: str
    digest: str


def init_assets(app: Flask) -> None:
    """Give templates `static_url("css/regroove.css")`, and serve what it names."""
    app.jinja_env.globals["static_url"] = static_url
    app.add_url_rule("/static/<path:name>", "static", serve)


@cache
def static_url(name: str) -> str:
    """The address of a static file with the hash of its content; a page asks for twenty."""
    return f"/static/{name}?v={_file(name).digest}"


def serve(name: str) -> Response:
    """A static file, packed as the browser can read it."""
    if name not in names():
        abort(404)
    file = _file(name)
    how = request.accept_encodings.best_match(_packings(file))
    answer = Response(_packed(name, how) if how else file.plain, mimetype=file.type)
    answer.set_etag(file.digest + (f"-{how}" if how else ""))
    if how:
        answer.headers["Content-Encoding"] = how
    if _packings(file):
        answer.vary.add("Accept-Encoding")
    answer.make_conditional(request)
    return answer


def pack_all() -> None:
    """Pack every file now, so that nobody waits for it later."""
    for name in names():
        for how in _packings(_file(name)):
            _packed(name, how)


@cache
def names() -> frozenset[str]:
    """Every file there is, and those made of several."""
    found = {path.relative_to(STATIC).as_posix() for path in STATIC.rglob("*") if path.is_file()}
    return frozenset(found | BUNDLES.keys())


@cache
def _file(name: str) -> StaticFile:
    parts = [f"css/{each}.css" for each in BUNDLES[name]] if name in BUNDLES else [name]
    plain = b"\n".join((STATIC / part).read_bytes() for part in parts)
    kind = guess_type(name)[0] or "application/octet-stream"
    return StaticFile(name, plain, kind, hashlib.sha256(plain).hexdigest()[:12])


def _packings(file: StaticFile) -> tuple[str, ...]:
    return tuple(PACKERS) if Path(file.name).suffix in WORDS else ()


@cache
def _packed(name: str, how: str) -> bytes:
    return PACKERS[how](_file(name).plain)
