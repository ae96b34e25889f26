"""A client's record for other systems: a FHIR R4 bundle, our own codes first, LOINC where confirmed."""

from __future__ import annotations

from clinic.services.files.fhir.bundle import fhir_bundle

__all__ = ["fhir_bundle"]
