"""Other clinicians of a client: who else looks after them."""

from __future__ import annotations

from enum import StrEnum


class ClinicianRole(StrEnum):
    """What another clinician is to the client."""

    GP = "gp"
    SPECIALIST = "specialist"
    SURGEON = "surgeon"
    PHYSIO = "physio"
    TRAINER = "trainer"
    OTHER = "other"
