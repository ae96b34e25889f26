"""How sure anybody is of a statement of the catalogue, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.catalogue import load_catalogue
from clinic.domain.provenance import Provenance, Source
from clinic.domain.types import Evidence

CERTAINTY = {
    Evidence.VERIFIED: "seen in the source",
    Evidence.VERIFIED_SECONDARY: "seen in a secondary source",
    Evidence.INFERRED: "worked out from published figures",
    Evidence.AUTHORED: "our own, until a practitioner signs it off",
    Evidence.MEMORY: "remembered, not seen in a source",
}
CONFIDENCE = {"high": "fairly sure", "med": "not very sure", "low": "unsure"}


@dataclass(frozen=True, slots=True)
class SourcedStatement:
    """A threshold or a fact with how sure we are of it, and where it comes from."""

    title: str
    text: str
    certainty: str
    note: str
    sources: tuple[Source, ...]
    band_columns: tuple[str, ...] = ()
    band_rows: tuple[tuple[str | None, ...], ...] = ()


def sources_of(provenance: Provenance) -> tuple[Source, ...]:
    """The publications behind a statement."""
    known = load_catalogue().sources
    return tuple(known[key] for key in provenance.sources)


def sourced(
    title: str,
    text: str,
    provenance: Provenance,
    columns: tuple[str, ...] = (),
    rows: tuple[tuple[str | None, ...], ...] = (),
) -> SourcedStatement:
    """A statement with how sure we are of it, and its sources."""
    certainty = CERTAINTY[provenance.status].capitalize()
    if provenance.status is Evidence.MEMORY:
        certainty += f": shown, and nobody is judged by it ({CONFIDENCE[provenance.confidence]})"
    return SourcedStatement(title, text, certainty, provenance.note, sources_of(provenance), columns, rows)
