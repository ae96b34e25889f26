"""Batteries a practice puts together: what an assessment asks, and what it keeps of that."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import func, select

from clinic.catalogue import load_catalogue
from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.types import Section
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, OwnBattery
from clinic.services.actors import Actor
from clinic.services.assessments import recording as assessments
from clinic.services.batteries import offered as batteries
from clinic.services.batteries import own_batteries, own_tests
from clinic.services.batteries.definitions import draft_of
from clinic.services.batteries.own_batteries import Pick
from tests.factories.batteries import STEP_DOWN, changed, make_battery, make_test
from tests.factories.people import People
from tests.statements import statements

DAY = date(2026, 3, 2)
FABER, HINGE = Pick("faber", ("result", "pain")), Pick("hinge_dowel", ("contacts",))


@pytest.fixture
def robin(people: People) -> Actor:
    """A practitioner."""
    return people.actor(people.colleague)


def test_a_battery_asks_its_tests_section_by_section_with_the_fields_that_were_ticked(robin: Actor) -> None:
    key = make_battery(robin, HINGE, FABER).key
    battery = batteries.batteries_for(robin)[0]
    assert battery.id == key
    assert [(item.test.id, [field.id for field in item.fields]) for item in battery.items] == [
        ("faber", ["result", "pain"]),
        ("hinge_dowel", ["contacts"]),
    ]


REFUSED = [
    ((), "at least one test"),
    ((Pick("horoscope", ("result",)),), "not offered any more"),
    ((Pick("own-0000000000000000", ("result",)),), "not offered any more"),
    ((Pick("faber", ("result", "aura")),), "has no field “aura”"),
    ((Pick("faber", ()),), "at least one field"),
    ((FABER, FABER), "stands in a battery once"),
    (tuple(Pick(key, ("x",)) for key in list(load_catalogue().tests)[:41]), "40 tests or fewer"),
]


@pytest.mark.parametrize("picks, reason", REFUSED)
def test_what_cannot_be_asked_is_refused_with_its_reason(
    robin: Actor, picks: tuple[Pick, ...], reason: str
) -> None:
    with pytest.raises(RuleBroken, match=reason) as refused:
        own_batteries.create(robin, "pressed", "Stairs", "", picks)
    assert refused.value.field == "picked"
    assert db.session.scalar(select(func.count()).select_from(OwnBattery)) == 0


@pytest.mark.parametrize("name", ["stairs", "Four-week re-test"])
def test_a_name_is_given_once(robin: Actor, name: str) -> None:
    make_battery(robin)
    with pytest.raises(RuleBroken, match="already"):
        make_battery(robin, name=name)


def test_pressed_twice_makes_one(robin: Actor) -> None:
    token = "pressed"
    first, second = (own_batteries.create(robin, token, "Stairs", "", [FABER]) for _ in range(2))
    assert first is second
    assert len(own_batteries.made(robin, first.key).versions) == 1


def test_an_assessment_keeps_what_it_was_begun_with(people: People, robin: Actor) -> None:
    key = make_battery(robin, FABER).key
    begun = assessments.begin(robin, people.client.id, key, DAY)
    assert own_batteries.revise(robin, key, 1, "Stairs, long", "", [FABER, HINGE])
    again = assessments.begin(robin, people.client.id, key, DAY)
    assert [item.test.id for item in batteries.items_of(begun)] == ["faber"]
    assert [item.test.id for item in batteries.items_of(again)] == ["faber", "hinge_dowel"]
    assert [batteries.title_of(each) for each in (begun, again)] == ["Stairs", "Stairs, long"]
    assert [(each.battery_key, each.battery_version) for each in (begun, again)] == [(key, 1), (key, 2)]


def test_an_own_test_is_asked_in_its_newest_version_when_it_begins(people: People, robin: Actor) -> None:
    test = make_test(robin).key
    key = make_battery(robin, Pick(test, ("reps",))).key
    draft = draft_of(own_tests.made(robin, test).newest.test)
    own_tests.revise(robin, test, 1, changed(draft, how="From a higher step."))
    begun = assessments.begin(robin, people.client.id, key, DAY)
    (item,) = batteries.items_of(begun)
    assert (item.test.version, item.test.how) == (2, "From a higher step.")
    assert [field.id for field in item.fields] == ["reps"]


def test_two_people_collide_and_the_second_press_of_one_does_not(robin: Actor) -> None:
    key = make_battery(robin, FABER).key
    own_batteries.revise(robin, key, 1, "Stairs", "", [HINGE])
    with pytest.raises(Conflict):
        own_batteries.revise(robin, key, 1, "Stairs", "", [FABER, HINGE])
    assert not own_batteries.revise(robin, key, 1, "Stairs", "", [HINGE])
    assert own_batteries.made(robin, key).head.version == 2


def test_a_retired_battery_is_offered_no_more_and_what_was_begun_stays(people: People, robin: Actor) -> None:
    key = make_battery(robin, FABER).key
    begun = assessments.begin(robin, people.client.id, key, DAY)
    own_batteries.retire(robin, key)
    own_batteries.retire(robin, key)
    assert batteries.battery_for(robin, key) is None
    assert [item.test.id for item in batteries.items_of(begun)] == ["faber"]
    with pytest.raises(RuleBroken, match="Choose one"):
        assessments.begin(robin, people.client.id, key, DAY)
    with pytest.raises(RuleBroken, match="retired"):
        own_batteries.revise(robin, key, 1, "Stairs", "", [HINGE])
    retired = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "battery.retired")
    assert db.session.scalar(retired) == 1


def test_a_battery_without_any_test_left_is_not_offered(robin: Actor) -> None:
    test = make_test(robin).key
    key = make_battery(robin, Pick(test, ("reps",))).key
    own_tests.retire(robin, test)
    assert key not in {battery.id for battery in batteries.batteries_for(robin)}
    assert own_batteries.made(robin, key).battery.items == ()


def test_only_practitioners_and_the_owner_put_batteries_together(people: People) -> None:
    for who, error in ((people.assistant, Forbidden), (people.client_user, NotFound)):
        with pytest.raises(error):
            make_battery(people.actor(who))


def test_another_practice_sees_and_changes_nothing_and_cannot_begin_with_it(
    people: People, robin: Actor
) -> None:
    test = make_test(robin).key
    key, stranger = make_battery(robin, Pick(test, ("reps",))).key, people.actor(people.stranger)
    assert key not in {battery.id for battery in batteries.batteries_for(stranger)}
    for act in (
        lambda: own_batteries.made(stranger, key),
        lambda: own_batteries.revise(stranger, key, 1, "Theirs", "", [FABER]),
        lambda: own_batteries.retire(stranger, key),
    ):
        with pytest.raises(NotFound):
            act()
    with pytest.raises(RuleBroken, match="Choose one"):
        assessments.begin(stranger, people.foreign_client.id, key, DAY)
    with pytest.raises(RuleBroken, match="not offered"):
        make_battery(stranger, Pick(test, ("reps",)))


def test_picked_items_begin_a_draft_of_their_own_title_and_twice_is_once(
    people: People, robin: Actor
) -> None:
    items = load_catalogue().batteries["four_week_retest"].items[:2]
    first = assessments.begin_with_items(robin, people.client.id, "Re-test of 2 March", items, DAY)
    again = assessments.begin_with_items(robin, people.client.id, "Re-test of 2 March", items, DAY)
    other = assessments.begin_with_items(robin, people.client.id, "Re-test of 2 March", items[:1], DAY)
    assert first is again
    assert other is not first
    assert batteries.title_of(first) == "Re-test of 2 March"
    assert batteries.items_of(first) == items
    assert assessments.wording_of(first) != assessments.wording_of(other)


def test_a_row_without_a_list_falls_back_to_its_version_of_the_battery(people: People, robin: Actor) -> None:
    row = Assessment(
        practice_id=robin.practice_id,
        client_id=people.client.id,
        battery_key="hip_back_first_visit",
        battery_version=1,
        taken_on=DAY,
    )
    first = load_catalogue().battery("hip_back_first_visit", 1)
    assert first is not None
    assert batteries.items_of(row) == first.items
    assert batteries.title_of(row) == "Hip and low back, first visit"


def test_offering_costs_two_queries_and_own_tests_of_many_assessments_one(
    people: People, robin: Actor
) -> None:
    tests = [make_test(robin, changed(STEP_DOWN, name=f"Step {number}")).key for number in range(3)]
    key = make_battery(robin, FABER, *(Pick(test, ("reps",)) for test in tests)).key
    begun = [assessments.begin(robin, people.client.id, key, date(2026, 3, day)) for day in (2, 3, 4)]
    ids = [each.id for each in begun]
    db.session.expunge_all()
    db.session().info.clear()
    rows = list(db.session.scalars(select(Assessment).where(Assessment.id.in_(ids))))
    with statements(db.engine) as asked:
        assert [len(batteries.items_of(row)) for row in rows] == [4, 4, 4]
    assert len(asked) == 1
    with statements(db.engine) as asked:
        batteries.batteries_for(robin)
    assert len(asked) == 2


def test_the_sections_of_the_shipped_batteries_hold_what_their_names_say() -> None:
    shipped = load_catalogue().batteries
    only = {"hip_range_of_motion": {Section.ORTHOPEDIC}, "movement_only": {Section.FUNCTIONAL_MOVEMENT}}
    for key, sections in only.items():
        assert {item.test.section for item in shipped[key].items} == sections
    assert {item.test.id for item in shipped["neurologic_screen"].items} >= {
        *("myotomes", "light_touch", "pinprick", "reflexes", "plantar_response", "ankle_clonus"),
        *("hoffmann", "gait", "saddle_asked"),
    }
