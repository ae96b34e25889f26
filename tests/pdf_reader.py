"""What a PDF says and how it is made, read back without the program that made it."""

from __future__ import annotations

from functools import lru_cache
from io import BytesIO
from typing import Any

from pypdf import PdfReader
from pypdf.generic import DictionaryObject

STRUCTURE = "/StructTreeRoot"


@lru_cache(maxsize=32)  # the walk is handed the same sheets over and over
def words_in(pdf: bytes) -> str:
    """The text of all pages, each run of white space one space."""
    return " ".join(" ".join(page.extract_text() for page in reader(pdf).pages).split())


def reader(pdf: bytes) -> PdfReader:
    """The PDF, opened."""
    return PdfReader(BytesIO(pdf))


def tags_in(pdf: bytes) -> list[tuple[str, str]]:
    """Every tag of its structure in reading order, with the words that stand for a picture."""
    found: list[tuple[str, str]] = []
    _walk(reader(pdf).root_object[STRUCTURE].get_object(), found)
    return found


def _walk(node: Any, found: list[tuple[str, str]]) -> None:
    if not isinstance(node, DictionaryObject):
        return
    if "/S" in node:
        found.append((str(node["/S"]).lstrip("/"), str(node.get("/Alt", ""))))
    inner = node.get("/K")
    inner = inner.get_object() if inner is not None else []
    for each in inner if isinstance(inner, list) else [inner]:
        _walk(each.get_object() if hasattr(each, "get_object") else each, found)
