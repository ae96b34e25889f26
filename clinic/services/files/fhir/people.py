"""The client, the practice and its people in a bundle: no more of them than the findings need."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from clinic.models import User
from clinic.services.files.fhir.codes import OURS
from clinic.services.files.findings import Findings

Resource = dict[str, Any]


def patient(findings: Findings) -> Resource:
    """The client by name, date of birth and our identifier; no address, no reason for care."""
    client = findings.client
    return {
        "resourceType": "Patient",
        "id": str(client.id),
        "identifier": [{"system": f"{OURS}:client", "value": str(client.id)}],
        "name": [{"text": client.name}],
        **({"birthDate": client.born_on.isoformat()} if client.born_on else {}),
        "managingOrganization": reference(findings.practice.id),
    }


def organization(findings: Findings) -> Resource:
    """The practice."""
    practice = findings.practice
    reached = [
        {"system": system, "value": value}
        for system, value in (("phone", practice.phone), ("email", practice.email))
        if value
    ]
    return {
        "resourceType": "Organization",
        "id": str(practice.id),
        "identifier": [{"system": f"{OURS}:practice", "value": str(practice.id)}],
        "name": practice.name,
        **({"telecom": reached} if reached else {}),
    }


def practitioners(findings: Findings) -> list[Resource]:
    """Everybody who recorded or signed, once."""
    people = {
        person.id: person
        for record in findings.records
        for person in (record.assessment.author, record.assessment.signer)
        if person is not None
    }
    return [_practitioner(person) for person in people.values()]


def practitioner_id(user: User) -> uuid.UUID:
    """Somebody's id in the bundle."""
    return user.id


def reference(resource_id: uuid.UUID | str) -> dict[str, str]:
    """A reference to another entry of the same bundle."""
    return {"reference": f"urn:uuid:{resource_id}"}


def instant(at: datetime) -> str:
    """An instant as FHIR writes it."""
    return at.isoformat(timespec="seconds")


def _practitioner(user: User) -> Resource:
    return {
        "resourceType": "Practitioner",
        "id": str(user.id),
        "identifier": [{"system": f"{OURS}:person", "value": str(user.id)}],
        "name": [{"text": user.name}],
    }
