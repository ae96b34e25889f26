"""How sure anybody is of a statement of the catalogue, and where it comes from."""

from __future__ import annotations

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


def sources_of(provenance: Provenance) -> tuple[Source, ...]:
    """The publications behind a statement."""
    known = load_catalogue().sources
    return tuple(known[key] for key in provenance.sources)
