"""Batteries a practice puts together itself: every change is a new version; what was begun keeps its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from clinic.domain.assessment import AssessmentTest, Battery
from clinic.domain.errors import Conflict, RuleBroken, must_hold
from clinic.domain.types import Section
from clinic.extensions import db
from clinic.models import OwnBattery, OwnBatteryVersion, User
from clinic.models.base import points_at
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.batteries import heads as own_heads
from clinic.services.batteries import offered as batteries
from clinic.services.clock import now
from clinic.services.transaction import transaction

MOST_TESTS = 40


@dataclass(frozen=True, slots=True)
class Pick:
    """A test of a battery, with those of its fields that are asked."""

    test: str
    fields: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class BatteryVersion:
    """Which version of a battery was made when, by whom."""

    number: int
    name: str
    author: str
    at: datetime


@dataclass(frozen=True, slots=True)
class MadeBattery:
    """A battery of the practice's own in its newest version, with the list of all of them, newest first."""

    head: OwnBattery
    battery: Battery
    versions: tuple[BatteryVersion, ...]


def made(actor: Actor, key: str) -> MadeBattery:
    """One of the practice's own batteries with its versions: three queries."""
    head = access.own_battery_for(actor, key)
    rows = _rows(head)
    newest = rows[0][0]
    versions = tuple(BatteryVersion(row.number, row.name, name, row.created_at) for row, name in rows)
    return MadeBattery(head, batteries.own_battery(newest, head.key, batteries.tests_for(actor)), versions)


def create(actor: Actor, form_key: str, name: str, purpose: str, picks: Sequence[Pick]) -> OwnBattery:
    """Put a battery together; `form_key` comes with the form: its second press finds what the first made."""
    with transaction():
        own_heads.must_make(actor)
        head, is_new = own_heads.begin(actor, OwnBattery, form_key)
        if not is_new:
            return head
        must_hold(problems(actor, name, picks, None))
        items = _items(actor, picks)
        _add_version(actor, head, name, purpose, items)
        audit.record(actor, "battery.made", subject_id=head.id, name=name)
    return head


def revise(actor: Actor, key: str, seen: int, name: str, purpose: str, picks: Sequence[Pick]) -> bool:
    """Make the next version; False if nothing is different. Conflict if `seen` is not the newest."""
    with transaction():
        own_heads.must_make(actor)
        head = own_heads.lock(access.own_battery_for(actor, key))
        _must_be_offered(head)
        must_hold(problems(actor, name, picks, key))
        held = _rows(head)[0][0]
        items = _items(actor, picks)
        if (held.name, held.purpose, held.items) == (name, purpose, items):
            return False
        if head.version != seen:
            raise Conflict
        head.version += 1
        _add_version(actor, head, name, purpose, items)
        audit.record(actor, "battery.revised", subject_id=head.id, name=name, version=head.version)
    return True


def retire(actor: Actor, key: str) -> None:
    """Offer a battery no more; assessments that were begun with it stay as they are."""
    with transaction():
        own_heads.must_make(actor)
        head = own_heads.lock(access.own_battery_for(actor, key))
        if own_heads.retire(actor, head):
            audit.record(actor, "battery.retired", subject_id=head.id, name=_rows(head)[0][0].name)


def picks_of(battery: Battery) -> tuple[Pick, ...]:
    """A battery as a list to be changed."""
    return tuple(Pick(item.test.id, tuple(field.id for field in item.fields)) for item in battery.items)


def _must_be_offered(head: OwnBattery) -> None:
    if head.retired_at is not None:
        raise RuleBroken("This battery is retired. Make a copy of it to use it again.")


def _rows(head: OwnBattery) -> list[tuple[OwnBatteryVersion, str]]:
    query = (
        select(OwnBatteryVersion, User.name)
        .join(
            User,
            points_at(OwnBatteryVersion.created_by, User),
        )
        .where(OwnBatteryVersion.practice_id == head.practice_id, OwnBatteryVersion.battery_id == head.id)
        .order_by(OwnBatteryVersion.number.desc())
    )
    return [(row, name) for row, name in db.session.execute(query)]


def _items(actor: Actor, picks: Sequence[Pick]) -> list[dict[str, Any]]:
    """The picks as they are kept, section by section; only of picks that `problems` finds no fault with."""
    tests = batteries.tests_for(actor)
    order = {section: number for number, section in enumerate(Section)}
    items = []
    for pick in sorted(picks, key=lambda pick: order[tests[pick.test].section]):
        fields = [field.id for field in tests[pick.test].fields if field.id in pick.fields]
        items.append({"test": pick.test, "fields": fields})
    return items


def _add_version(
    actor: Actor, head: OwnBattery, name: str, purpose: str, items: list[dict[str, Any]]
) -> None:
    db.session.add(
        OwnBatteryVersion(
            practice_id=actor.practice_id,
            battery_id=head.id,
            number=head.version,
            name=name,
            purpose=purpose,
            items=items,
            created_by=actor.user_id,
            created_at=now(),
        )
    )
    db.session.flush()


def problems(actor: Actor, name: str, picks: Sequence[Pick], key: str | None) -> Iterator[RuleBroken]:
    """All that is wrong with a battery that is to be made, or to follow the one of this key."""
    for battery in batteries.batteries_for(actor):
        if battery.name.casefold() == name.casefold() and battery.id != key:
            yield RuleBroken(f"There is a battery called “{battery.name}” already.", "name")
    if not picks:
        yield RuleBroken("A battery has at least one test: add one below.", "picked")
    if len(picks) > MOST_TESTS:
        yield RuleBroken(f"A battery has {MOST_TESTS} tests or fewer.", "picked")
    if len({pick.test for pick in picks}) < len(picks):
        yield RuleBroken("A test stands in a battery once.", "picked")
    tests = batteries.tests_for(actor)
    if any(pick.test not in tests for pick in picks):
        yield RuleBroken("One of these tests is not offered any more.", "picked")
    for pick in picks:
        if pick.test in tests:
            yield from _pick_problems(pick, tests[pick.test])


def _pick_problems(pick: Pick, test: AssessmentTest) -> Iterator[RuleBroken]:
    if unknown := set(pick.fields) - {field.id for field in test.fields}:
        yield RuleBroken(f"{test.name} has no field “{sorted(unknown)[0][:60]}”.", "picked")
    if not pick.fields:
        yield RuleBroken(f"{test.name}: ask for at least one field, or take the test out.", "picked")
