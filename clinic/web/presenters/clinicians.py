"""The words about a client's other clinicians."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from clinic.domain.clinicians import ClinicianRole
from clinic.domain.words import say
from clinic.models import OtherClinician
from clinic.services.clients.clinicians import ClinicianDetails

ROLE_WORDS = {
    ClinicianRole.GP: say("GP, family doctor"),
    ClinicianRole.SPECIALIST: say("Specialist"),
    ClinicianRole.SURGEON: say("Surgeon"),
    ClinicianRole.PHYSIO: say("Physiotherapist"),
    ClinicianRole.TRAINER: say("Trainer, coach"),
    ClinicianRole.OTHER: say("Other"),
}
FIELD_WORDS = {
    "role": "Who they are",
    "name": "Name",
    "place": "Practice or hospital",
    "phone": "Phone",
    "email": "Email",
    "note": "Note",
}


@dataclass(frozen=True, slots=True)
class ClinicianLine:
    """One clinician of a client's, as the details list them."""

    id: uuid.UUID
    name: str
    facts: Sequence[str]
    note: str | None
    is_removed: bool


def lines(clinicians: Sequence[OtherClinician]) -> list[ClinicianLine]:
    """Those who look after a client, and those who were removed."""
    return [
        ClinicianLine(
            each.id,
            each.name,
            [ROLE_WORDS[each.role], *filter(None, (each.place, each.phone, each.email))],
            each.note,
            each.removed_at is not None,
        )
        for each in clinicians
    ]


def differences(stored: OtherClinician, typed: ClinicianDetails) -> list[tuple[str, str, str]]:
    """Where what is saved and what was typed differ: the field's name, the one and the other."""
    mine = asdict(typed)
    return [
        (words, _told(name, getattr(stored, name)), _told(name, mine[name]))
        for name, words in FIELD_WORDS.items()
        if getattr(stored, name) != mine[name]
    ]


def _told(name: str, value: Any) -> str:
    if not value:
        return "nothing"
    return ROLE_WORDS[ClinicianRole(value)] if name == "role" else str(value)
