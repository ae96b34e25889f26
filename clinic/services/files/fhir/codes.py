"""The code systems of the bundle. Ours come first; LOINC stands beside one only where it was confirmed.

LOINC is copyright Regenstrief Institute, Inc., and available at no cost under its licence. No SNOMED CT codes
are shipped: who uses them needs a licence of their own (clinical.json, interop.snomed).
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from clinic.domain.assessment import AssessmentTest, Field
from clinic.domain.findings import NONE_SEEN
from clinic.domain.types import FieldKind, Side, TestResult
from clinic.services.batteries.offered import is_own

OURS = "urn:x-regroove"
FINDING, ANSWER, BATTERY, PLACE = (f"{OURS}:{name}" for name in ("finding", "answer", "battery", "place"))
QUESTIONNAIRE = f"{OURS}:questionnaire"
LOINC = "http://loinc.org"
UCUM = "http://unitsofmeasure.org"
HL7 = "http://terminology.hl7.org/CodeSystem"
CATEGORY = f"{HL7}/observation-category"
INTERPRETATION = f"{HL7}/v3-ObservationInterpretation"
ABSENT = f"{HL7}/data-absent-reason"

# Verified in the LOINC table (clinical.md, part 9). The codes of hip angles are not: that they mean the hip
# was only inferred, and siblings of theirs are deprecated, so none is sent.
PAIN_NOW = "72514-3"  # Pain severity - 0-10 verbal numeric rating
LOINC_OF_TEST: Mapping[str, str] = MappingProxyType({"plantar_response": "32385-7"})  # Babinski reflex

UNITS: Mapping[str, str] = MappingProxyType({"°": "deg", "s": "s", "cm": "cm", "o'clock": "{clock}"})
SCORED = frozenset({FieldKind.GRADE, FieldKind.PAIN})
ANNOTATION = re.compile(r"[!-z|~]+")  # what UCUM allows between braces

READ: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        TestResult.NEGATIVE.value: ("NEG", "Negative"),
        TestResult.POSITIVE.value: ("POS", "Positive"),
        TestResult.EQUIVOCAL.value: ("E", "Equivocal"),
    }
)
STANDS_OUT = ("A", "Abnormal")
NOT_DONE: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "not_tested": ("not-performed", "Not Performed"),
        "not_tried": ("not-performed", "Not Performed"),
        "not_asked": ("not-asked", "Not Asked"),
    }
)
SIDES: Mapping[Side, str] = MappingProxyType({Side.LEFT: "left", Side.RIGHT: "right"})


def concept(text: str, *codings: tuple[str, str, str]) -> dict[str, Any]:
    """A CodeableConcept: its text, and codings as (system, code, display); LOINC's names are not repeated."""
    coded = [
        {"system": system, "code": code, **({"display": display} if display else {})}
        for system, code, display in codings
    ]
    return {"coding": coded, "text": text} if coded else {"text": text}


def finding_code(practice_id: uuid.UUID, test: AssessmentTest, field: Field) -> dict[str, Any]:
    """What was looked at: our code first. A practice's own tests have codes of their practice alone."""
    name = f"{test.name}: {field.label}"
    codings = [(_of(practice_id, FINDING, test.id), f"{test.id}.{field.id}", name)]
    if test.id in LOINC_OF_TEST and field.kind in (FieldKind.CHOICE, FieldKind.RESULT):
        codings.append((LOINC, LOINC_OF_TEST[test.id], ""))
    if field.kind is FieldKind.PAIN:
        codings.append((LOINC, PAIN_NOW, ""))
    return concept(name, *codings)


def battery_code(practice_id: uuid.UUID, key: str, name: str) -> dict[str, Any]:
    """Which battery an assessment was taken with."""
    return concept(name, (_of(practice_id, BATTERY, key), key, name))


def answer_code(practice_id: uuid.UUID, test: AssessmentTest, field: Field, code: str) -> dict[str, Any]:
    """An option of a field, or a fault seen."""
    words = {**dict(field.options), NONE_SEEN: "None seen"}.get(code, code)
    return concept(words, (_of(practice_id, ANSWER, test.id), f"{test.id}.{field.id}.{code}", words))


def place_code(region: str, side: Side) -> dict[str, Any] | None:
    """Where on the body, in words and a code of ours; None where a test has no place of its own."""
    if not region or side is Side.NONE:
        return None
    words = f"{SIDES[side].capitalize()}: {region}"
    slug = "-".join(re.findall(r"[a-z0-9]+", region.lower()))
    return concept(words, (PLACE, f"{SIDES[side]}.{slug}", words))


def quantity(field: Field, value: float) -> dict[str, Any]:
    """A number with its unit in UCUM."""
    told = {"value": _plain(value), "unit": field.unit or field.label.lower()}
    code = _ucum(field)
    return {**told, "system": UCUM, "code": code} if code else told


def scored(value: float) -> dict[str, Any]:
    """A score, which has no unit but its name."""
    return {"value": _plain(value), "unit": "score", "system": UCUM, "code": "{score}"}


def _plain(value: float) -> float:
    return int(value) if value == int(value) else value


def _ucum(field: Field) -> str:
    if field.kind in SCORED:
        return "{score}"
    if field.unit in UNITS:
        return UNITS[field.unit]
    if field.kind is FieldKind.COUNT:
        return "{count}"
    return f"{{{field.unit}}}" if ANNOTATION.fullmatch(field.unit) else ""


def _of(practice_id: uuid.UUID, system: str, key: str) -> str:
    return f"{system}:{practice_id}" if is_own(key) else system
