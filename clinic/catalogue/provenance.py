"""Reading where a text or a figure comes from, out of a data file."""

from __future__ import annotations

from clinic.catalogue.reader import DataEntry
from clinic.domain.provenance import Fact, Provenance, Source
from clinic.domain.types import Evidence


def read_source(entry: DataEntry) -> Source:
    """A source out of its table."""
    return Source(entry.text("id"), entry.text("title"), entry.text("url"))


def read_provenance(entry: DataEntry, status_key: str = "status") -> Provenance:
    """The provenance keys of a table that holds other things too."""
    status = entry.member(status_key, Evidence)
    confidence = entry.text("confidence", "")
    if status is Evidence.MEMORY and confidence not in ("high", "med", "low"):
        raise entry.error("confidence", "must be high, med or low where the status is memory")
    return Provenance(status, entry.texts("src"), confidence, entry.text("note", ""))


def read_fact(entry: DataEntry) -> Fact:
    """A statement out of its table."""
    return Fact(entry.text("text"), read_provenance(entry))
