"""Where a text or a figure comes from and how sure we are of it."""

from __future__ import annotations

from dataclasses import dataclass

from clinic.domain.types import Evidence


@dataclass(frozen=True, slots=True)
class Source:
    """A publication or page that statements of the catalogue rest on."""

    id: str
    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Provenance:
    """How sure we are, on which sources, and what is to be kept in mind."""

    status: Evidence
    sources: tuple[str, ...] = ()
    confidence: str = ""
    note: str = ""

    @property
    def needs_sign_off(self) -> bool:
        """Authored wording and figures belong to nobody until a practitioner signs them off."""
        return self.status is Evidence.AUTHORED


@dataclass(frozen=True, slots=True)
class Fact:
    """One statement of the field with its provenance; shown to practitioners only."""

    text: str
    provenance: Provenance
