"""The bundle: every resource once, each known by its urn, so that all references lead inside."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.types import AssessmentStatus
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.files.fhir.codes import HL7, concept
from clinic.services.files.fhir.observations import observations
from clinic.services.files.fhir.people import (
    instant,
    organization,
    patient,
    practitioner_id,
    practitioners,
    reference,
)
from clinic.services.files.fhir.questionnaires import questionnaire_resources
from clinic.services.files.findings import Findings

Resource = dict[str, Any]
PARTICIPANT = f"{HL7}/provenance-participant-type"
SIGNED = concept("Signed", (PARTICIPANT, "verifier", "Verifier"))


def fhir_bundle(findings: Findings, answered: Sequence[AnsweredQuestionnaire], made_at: datetime) -> bytes:
    """A collection of a client's findings and answered questionnaires as FHIR R4 JSON."""
    resources = [
        patient(findings),
        organization(findings),
        *practitioners(findings),
        *observations(findings),
        *_signatures(findings),
        *questionnaire_resources(findings, answered),
    ]
    bundle = {
        "resourceType": "Bundle",
        "type": "collection",
        "timestamp": instant(made_at),
        "entry": [{"fullUrl": f"urn:uuid:{each['id']}", "resource": each} for each in resources],
    }
    return json.dumps(bundle, ensure_ascii=False, indent=1).encode()


def _signatures(findings: Findings) -> Iterator[Resource]:
    for record in findings.records:
        if record.assessment.status is AssessmentStatus.SIGNED:
            yield _signature(record)


def _signature(record: AssessmentRecord) -> Resource:
    """Who signed an assessment, and when."""
    assessment = record.assessment
    assert assessment.signer is not None
    assert assessment.signed_at is not None
    return {
        "resourceType": "Provenance",
        "id": str(uuid.uuid5(assessment.id, "signed")),
        "target": [reference(assessment.id)],
        "recorded": instant(assessment.signed_at),
        "agent": [{"type": SIGNED, "who": reference(practitioner_id(assessment.signer))}],
    }
