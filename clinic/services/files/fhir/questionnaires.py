"""Answered questionnaires as QuestionnaireResponses, and each score as an Observation derived from one."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from typing import Any

from clinic.domain.questionnaires import Measure, Questionnaire
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.types import Evidence
from clinic.services.files.fhir import codes
from clinic.services.files.fhir.people import instant, reference
from clinic.services.files.findings import Findings

Resource = dict[str, Any]
SURVEY = codes.concept("Survey", (codes.CATEGORY, "survey", "Survey"))


def questionnaire_resources(findings: Findings, held: Sequence[AnsweredQuestionnaire]) -> Iterator[Resource]:
    """What a client answered, and what that comes to."""
    for each in held:
        yield _response(findings, each)
        for measure in each.questionnaire.measures:
            score = each.scores.get(measure.id)
            if score is not None:
                yield _score(findings, each, measure, score)


def _response(findings: Findings, each: AnsweredQuestionnaire) -> Resource:
    made = each.questionnaire
    client = reference(findings.client.id)
    items = list(_items(each))
    return {
        "resourceType": "QuestionnaireResponse",
        "id": str(each.id),
        "questionnaire": f"{codes.QUESTIONNAIRE}:{made.id}|{made.version}",
        "status": "completed" if each.revision == 1 else "amended",
        "subject": client,
        "authored": instant(each.answered_at),
        "source": client,
        **({"item": items} if items else {}),
    }


def _items(each: AnsweredQuestionnaire) -> Iterator[Resource]:
    texts = {item.id: item.text for item in each.questionnaire.items}
    texts |= {f"a{number}": activity for number, activity in enumerate(each.activities, 1)}
    for link_id, value in each.answers.items():
        text = texts.get(link_id, "")
        yield {
            "linkId": link_id,
            **({"text": text} if text else {}),
            **({"answer": [{"valueInteger": value}]} if value is not None else {}),
        }


def _score(findings: Findings, each: AnsweredQuestionnaire, measure: Measure, score: float) -> Resource:
    made = each.questionnaire
    return {
        "resourceType": "Observation",
        "id": str(uuid.uuid5(each.id, measure.id)),
        "status": "final" if each.revision == 1 else "amended",
        "category": [SURVEY],
        "code": _code(made, measure),
        "subject": reference(findings.client.id),
        "effectiveDateTime": instant(each.answered_at),
        "valueQuantity": codes.scored(score),
        "derivedFrom": [reference(each.id)],
    }


def _code(made: Questionnaire, measure: Measure) -> dict[str, Any]:
    name = f"{made.name}: {measure.name}"
    codings = [(codes.QUESTIONNAIRE, f"{made.id}.{measure.id}", name)]
    provenance = made.loinc_provenance
    if measure.loinc and provenance is not None and provenance.status is Evidence.VERIFIED:
        codings.append((codes.LOINC, measure.loinc, ""))
    return codes.concept(name, *codings)
