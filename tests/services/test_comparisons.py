"""First against latest, any two, and each measure over time."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

import pytest

from clinic.domain.change import ChangeVerdict
from clinic.domain.errors import NotFound
from clinic.domain.finding_changes import FindingChange
from clinic.domain.findings import Place, Value
from clinic.domain.types import Side
from clinic.extensions import db
from clinic.services.actors import Actor
from clinic.services.assessments import comparisons
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People
from tests.statements import statements

DAYS = [date(2026, month, 2) for month in (3, 4, 5)]
DEVICE = Place("hip_rotation", "device", Side.NONE)
ANGLE = Place("slr", "angle", Side.LEFT)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def by_place(rows: list[FindingChange]) -> dict[Place, FindingChange]:
    """The rows by where they stand."""
    return {row.spot.place: row for row in rows}


def turning(left: float, **setup: str) -> Mapping[Place, Value]:
    """A left internal rotation, seated with a goniometer unless said otherwise."""
    other = {Place("hip_rotation", key, Side.NONE): value for key, value in setup.items()}
    return {INTERNAL_LEFT: left, **SETUP, **other}


def test_the_first_is_held_against_the_latest_whatever_lies_between(people: People, robin: Actor) -> None:
    for day, angle in zip(DAYS, (20.0, 50.0, 31.0), strict=True):
        signed(robin, people.client, day, {**turning(angle), POSITIVE: "positive"})
    found = comparisons.of_client(robin, people.client.id)
    assert found is not None
    assert (found.first.taken_on, found.latest.taken_on, found.between) == (DAYS[0], DAYS[2], [])
    rows = by_place(list(found.rows))
    assert rows[INTERNAL_LEFT].outcome.verdict is ChangeVerdict.BETTER
    assert rows[INTERNAL_LEFT].threshold is not None
    assert rows[POSITIVE].outcome.verdict is ChangeVerdict.SAME
    assert DEVICE not in rows


def test_any_two_are_compared_the_earlier_first_and_those_between_on_demand(
    people: People, robin: Actor
) -> None:
    made = [signed(robin, people.client, day, turning(20.0 + n * 6)) for n, day in enumerate(DAYS)]
    found = comparisons.of_client(robin, people.client.id, made[2].id, made[0].id, with_between=True)
    assert found is not None
    assert (found.first.id, found.latest.id) == (made[0].id, made[2].id)
    assert [record.id for record in found.between] == [made[1].id]
    other = comparisons.of_client(robin, people.client.id, made[0].id, made[1].id)
    assert other is not None
    assert by_place(list(other.rows))[INTERNAL_LEFT].outcome.verdict is ChangeVerdict.WITHIN_ERROR


def test_goniometer_and_inclinometer_are_never_one_trend(people: People, robin: Actor) -> None:
    devices = ("goniometer", "inclinometer", "goniometer")
    for day, device, angle in zip(DAYS, devices, (20.0, 25.0, 31.0), strict=True):
        signed(robin, people.client, day, turning(angle, device=device))
    _, records, found = comparisons.trends_of(robin, people.client.id)
    assert len(records) == 3
    (series,) = [each for each in found if each.spot.place == INTERNAL_LEFT]
    assert (series.way["device"], series.values) == ("goniometer", [20.0, None, 31.0])


def test_drafts_are_in_no_comparison(people: People, robin: Actor) -> None:
    signed(robin, people.client, DAYS[0], turning(20.0))
    recorded(robin, draft(robin, people.client, DAYS[1]), turning(40.0))
    assert comparisons.of_client(robin, people.client.id) is None


def test_another_clients_or_another_practices_assessment_is_not_found(people: People, robin: Actor) -> None:
    for day in DAYS[:2]:
        signed(robin, people.client, day, turning(20.0))
    other = signed(robin, people.other_client, DAYS[0], turning(20.0))
    for wrong in (other.id, uuid.uuid4()):
        with pytest.raises(NotFound):
            comparisons.of_client(robin, people.client.id, wrong)
    for stranger in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            comparisons.of_client(people.actor(stranger), people.client.id)
        with pytest.raises(NotFound):
            comparisons.trends_of(people.actor(stranger), people.client.id)


def test_a_comparison_costs_four_queries_however_many_there_are(people: People, robin: Actor) -> None:
    for day in DAYS:
        signed(robin, people.client, day, turning(20.0))
    client_id = people.client.id
    db.session.expunge_all()
    with statements(db.session.connection()) as asked:
        comparisons.of_client(robin, client_id, with_between=True)
    assert len([each for each in asked if each.startswith("SELECT")]) == 4
