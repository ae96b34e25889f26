"""Every key of the data files is read: one that nobody asks for stops the start, in whichever table."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from clinic.catalogue import CatalogueError
from clinic.catalogue.loader import DATA, read_catalogue
from clinic.catalogue.plain_words import plain_words

STRAY = "nobody_reads_this = 1"
HEADER = re.compile(r"^\[+([\w.]+)\]+$", re.MULTILINE)
INLINE = re.compile(r"\{ (?=\w+ =)")
KEY = re.compile(r"\b(\w+) =")


def places(text: str) -> Iterator[tuple[int, str]]:
    """Where a stray key may be put, and how it is written there: one place for each sort of table.

    The tables of a list are of one sort where they have the same keys.
    """
    seen: set[tuple[str, frozenset[str]]] = set()
    headers = list(HEADER.finditer(text))
    starts = [(0, ""), *((found.end(), found[1]) for found in headers)]
    ends = [*(found.start() for found in headers), len(text)]
    for (start, name), end in zip(starts, ends, strict=True):
        body = text[start:end]
        sort = name, frozenset(re.findall(r"^(\w+) =", body, re.MULTILINE))
        if sort not in seen:
            seen.add(sort)
            yield start, f"\n{STRAY}\n"
        for found in INLINE.finditer(body):
            inner = body[found.end() : body.index("}", found.end())]
            sort = f"{name} {{}}", frozenset(KEY.findall(inner))
            if sort not in seen:
                seen.add(sort)
                yield start + found.end(), f"{STRAY}, "


def read_all(folder: Path) -> None:
    read_catalogue(folder)
    plain_words(folder)


@pytest.mark.parametrize("name", sorted(path.name for path in DATA.glob("*.toml")))
def test_a_key_that_nobody_reads_is_refused_by_name(name: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(DATA, tmp_path / "data"))
    text = (DATA / name).read_text("utf-8")
    found = list(places(text))
    assert found
    for at, stray in found:
        (folder / name).write_text(text[:at] + stray + text[at:], "utf-8")
        with pytest.raises(CatalogueError, match="nobody_reads_this: is not a known key here") as refused:
            read_all(folder)
        assert refused.value.file == name
