"""What an assessment asks: the catalogue's tests and the practice's own, each as it stood at the time."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from sqlalchemy import and_, select

from clinic.catalogue import load_catalogue
from clinic.catalogue.assessment_tables import read_test
from clinic.catalogue.reader import DataEntry
from clinic.domain.assessment import AssessmentTest, Battery, BatteryItem
from clinic.domain.provenance import Provenance
from clinic.domain.types import Evidence
from clinic.extensions import db
from clinic.models import Assessment, Finding, OwnBattery, OwnBatteryVersion, OwnTest, OwnTestVersion
from clinic.models.base import points_at
from clinic.services import access
from clinic.services.actors import Actor

OWN = "own-"  # how the keys of a practice's own tests and batteries begin
CHOSEN = "chosen"  # stands for a battery where the tests were picked for this one assessment
AUTHORED = Provenance(Evidence.AUTHORED)
LOADED = "own_tests"  # where a session keeps what it has loaded: versions never change


def is_own(key: str) -> bool:
    """Whether a test or a battery is a practice's own."""
    return key.startswith(OWN)


def snapshot(items: Iterable[BatteryItem]) -> list[dict[str, Any]]:
    """What an assessment keeps of the tests it asks for."""
    return [
        {
            "test": item.test.id,
            "version": item.test.version,
            "fields": [field.id for field in item.fields],
        }
        for item in items
    ]


def items_of(assessment: Assessment) -> tuple[BatteryItem, ...]:
    """The tests asked for, in order, as they stood; one query per session where own tests are among them.

    Older rows have no list: theirs is the catalogue's battery, or else what was recorded.
    """
    if assessment.items is not None:
        return tuple(_resolved(assessment.practice_id, assessment.items))
    battery = load_catalogue().battery(assessment.battery_key, assessment.battery_version)
    return battery.items if battery else tuple(_recorded_items(assessment.findings))


def title_of(assessment: Assessment) -> str:
    """What the assessment is called."""
    if assessment.title:
        return assessment.title
    battery = load_catalogue().batteries.get(assessment.battery_key)
    return battery.name if battery else assessment.battery_key.replace("_", " ").capitalize()


def batteries_for(actor: Actor) -> tuple[Battery, ...]:
    """What an assessment can be begun with: the practice's own batteries, then the shipped: two queries."""
    access.staff_only(actor)
    rows = _offered_batteries(actor.practice_id)
    tests = tests_for(actor) if rows else {}
    own = [own_battery(row, key, tests) for row, key in rows]
    return (*(each for each in own if each.items), *load_catalogue().batteries.values())


def battery_for(actor: Actor, ref: str) -> Battery | None:
    """The battery of this key in its newest version, if it is offered."""
    if not is_own(ref):
        return load_catalogue().batteries.get(ref)
    return next((each for each in batteries_for(actor) if each.id == ref), None)


def tests_for(actor: Actor) -> Mapping[str, AssessmentTest]:
    """Every test a battery can be made of, by key: the practice's own, then the shipped: one query."""
    access.staff_only(actor)
    return {**_offered_tests(actor.practice_id), **load_catalogue().tests}


def own_test(row: OwnTestVersion, key: str) -> AssessmentTest:
    """A practice's own test out of one of its versions, read as the catalogue's are."""
    table = {**row.definition, "id": key, "name": row.name, "version": row.number, "status": "authored"}
    return read_test(DataEntry("own tests", key, table), {}, fault_names())


def fault_names() -> dict[str, str]:
    """What the faults are called, the practice's named mistake among them."""
    catalogue = load_catalogue()
    named = catalogue.named_mistake
    return {fault.id: fault.name for fault in catalogue.faults.values()} | {named.id: named.label}


def _resolved(practice_id: uuid.UUID, kept: Iterable[Mapping[str, Any]]) -> Iterator[BatteryItem]:
    for each in kept:
        test = _test(practice_id, str(each["test"]), int(each["version"]))
        if test is not None:
            known = {field.id: field for field in test.fields}
            yield BatteryItem(test, tuple(known[key] for key in each["fields"] if key in known))


def _test(practice_id: uuid.UUID, key: str, version: int) -> AssessmentTest | None:
    if not is_own(key):
        return load_catalogue().test(key, version)
    loaded: dict[Any, AssessmentTest] = db.session().info.setdefault(LOADED, {})
    place = practice_id, key, version
    if place not in loaded:
        loaded |= _all_own_tests(practice_id)
    return loaded.get(place)


def _all_own_tests(practice_id: uuid.UUID) -> dict[tuple[uuid.UUID, str, int], AssessmentTest]:
    query = (
        select(OwnTestVersion, OwnTest.key)
        .join(
            OwnTest,
            points_at(OwnTestVersion.test_id, OwnTest),
        )
        .where(OwnTestVersion.practice_id == practice_id)
    )
    return {(practice_id, key, row.number): own_test(row, key) for row, key in db.session.execute(query)}


def _offered_tests(practice_id: uuid.UUID) -> dict[str, AssessmentTest]:
    query = (
        select(OwnTestVersion, OwnTest.key)
        .join(
            OwnTest,
            and_(
                points_at(OwnTestVersion.test_id, OwnTest),
                OwnTest.version == OwnTestVersion.number,
            ),
        )
        .where(OwnTest.practice_id == practice_id, OwnTest.retired_at.is_(None))
        .order_by(OwnTestVersion.name, OwnTest.key)
    )
    return {key: own_test(row, key) for row, key in db.session.execute(query)}


def _offered_batteries(practice_id: uuid.UUID) -> list[tuple[OwnBatteryVersion, str]]:
    query = (
        select(OwnBatteryVersion, OwnBattery.key)
        .join(
            OwnBattery,
            and_(
                points_at(OwnBatteryVersion.battery_id, OwnBattery),
                OwnBattery.version == OwnBatteryVersion.number,
            ),
        )
        .where(OwnBattery.practice_id == practice_id, OwnBattery.retired_at.is_(None))
        .order_by(OwnBatteryVersion.name, OwnBattery.key)
    )
    return [(row, key) for row, key in db.session.execute(query)]


def own_battery(row: OwnBatteryVersion, key: str, tests: Mapping[str, AssessmentTest]) -> Battery:
    """A practice's own battery, of those tests that are still offered, each in its newest version."""
    return Battery(
        id=key,
        name=row.name,
        version=row.number,
        purpose=row.purpose,
        items=tuple(_still_offered(row.items, tests)),
        provenance=AUTHORED,
    )


def _still_offered(
    kept: Iterable[Mapping[str, Any]], tests: Mapping[str, AssessmentTest]
) -> Iterator[BatteryItem]:
    for each in kept:
        test = tests.get(str(each["test"]))
        if test is not None:
            fields = tuple(field for field in test.fields if field.id in each["fields"])
            yield BatteryItem(test, fields or test.fields)


def _recorded_items(findings: Iterable[Finding]) -> Iterator[BatteryItem]:
    recorded = {(each.test_key, each.field_key) for each in findings}
    for test in load_catalogue().tests.values():
        fields = tuple(field for field in test.fields if (test.id, field.id) in recorded)
        if fields:
            yield BatteryItem(test, fields)
