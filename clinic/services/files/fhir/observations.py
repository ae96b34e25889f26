"""Assessments as Observations: one for each value, and one for the whole that names them as its members."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from clinic.domain.assessment import AssessmentTest, Field
from clinic.domain.findings import NONE_SEEN, Place, Value
from clinic.domain.standing_out import stands_out
from clinic.domain.types import AssessmentStatus, FieldKind, Side
from clinic.services.assessments import reading
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.files.fhir import codes
from clinic.services.files.fhir.people import instant, practitioner_id, reference
from clinic.services.files.findings import Findings, RecordedValue, in_words, told

Resource = dict[str, Any]
EXAM = codes.concept("Exam", (codes.CATEGORY, "exam", "Exam"))


def observations(findings: Findings) -> Iterator[Resource]:
    """Everything recorded of a client; a draft's are preliminary, amended ones say what was signed."""
    for record in findings.records:
        values = [_finding(findings, record, each) for each in told(record)]
        yield _whole(findings, record, [each["id"] for each in values])
        yield from values


def _whole(findings: Findings, record: AssessmentRecord, members: list[str]) -> Resource:
    assessment = record.assessment
    name = reading.name_of(assessment)
    return {
        **_about(findings, record),
        "id": str(assessment.id),
        "status": _status(record, bool(record.added)),
        "code": codes.battery_code(assessment.practice_id, assessment.battery_key, name),
        **({"hasMember": [reference(each) for each in members]} if members else {}),
        **({"note": notes} if (notes := list(_notes(record))) else {}),
    }


def _finding(findings: Findings, record: AssessmentRecord, each: RecordedValue) -> Resource:
    practice_id = findings.practice.id
    resource: Resource = {
        **_about(findings, record),
        "id": str(finding_id(record.id, each.place)),
        "status": _value_status(record, each),
    }
    value = each.value if each.value is not None else each.amended.signed if each.amended else None
    if each.test is None or each.field is None:
        words = ": ".join(each.place[:2])
        resource |= {"code": codes.concept(words, (codes.FINDING, ".".join(each.place[:2]), words))}
        return resource | ({"valueString": in_words(None, value)} if value is not None else {})
    resource["code"] = codes.finding_code(practice_id, each.test, each.field)
    if place := codes.place_code(each.test.region, each.place.side):
        resource["bodySite"] = place
    if way := _method(record, each.test, each.field):
        resource["method"] = way
    if value is not None:
        resource |= _value(practice_id, each.test, each.field, value)
    if each.amended is not None:
        resource["note"] = [_amended_note(each)]
    return resource


def finding_id(assessment_id: uuid.UUID, place: Place) -> uuid.UUID:
    """The same for the same place of an assessment, in every bundle."""
    return uuid.uuid5(assessment_id, ".".join(place))


def _about(findings: Findings, record: AssessmentRecord) -> Resource:
    assessment = record.assessment
    who = assessment.signer or assessment.author
    practitioner = reference(practitioner_id(who))
    practice = reference(findings.practice.id)
    issued = {"issued": instant(assessment.signed_at)} if assessment.signed_at else {}
    return {
        "resourceType": "Observation",
        "category": [EXAM],
        "subject": reference(findings.client.id),
        "effectiveDateTime": assessment.taken_on.isoformat(),
        **issued,
        "performer": [practitioner, practice],
    }


def _status(record: AssessmentRecord, amended: bool) -> str:
    if record.assessment.status is AssessmentStatus.DRAFT:
        return "preliminary"
    return "amended" if amended else "final"


def _value_status(record: AssessmentRecord, each: RecordedValue) -> str:
    withdrawn = each.amended is not None and each.value is None
    return "entered-in-error" if withdrawn else _status(record, each.amended is not None)


def _value(practice_id: uuid.UUID, test: AssessmentTest, field: Field, value: Value) -> Resource:
    if not isinstance(value, str):
        return {"valueQuantity": codes.quantity(field, value), **_interpreted(field, value)}
    if field.kind is FieldKind.TEXT:
        return {"valueString": value}
    if value in codes.NOT_DONE:
        code, words = codes.NOT_DONE[value]
        return {"dataAbsentReason": codes.concept(words, (codes.ABSENT, code, words))}
    if field.kind is FieldKind.FAULTS and value != NONE_SEEN:
        seen = [codes.answer_code(practice_id, test, field, code) for code in value.split()]
        return {
            "component": [{"code": fault, "valueBoolean": True} for fault in seen],
            **_interpreted(field, value),
        }
    answer = codes.answer_code(practice_id, test, field, value)
    return {"valueCodeableConcept": answer, **_interpreted(field, value)}


def _interpreted(field: Field, value: Value) -> Resource:
    read = codes.READ.get(value) if field.kind is FieldKind.RESULT and isinstance(value, str) else None
    if read is None and stands_out(field, value):
        read = codes.STANDS_OUT
    if read is None:
        return {}
    code, words = read
    return {"interpretation": [codes.concept(words, (codes.INTERPRETATION, code, words))]}


def _method(record: AssessmentRecord, test: AssessmentTest, field: Field) -> Resource | None:
    """How a number was measured: the position and the device, as they were noted beside it."""
    if not field.is_numeric or field.kind in codes.SCORED:
        return None
    ways = ((each, record.values.get(Place(test.id, each.id, Side.NONE))) for each in test.fields if each.way)
    noted = [(each, value) for each, value in ways if isinstance(value, str)]
    if not noted:
        return None
    practice_id = record.assessment.practice_id
    answers = [codes.answer_code(practice_id, test, each, value) for each, value in noted]
    return {
        "coding": [coding for answer in answers for coding in answer["coding"]],
        "text": ", ".join(answer["text"] for answer in answers),
    }


def _notes(record: AssessmentRecord) -> Iterator[Resource]:
    if record.assessment.note:
        yield {"text": record.assessment.note}
    for added in record.added:
        words = " ".join(filter(None, [added.note, f"Amended because: {added.reason}"]))
        yield {"authorString": added.by, "time": instant(added.at), "text": words}


def _amended_note(each: RecordedValue) -> Resource:
    amended = each.amended
    assert amended is not None
    was = "nothing" if amended.signed is None else in_words(each.field, amended.signed)
    now = "withdrawn" if each.value is None else "amended"
    text = f"{now.capitalize()}; signed as: {was}. Because: {amended.reason}"
    return {"authorString": amended.by, "time": instant(amended.at), "text": text}
