"""Assessments of the demo: one at the start, for some a second one that moved the right way."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from clinic.catalogue import load_catalogue
from clinic.catalogue.assessment import BatteryItem, Field
from clinic.domain.types import AssessmentStatus, FieldKind, Side, Sides, TestResult
from clinic.models import Assessment, Finding

if TYPE_CHECKING:
    from clinic.services.demo_clients import Person, Rows

BATTERY = "hip_back_first_visit"


def assessment_rows(person: Person) -> Rows:
    """A signed assessment for two of three clients, and a re-test after four weeks for half of those.

    In a practice for speed it is a tenth of them: eighty findings each would be half of all its rows.
    """
    if person.number % 3 == 2 or (person.desk.short_history and person.number % 10):
        return
    yield from _taken(person, person.starts_on, better=False)
    again = person.starts_on + timedelta(weeks=4)
    if person.number % 2 == 0 and again < person.today:
        yield from _taken(person, again, better=True)


def _taken(person: Person, day: date, *, better: bool) -> Rows:
    battery = load_catalogue().batteries[BATTERY]
    at = person.at(day, 11, 30)
    assessment_id = uuid.UUID(int=person.random.getrandbits(128), version=4)
    yield Assessment, person.row(
        client_id=person.client_id,
        battery_key=battery.id,
        battery_version=battery.version,
        taken_on=day,
        status=AssessmentStatus.SIGNED,
        created_by=person.desk.practitioner_id,
        created_at=at - timedelta(minutes=25),
        signed_by=person.desk.practitioner_id,
        signed_at=at,
        version=1,
    ) | {"id": assessment_id}
    for item in battery.items:
        yield from _findings(person, assessment_id, item, better)
    from clinic.services.demo_clients import _audit

    yield _audit(person, "assessment.signed", at, battery=battery.name)


def _findings(person: Person, assessment_id: uuid.UUID, item: BatteryItem, better: bool) -> Rows:
    for field in item.fields:
        sides = (Side.LEFT, Side.RIGHT) if item.test.sides is Sides.LEFT_RIGHT and field.per_side else (Side.NONE,)
        for side in sides:
            value = _value(person, field, better)
            if value is not None:
                yield Finding, _finding(person, assessment_id, item, field, side, value)


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


def _value(person: Person, field: Field, better: bool) -> str | float | None:
    random = person.random
    if field.kind is FieldKind.RESULT:
        positive = random.random() < (0.12 if better else 0.3)
        return (TestResult.POSITIVE if positive else TestResult.NEGATIVE).value
    if field.kind is FieldKind.GRADE:
        return field.maximum if field.id.startswith(("l", "s")) else 2.0
    if field.kind is FieldKind.CHOICE:
        return field.options[0][0]
    if field.is_numeric:
        least, most = field.minimum or 0, min(field.maximum or 10, 60)
        middle = least + (most - least) * (0.62 if better else 0.45)
        return float(max(least, min(most, round(middle + random.randint(-3, 3)))))
    return None
