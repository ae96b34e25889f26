"""What a browser fetches when it first opens a page: sheets, scripts, pictures, fonts its words need."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from urllib.parse import urljoin

from tests.bench.server import get

# of the document; a sprite is named with the picture's id behind a #
LINKED = re.compile(r'<(?:link|script|img|use)\b[^>]*?\b(?:href|src)="([^"#]+)')
FACE = re.compile(r"@font-face\s*{([^}]*)}")
ADDRESS = re.compile(r"url\([\"']?([^\"')]+)[\"']?\)")
RANGE = re.compile(r"U\+([0-9A-Fa-f]+)(?:-([0-9A-Fa-f]+))?")


Fetch = Callable[[str], bytes]


def first_load(port: int, path: str, cookie: str) -> dict[str, int]:
    """What a page of a running server costs a browser."""
    return files_of(lambda address: _fetched(port, address, cookie), path)


def files_of(fetched: Fetch, path: str) -> dict[str, int]:
    """The bytes of each file of a page, as gzip sends them, by its path; fonts are packed already."""
    page = fetched(path)
    bodies = {path: page}
    words = page.decode()
    for address in dict.fromkeys(urljoin(path, each) for each in LINKED.findall(words)):
        bodies[address] = fetched(address)
    for sheet in [each for each in bodies if ".css" in each]:
        for address in _needed(bodies[sheet].decode(), words):
            address = urljoin(sheet, address)
            bodies[address] = fetched(address)
    return {address.partition("?")[0]: _size(address, body) for address, body in bodies.items()}


def _needed(sheet: str, words: str) -> list[str]:
    """The fonts that hold one of the page's letters, and every other file the sheet names."""
    faces = FACE.findall(sheet)
    fonts = [address for face in faces if _holds(face, words) for address in ADDRESS.findall(face)]
    rest = FACE.sub("", sheet)
    return [*fonts, *(each for each in ADDRESS.findall(rest) if not each.startswith(("#", "data:")))]


def _holds(face: str, words: str) -> bool:
    ranges = [(int(first, 16), int(last or first, 16)) for first, last in RANGE.findall(face)]
    return not ranges or any(first <= ord(sign) <= last for sign in set(words) for first, last in ranges)


def _fetched(port: int, path: str, cookie: str) -> bytes:
    status, body = get(port, path, cookie)
    assert status == 200, f"{path}: {status}"
    return body


def _size(address: str, body: bytes) -> int:
    return len(body) if ".woff2" in address else len(gzip.compress(body, 6))
