"""A client with twelve signed assessments of eighty findings each, and the page that shows them all."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice
from typing import Any

from sqlalchemy import insert, select, update

from clinic.catalogue import load_catalogue
from clinic.domain.assessment import BatteryItem
from clinic.domain.findings import Value, read
from clinic.domain.spots import Spot, spots_of
from clinic.domain.types import AssessmentStatus, FieldKind
from clinic.extensions import db
from clinic.models import Assessment, Client, Finding, User
from clinic.services.batteries.offered import snapshot
from clinic.services.clock import now
from clinic.services.transaction import transaction
from tests.bench.installation import Installation, app_of

TAKEN, FINDINGS = 12, 80
FIRST, APART = date(2025, 1, 6), timedelta(weeks=4)


def comparison(there: Installation) -> str:
    """Writes the assessments of one client; the address of first against latest, with those between."""
    app = app_of(there.environment)
    with app.app_context():
        with transaction() as session:
            staff = session.scalars(select(User).where(User.email == there.practitioner)).one()
            taken = select(Assessment.client_id)
            query = select(Client).where(Client.practice_id == staff.practice_id, Client.id.not_in(taken))
            client = session.scalars(query.order_by(Client.sort_key).limit(1)).one()
            for number in range(TAKEN):
                _take(staff, client, number)
            path = f"/clients/{client.id}/assessments/compare?between=1"
        db.session.remove()
        db.engine.dispose()
    return path


def _take(staff: User, client: Client, number: int) -> None:
    items, spots = _asked()
    day = FIRST + number * APART
    assessment = Assessment(
        practice_id=staff.practice_id,
        client_id=client.id,
        battery_key="chosen",
        battery_version=1,
        title="Everything",
        items=snapshot(items),
        taken_on=day,
        created_by=staff.id,
        created_at=now(),
    )
    db.session.add(assessment)
    db.session.flush()
    db.session.execute(insert(Finding), [_finding(assessment, spot, number) for spot in spots])
    db.session.execute(
        update(Assessment)
        .where(Assessment.id == assessment.id)
        .values(status=AssessmentStatus.SIGNED, signed_by=staff.id, signed_at=now())
    )


def _asked() -> tuple[list[BatteryItem], list[Spot]]:
    """As many tests of the catalogue as have eighty places."""
    items = [BatteryItem(test, test.fields) for test in load_catalogue().tests.values()]
    spots = (spot for spot in spots_of(items) if spot.field.kind is not FieldKind.TEXT)
    chosen = list(islice(spots, FINDINGS))
    asked = {spot.test.id for spot in chosen}
    return [item for item in items if item.test.id in asked], chosen


def _finding(assessment: Assessment, spot: Spot, number: int) -> dict[str, Any]:
    value = _value(spot, number)
    return {
        "practice_id": assessment.practice_id,
        "assessment_id": assessment.id,
        "test_key": spot.place.test,
        "field_key": spot.place.field,
        "side": spot.place.side,
        "value_number": None if isinstance(value, str) else value,
        "value_text": value if isinstance(value, str) else None,
        "unit": spot.field.unit or None,
    }


def _value(spot: Spot, number: int) -> Value:
    """Something else each time, but measured in the same way."""
    field = spot.field
    if field.is_numeric:
        assert field.minimum is not None
        assert field.maximum is not None
        steps = int(field.maximum - field.minimum)
        return field.minimum + (number * 3) % (steps + 1)
    codes = [code for code, _ in field.options]
    value = read(field, [codes[0 if field.way else number % len(codes)]])
    assert value is not None
    return value
