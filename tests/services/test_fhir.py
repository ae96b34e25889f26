"""The bundle as another system reads it: parsed by fhir.resources, its required codes checked by us."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle

from clinic.catalogue import load_catalogue
from clinic.domain.asking import AnswerSource
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Place, Value
from clinic.domain.score_changes import AnsweredQuestionnaire
from clinic.domain.spots import spots_of
from clinic.domain.types import FieldKind, Section, Side
from clinic.extensions import db
from clinic.services.actors import Actor
from clinic.services.assessments import amendments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.batteries import offered as batteries
from clinic.services.files import findings as client_findings
from clinic.services.files.fhir import codes, fhir_bundle
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People

AT = datetime(2026, 3, 3, 9, tzinfo=UTC)
DAY = date(2026, 3, 2)
RIGHT = INTERNAL_LEFT._replace(side=Side.RIGHT)
# What these FHIR value sets hold, as far as we use them: fhir.resources checks shapes, not codes.
REQUIRED = {
    "Observation.status": {"registered", "preliminary", "final", "amended", "corrected", "cancelled"}
    | {"entered-in-error", "unknown"},
    "QuestionnaireResponse.status": {"in-progress", "completed", "amended", "entered-in-error", "stopped"},
    "Bundle.type": {"document", "message", "transaction", "history", "searchset", "collection"},
    "ContactPoint.system": {"phone", "fax", "email", "pager", "url", "sms", "other"},
}
CODES = {
    codes.CATEGORY: {"exam", "survey"},
    codes.INTERPRETATION: {"POS", "NEG", "E", "A"},
    codes.ABSENT: {"not-performed", "not-asked"},
    "http://terminology.hl7.org/CodeSystem/provenance-participant-type": {"verifier"},
    codes.LOINC: {"72514-3", "75893-8", "55757-9", "55758-7", "32385-7"},  # confirmed; no others may be sent
}
UNITS = {"deg", "s", "cm", "{count}", "{score}", "{clock}"}


@pytest.fixture
def robin(people: People) -> Actor:
    return people.actor(people.colleague)


def bundle(robin: Actor, people: People) -> dict[str, Any]:
    """A client's bundle, which another library has read."""
    db.session.expire_all()  # as in a request of its own
    made = fhir_bundle(client_findings.of_client(robin, people.client.id), [], AT)
    Bundle.model_validate_json(made)
    told: dict[str, Any] = json.loads(made)
    return told


def of_kind(told: dict[str, Any], kind: str) -> list[dict[str, Any]]:
    return [each["resource"] for each in told["entry"] if each["resource"]["resourceType"] == kind]


def observation(told: dict[str, Any], code: str, side: str = "") -> dict[str, Any]:
    """The one with this code of ours, on this side."""
    [found] = [
        each
        for each in of_kind(told, "Observation")
        if each["code"]["coding"][0]["code"] == code
        and (not side or each["bodySite"]["coding"][0]["code"].startswith(side))
    ]
    return found


def inside(value: Any) -> Iterator[dict[str, Any]]:
    """Every object anywhere in a bundle."""
    if isinstance(value, dict):
        yield value
        for each in value.values():
            yield from inside(each)
    elif isinstance(value, list):
        for each in value:
            yield from inside(each)


def test_an_angle_has_our_code_its_side_its_unit_and_how_it_was_measured(
    people: People, robin: Actor
) -> None:
    assessment = signed(robin, people.client, DAY, {INTERNAL_LEFT: 35.0, RIGHT: 22.0, **SETUP})
    told = bundle(robin, people)
    left = observation(told, "hip_rotation.internal_passive", "left")
    assert left["status"] == "final"
    assert left["effectiveDateTime"] == "2026-03-02"
    assert left["valueQuantity"] == {"value": 35, "unit": "°", "system": codes.UCUM, "code": "deg"}
    assert left["method"]["text"] == "Seated, Goniometer"
    assert left["subject"] == {"reference": f"urn:uuid:{people.client.id}"}
    assert left["performer"][0] == {"reference": f"urn:uuid:{people.colleague.id}"}
    assert observation(told, "hip_rotation.internal_passive", "right")["valueQuantity"]["value"] == 22
    [whole] = [each for each in of_kind(told, "Observation") if each["id"] == str(assessment.id)]
    assert {"reference": f"urn:uuid:{left['id']}"} in whole["hasMember"]


