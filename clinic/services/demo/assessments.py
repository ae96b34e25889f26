"""Assessments of the demo: one at the start, for some a better one later, for a few a draft."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from random import Random
from typing import Any

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem, Field
from clinic.domain.types import AssessmentStatus, FieldKind, Section, Side, Sides, TestResult
from clinic.models import Assessment, Finding, ProgramFinding
from clinic.services.batteries.offered import snapshot
from clinic.services.demo.people import Person, Rows, audit

BATTERY = "hip_back_first_visit"
POSITIVE = 0.28  # chance of a positive test at the start; four in ten of them are positive again

# the lowest and the highest of the first visit, and by how much the re-test is better
MEASURED: Mapping[tuple[str, str], tuple[int, int, int]] = {
    ("thomas", "residual"): (2, 16, -5),
    ("slr", "angle"): (52, 74, 9),
    ("hip_rotation", "internal_passive"): (18, 30, 9),
    ("hip_rotation", "external_passive"): (28, 42, 7),
    ("single_leg_stance", "eyes_open"): (8, 24, 9),
    ("chair_stand_30s", "stands"): (8, 13, 3),
    ("forward_bend", "fingertip_floor"): (12, 30, -8),
    ("hinge_dowel", "contacts"): (1, 2, 1),
    ("aslr_mens", "difficulty"): (0, 2, -1),
}
# what was seen: at the start, and at the re-test
SEEN: Mapping[tuple[str, str], tuple[str, str]] = {
    ("hip_rotation", "position"): ("prone", "prone"),
    ("hip_rotation", "device"): ("inclinometer", "inclinometer"),
    ("hinge_dowel", "first_lost"): ("sacrum", "none"),
    ("hinge_dowel", "depth"): ("knee", "shin"),
    ("hinge_dowel", "faults"): ("named_mistake", "none"),
    ("single_leg_stance", "trials"): ("best_of_3", "best_of_3"),
    ("forward_bend", "motion"): ("back", "mixed"),
    ("squat_observation", "depth"): ("half", "parallel"),
    ("squat_observation", "heels_lift"): ("slight", "no"),
    ("squat_observation", "back_rounds"): ("yes", "slight"),
}
CITED = (("hip_rotation", "internal_passive", Side.LEFT), ("hinge_dowel", "contacts", Side.NONE))
# only a positive test has these
WHEN_POSITIVE = {"familiar": "yes", "where": "groin", "symptom": "back", "spread": "local"}
WHEN_NEGATIVE = {"symptom": "hamstring", "spread": "none"}


@dataclass(frozen=True, slots=True)
class DemoAssessment:
    """One taking of the battery; a client's first figures are the same whenever they are asked for."""

    person: Person
    better: bool

    def dice(self, *about: str) -> float:
        """A number from 0 to 1 that stays the same for this client and question."""
        return Random(f"{self.person.number} {' '.join(about)}").random()  # noqa: S311 - not a secret

    def is_positive(self, test: str, side: Side) -> bool:
        """Whether a test hurts."""
        chance = POSITIVE * (0.4 if self.better else 1)
        return self.dice(test, side.value, "positive") < chance

    def number(self, test: str, field: str, side: Side) -> float:
        """A figure between the ends of the first visit, moved by what was gained since."""
        low, high, gain = MEASURED[test, field]
        value = low + self.dice(test, field, side.value) * (high - low)
        if self.better:
            value += gain * (0.6 + 0.8 * self.dice(test, field, side.value, "gain"))
        return float(max(0, round(value)))


def assessment_rows(person: Person) -> Rows:
    """A signed assessment for two of three clients, a re-test after four weeks for half of those, two drafts.

    In a practice for speed it is a tenth of them: eighty findings each would be half of all its rows.
    """
    if person.number % 3 == 2 or (person.desk.short_history and person.number % 10):
        return
    yield from _taken(DemoAssessment(person, better=False), person.starts_on)
    again = person.starts_on + timedelta(weeks=4)
    if person.number % 2 == 0 and again < person.today:
        yield from _taken(DemoAssessment(person, better=True), again)
    elif person.number in {3, 9}:
        yield from _begun(DemoAssessment(person, better=True), person.today - timedelta(days=2))


