"""What the tests are called on a client's own page: plain words, authored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from clinic.catalogue.loader import DATA
from clinic.catalogue.provenance import read_provenance
from clinic.catalogue.reader import DataEntry, by_id, read_file

FILE = "plain_words.toml"


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainMeasure:
    """A figure of a test in plain words, and which way it went if it changed."""

    field: str
    label: str
    more: str
    less: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlainTest:
    """A test in plain words; `tested` finishes "We looked at …"."""

    id: str
    tested: str
    measures: Mapping[str, PlainMeasure]

    def lines(self) -> list[str]:
        """All its words, for a practitioner to read and sign off."""
        told = [f"To clients: {self.tested}."]
        return told + [
            f"To clients: {each.label}. {each.more}. {each.less}." for each in self.measures.values()
        ]


@lru_cache(maxsize=2)
def plain_words(directory: Path = DATA) -> Mapping[str, PlainTest]:
    """Plain words by test; CatalogueError names the key that is wrong."""
    entry = read_file(directory, FILE)
    read_provenance(entry)
    tests = by_id(entry, "tests", _read_test)
    entry.close()
    return tests


def _read_test(entry: DataEntry) -> PlainTest:
    measures = entry.each("measures", _read_measure) if "measures" in entry else ()
    return PlainTest(
        id=entry.text("id"), tested=entry.text("tested"), measures={each.field: each for each in measures}
    )


def _read_measure(entry: DataEntry) -> PlainMeasure:
    return PlainMeasure(
        field=entry.text("field"), label=entry.text("label"), more=entry.text("more"), less=entry.text("less")
    )