@pytest.mark.parametrize(
    ("value", "interpretation"), [("positive", "POS"), ("negative", "NEG"), ("equivocal", "E")]
)
def test_a_result_is_read_as_the_standard_names_it(
    people: People, robin: Actor, value: str, interpretation: str
) -> None:
    signed(robin, people.client, DAY, {POSITIVE: value})
    found = observation(bundle(robin, people), "faber.result")
    assert found["valueCodeableConcept"]["coding"][0]["system"] == codes.ANSWER
    assert found["interpretation"][0]["coding"][0]["code"] == interpretation


def test_what_was_not_tested_has_a_reason_instead_of_a_value(people: People, robin: Actor) -> None:
    signed(robin, people.client, DAY, {POSITIVE: "not_tested"})
    found = observation(bundle(robin, people), "faber.result")
    assert found["dataAbsentReason"]["coding"][0]["code"] == "not-performed"
    assert not [key for key in found if key.startswith("value")]


def test_faults_are_components_and_none_seen_is_an_answer(people: People, robin: Actor) -> None:
    faults = Place("hinge_dowel", "faults", Side.NONE)
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {faults: "rounding knees_forward"}, Section.FUNCTIONAL_MOVEMENT)
    found = observation(bundle(robin, people), "hinge_dowel.faults")
    assert [each["valueBoolean"] for each in found["component"]] == [True, True]
    recorded(robin, assessment, {faults: "none"}, Section.FUNCTIONAL_MOVEMENT)
    found = observation(bundle(robin, people), "hinge_dowel.faults")
    assert found["valueCodeableConcept"]["text"] == "None seen"


def test_a_draft_is_preliminary_and_has_no_signature(people: People, robin: Actor) -> None:
    recorded(robin, draft(robin, people.client), {POSITIVE: "negative"})
    told = bundle(robin, people)
    assert {each["status"] for each in of_kind(told, "Observation")} == {"preliminary"}
    assert of_kind(told, "Provenance") == []


def test_an_amended_value_says_what_was_signed_and_a_withdrawn_one_that_it_was_an_error(
    people: People, robin: Actor
) -> None:
    assessment = signed(robin, people.client, DAY, {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP})
    for key, place, value in (("1", INTERNAL_LEFT, 25.0), ("2", POSITIVE, None)):
        wish = AmendmentWish(key=key, place=place, value=value, note="", reason="Typed wrong")
        amendments.amend(robin, assessment.id, wish)
    told = bundle(robin, people)
    angle = observation(told, "hip_rotation.internal_passive")
    assert (angle["status"], angle["valueQuantity"]["value"]) == ("amended", 25)
    assert angle["note"][0]["text"] == "Amended; signed as: 35. Because: Typed wrong"
    withdrawn = observation(told, "faber.result")
    assert withdrawn["status"] == "entered-in-error"
    assert withdrawn["valueCodeableConcept"]["text"] == "Positive"
    whole = next(each for each in of_kind(told, "Observation") if each["id"] == str(assessment.id))
    assert whole["status"] == "amended"


def test_ids_stay_and_references_lead_inside(people: People, robin: Actor) -> None:
    signed(robin, people.client, DAY, {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP})
    told, again = bundle(robin, people), bundle(robin, people)
    known = [each["fullUrl"] for each in told["entry"]]
    assert known == [each["fullUrl"] for each in again["entry"]]
    assert len(set(known)) == len(known)
    for each in told["entry"]:
        assert each["fullUrl"] == f"urn:uuid:{uuid.UUID(each['resource']['id'])}"
    references = {each["reference"] for each in inside(told) if "reference" in each}
    assert references
    assert references <= set(known)


def test_nothing_of_the_client_but_the_name(people: People, robin: Actor) -> None:
    signed(robin, people.client, DAY)
    [patient] = of_kind(bundle(robin, people), "Patient")
    assert set(patient) == {"resourceType", "id", "identifier", "name", "managingOrganization"}