def _taken(visit: DemoAssessment, day: date) -> Rows:
    person, battery = visit.person, load_catalogue().batteries[BATTERY]
    at = person.at(day, 11, 30)
    signed = {
        "status": AssessmentStatus.SIGNED,
        "signed_by": person.desk.practitioner_id,
        "signed_at": at,
    }
    row = _row(visit, day) | signed
    yield Assessment, row
    for item in battery.items:
        yield from _findings(visit, row["id"], item)
    yield audit(person, "assessment.signed", at, name=battery.name)
    if not visit.better:
        yield from _cited(visit, row["id"])


def _cited(visit: DemoAssessment, assessment_id: uuid.UUID) -> Rows:
    """What the program answers: the left hip's turning in, and the contacts lost in the hinge."""
    person = visit.person
    for position, (test, field, side) in enumerate(CITED):
        yield (
            ProgramFinding,
            person.row(
                program_id=person.program_id,
                assessment_id=assessment_id,
                position=position,
                test_key=test,
                field_key=field,
                side=side,
                value_number=visit.number(test, field, side),
            ),
        )


def _begun(visit: DemoAssessment, day: date) -> Rows:
    """A draft whose first section is filled in."""
    battery = load_catalogue().batteries[BATTERY]
    row = _row(visit, day) | {"status": AssessmentStatus.DRAFT}
    yield Assessment, row
    for item in battery.section(Section.ORTHOPEDIC):
        yield from _findings(visit, row["id"], item)
    yield audit(visit.person, "assessment.begun", row["created_at"], name=battery.name)


def _row(visit: DemoAssessment, day: date) -> dict[str, Any]:
    person, battery = visit.person, load_catalogue().batteries[BATTERY]
    return person.row(
        client_id=person.client_id,
        battery_key=battery.id,
        battery_version=battery.version,
        title=battery.name,
        items=_asked(),
        taken_on=day,
        created_by=person.desk.practitioner_id,
        created_at=person.at(day, 11, 5),
        version=1,
    ) | {"id": uuid.UUID(int=person.random.getrandbits(128), version=4)}


@lru_cache(maxsize=1)
def _asked() -> list[dict[str, Any]]:
    return snapshot(load_catalogue().batteries[BATTERY].items)


def _findings(visit: DemoAssessment, assessment_id: uuid.UUID, item: BatteryItem) -> Rows:
    for field in item.fields:
        sides = (
            (Side.LEFT, Side.RIGHT)
            if item.test.sides is Sides.LEFT_RIGHT and field.per_side
            else (Side.NONE,)
        )
        for side in sides:
            value = _value(visit, item.test.id, field, side)
            if value is not None:
                yield Finding, _finding(visit.person, assessment_id, item, field, side, value)


def _finding(
    person: Person, assessment_id: uuid.UUID, item: BatteryItem, field: Field, side: Side, value: str | float
) -> dict[str, Any]:
    return person.row(
        assessment_id=assessment_id,
        test_key=item.test.id,
        field_key=field.id,
        side=side,
        value_number=None if isinstance(value, str) else value,
        value_text=value if isinstance(value, str) else None,
        unit=field.unit or None,
    )


def _value(visit: DemoAssessment, test: str, field: Field, side: Side) -> str | float | None:
    if (test, field.id) in MEASURED:
        return visit.number(test, field.id, side)
    if (test, field.id) in SEEN:
        return SEEN[test, field.id][visit.better]
    positive = visit.is_positive(test, side)
    if field.kind is FieldKind.RESULT:
        return (TestResult.POSITIVE if positive else TestResult.NEGATIVE).value
    if field.kind is FieldKind.PAIN:
        return _pain(visit, test, field, side, positive)
    if field.id in WHEN_POSITIVE:
        return (WHEN_POSITIVE if positive else WHEN_NEGATIVE).get(field.id)
    if not field.normal:
        return None
    return float(field.normal) if field.is_numeric else field.normal


def _pain(visit: DemoAssessment, test: str, field: Field, side: Side, positive: bool) -> float | None:
    """Of a single test only where it is positive; of a whole movement always, and little."""
    if field.id == "pain_overall":
        return float(round(visit.dice(test, "pain") * (1 if visit.better else 3)))
    most = 3 if visit.better else 5
    return float(round(2 + visit.dice(test, side.value, "pain") * (most - 2))) if positive else None
