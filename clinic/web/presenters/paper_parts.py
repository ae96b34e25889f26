"""What papers and their pages are made of, as JSON values: sections of headings, texts, facts and tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

Part = dict[str, Any]


def section(title: str, empty: str, parts: Iterable[Part]) -> dict[str, Any]:
    """A section; `empty` is what stands there without any part."""
    return {"title": title, "empty": empty, "parts": list(parts)}


def heading(text: str) -> Part:
    """A heading within a section."""
    return {"kind": "heading", "text": text}


def paragraph(text: str) -> Part:
    """A paragraph."""
    return {"kind": "text", "text": text}


def facts(rows: Iterable[tuple[str, str]]) -> Part:
    """Names with what they are."""
    return {"kind": "facts", "rows": [list(row) for row in rows]}


def table(head: Sequence[str], widths: Sequence[float], rows: Iterable[Sequence[str]]) -> Part:
    """A table; `widths` are shares of the page."""
    return {"kind": "table", "head": list(head), "widths": list(widths), "rows": [list(row) for row in rows]}