def test_no_findings_make_a_bundle_all_the_same(people: People, robin: Actor) -> None:
    assert of_kind(bundle(robin, people), "Observation") == []


def sample(field: Any) -> Value:
    """A value that a field takes."""
    if field.kind is FieldKind.TEXT:
        return "Some words"
    if field.is_numeric:
        return float(field.maximum)
    return str(field.options[0][0])


def test_every_field_of_the_catalogue_is_sent_with_codes_that_exist(people: People, robin: Actor) -> None:
    """All tests at once, as one assessment that has them: units, systems and codes are all known ones."""
    found = client_findings.of_client(robin, people.client.id)
    assessment = draft(robin, people.client)
    items = tuple(BatteryItem(test, test.fields) for test in load_catalogue().tests.values())
    values = {spot.place: sample(spot.field) for spot in spots_of(items)}
    assessment.items = batteries.snapshot(items)
    record = AssessmentRecord(assessment, values, {})
    made = fhir_bundle(client_findings.Findings(found.practice, found.client, [record]), [], AT)
    Bundle.model_validate_json(made)
    told = json.loads(made)
    assert len(of_kind(told, "Observation")) == len(values) + 1 > 300
    assert told["type"] in REQUIRED["Bundle.type"]
    for resource in (each["resource"] for each in told["entry"]):
        required = REQUIRED.get(f"{resource['resourceType']}.status")
        assert required is None or resource["status"] in required
        for telecom in resource.get("telecom", []):
            assert telecom["system"] in REQUIRED["ContactPoint.system"]
    for each in inside(told):
        if each.get("system") == codes.UCUM:
            assert each["code"] in UNITS
        elif "code" in each and "system" in each:
            ours = each["system"].startswith(codes.OURS)
            assert ours or each["code"] in CODES[each["system"]], each
        for coding in [each.get("code", {}).get("coding")] if isinstance(each.get("code"), dict) else []:
            assert coding[0]["system"].startswith(codes.OURS), "ours comes first"
    assert "snomed" not in made.decode().lower()


def answered(
    key: str, answers: dict[str, int | None], revision: int = 1, **changes: Any
) -> AnsweredQuestionnaire:
    """An answered questionnaire of the catalogue."""
    made = load_catalogue().questionnaires.newest[key]
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "request_id": uuid.uuid4(),
        "questionnaire": made,
        "revision": revision,
        "is_current": True,
        "answers": answers,
        "activities": (),
        "since": None,
        "scores": {measure.id: 4.0 for measure in made.measures},
        "screen_positive": False,
        "answered_at": AT,
        "recorded_at": AT,
        "source": AnswerSource.LINK,
        "typed_by": None,
        "reason": None,
    }
    return AnsweredQuestionnaire(**{**values, **changes})


@pytest.mark.parametrize("key", list(load_catalogue().questionnaires.newest))
def test_an_answered_questionnaire_comes_with_its_scores(people: People, robin: Actor, key: str) -> None:
    made = load_catalogue().questionnaires.newest[key]
    answers: dict[str, int | None] = dict.fromkeys(made.allowed, 1)
    answers[next(iter(answers))] = None
    each = answered(key, answers, revision=2, activities=("Put on socks", "Sit"))
    content = fhir_bundle(client_findings.of_client(robin, people.client.id), [each], AT)
    Bundle.model_validate_json(content)
    told = json.loads(content)
    [response] = of_kind(told, "QuestionnaireResponse")
    assert response["status"] == "amended"
    assert response["questionnaire"] == f"{codes.QUESTIONNAIRE}:{key}|{made.version}"
    assert ["answer" in item for item in response["item"]] == [False, *[True] * (len(answers) - 1)]
    scores = of_kind(told, "Observation")
    assert len(scores) == len(made.measures)
    for score in scores:
        assert score["derivedFrom"] == [{"reference": f"urn:uuid:{each.id}"}]
        ours, *others = score["code"]["coding"]
        assert ours["system"] == codes.QUESTIONNAIRE
        assert {other["code"] for other in others} <= CODES[codes.LOINC]
