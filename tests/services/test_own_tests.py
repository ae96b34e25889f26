"""Tests a practice makes itself: checked like the catalogue's, versioned, and never mixed up."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.findings import Place
from clinic.domain.standing_out import stands_out
from clinic.domain.types import Better, FieldKind, Section, Side, Sides
from clinic.extensions import db
from clinic.models import AuditEvent, OwnTest, OwnTestVersion
from clinic.services.actors import Actor
from clinic.services.assessments import reading
from clinic.services.assessments import recording as assessments
from clinic.services.batteries import offered as batteries
from clinic.services.batteries import own_tests
from clinic.services.batteries.definitions import FieldDraft, TestDraft, draft_of
from clinic.services.batteries.own_batteries import Pick
from tests.factories.assessments import recorded
from tests.factories.batteries import REPS, STEP_DOWN, changed, make_battery, make_test
from tests.factories.people import People

DAY = date(2026, 3, 2)


@pytest.fixture
def robin(people: People) -> Actor:
    """A practitioner."""
    return people.actor(people.colleague)


def test_a_test_is_offered_beside_the_shipped_ones_with_what_it_records(robin: Actor) -> None:
    key = make_test(robin).key
    test = batteries.tests_for(robin)[key]
    assert key.startswith("own-")
    assert (test.name, test.section, test.sides) == (
        "Step-down",
        Section.FUNCTIONAL_MOVEMENT,
        Sides.LEFT_RIGHT,
    )
    result, reps = test.fields
    assert (result.kind, result.normal, result.per_side) == (FieldKind.RESULT, "negative", True)
    assert (reps.unit, reps.minimum, reps.maximum, reps.step, reps.better) == (
        "reps",
        0,
        10,
        1,
        Better.HIGHER,
    )


REFUSED = [
    # the fields, the field of the form that the reason stands at, the reason
    ((), "fields", "at least one"),
    ((REPS,) * 21, "fields", "20 fields or fewer"),
    ((replace(REPS, unit=""),), "fields-0-unit", "what is counted"),
    ((replace(REPS, minimum=-1),), "fields-0-minimum", "never negative"),
    ((replace(REPS, minimum=None),), "fields-0-minimum", "the least"),
    ((replace(REPS, maximum=None),), "fields-0-maximum", "the most"),
    ((replace(REPS, minimum=10, maximum=10),), "fields-0-maximum", "more than min"),
    ((replace(REPS, maximum=10000),), "fields-0-maximum", "the most"),
    ((replace(REPS, step=0.001),), "fields-0-step", "0.01 or more"),
    ((replace(REPS, normal="11"),), "fields-0-normal", "too high"),
    ((replace(REPS, normal="many"),), "fields-0-normal", "in figures"),
    ((replace(REPS, kind="degrees"),), "fields-0-unit", "comes with the kind"),
    ((FieldDraft(label="Knee", kind="choice"),), "fields-0-options", "2 to 12 answers"),
    ((FieldDraft(label="Knee", kind="choice", options="In\nin"),), "fields-0-options", "there twice"),
    (
        (
            REPS,
            FieldDraft(label="Knee", kind="grade", options="No *\nYes"),
        ),
        "fields-1-options",
        "no \\*",
    ),
    (
        (FieldDraft(label="Knee", kind="choice", options="In\nOut", normal="Up"),),
        "fields-0-normal",
        "among the answers",
    ),
    (
        (FieldDraft(label="Knee", kind="choice", options="In *\nOut", normal="In"),),
        "fields-0-normal",
        "is abnormal",
    ),
]


@pytest.mark.parametrize("fields, at, reason", REFUSED)
def test_what_the_catalogue_would_refuse_is_refused_at_its_field(
    robin: Actor, fields: tuple[FieldDraft, ...], at: str, reason: str
) -> None:
    with pytest.raises(RuleBroken, match=reason) as refused:
        make_test(robin, replace(STEP_DOWN, fields=fields))
    assert refused.value.field == at
    assert db.session.scalar(select(func.count()).select_from(OwnTest)) == 0


@pytest.mark.parametrize(
    "sides, words, reason", [(Sides.LEFT_RIGHT, "", "which side"), (Sides.NONE, "stance leg", "empty")]
)
def test_a_test_with_sides_says_which_is_meant_and_one_without_does_not(
    robin: Actor, sides: Sides, words: str, reason: str
) -> None:
    with pytest.raises(RuleBroken, match=reason) as refused:
        make_test(robin, changed(STEP_DOWN, sides=sides, side_words=words))
    assert refused.value.field == "side_words"


@pytest.mark.parametrize("name", ["Slump", "SLUMP", "step-DOWN"])
def test_a_name_is_given_once(robin: Actor, name: str) -> None:
    make_test(robin)
    with pytest.raises(RuleBroken, match="already") as refused:
        make_test(robin, changed(STEP_DOWN, name=name))
    assert refused.value.field == "name"


def test_pressed_twice_makes_one(robin: Actor) -> None:
    token = "pressed"
    first, second = (own_tests.create(robin, token, STEP_DOWN) for _ in range(2))
    assert first is second
    assert db.session.scalar(select(func.count()).select_from(OwnTestVersion)) == 1


def test_a_change_is_a_new_version_and_what_was_recorded_keeps_its_own(people: People, robin: Actor) -> None:
    key = make_test(robin).key
    before = assessments.begin_with_items(robin, people.client.id, "Stairs", [_whole(robin, key)], DAY)
    draft = draft_of(own_tests.made(robin, key).newest.test)
    wider = (draft.fields[0], replace(draft.fields[1], label="Clean ones", maximum=20))
    assert own_tests.revise(robin, key, 1, changed(draft, *wider, how="From a higher step."))
    after = assessments.begin_with_items(robin, people.client.id, "Stairs again", [_whole(robin, key)], DAY)
    (old,), (new,) = batteries.items_of(before), batteries.items_of(after)
    assert [field.label for field in old.fields] == ["Result", "Reps"]
    assert [field.label for field in new.fields] == ["Result", "Clean ones"]
    assert [field.id for field in new.fields] == [field.id for field in old.fields]
    assert (old.test.version, new.test.version) == (1, 2)
    assert (old.test.how, new.test.how) == ("From a step of 20 cm.", "From a higher step.")


SAME_THING = [
    # what changes about the field, whether its values may still be compared
    ({"label": "Clean ones"}, True),
    ({"maximum": 20.0}, True),
    ({"better": Better.NEITHER}, True),
    ({"once": True}, True),
    ({"unit": "steps"}, False),
    ({"kind": "seconds", "unit": ""}, False),
    ({"kind": "pain", "unit": "", "minimum": None, "maximum": None}, False),
]


@pytest.mark.parametrize("values, stays", SAME_THING)
def test_a_field_keeps_its_name_only_while_it_records_the_same_thing(
    robin: Actor, values: dict[str, object], stays: bool
) -> None:
    key = make_test(robin).key
    draft = draft_of(own_tests.made(robin, key).newest.test)
    reps = replace(draft.fields[1], **values)  # type: ignore[arg-type]
    own_tests.revise(robin, key, 1, changed(draft, draft.fields[0], reps))
    names = [field.id for field in own_tests.made(robin, key).newest.test.fields]
    assert names == ["result", "reps" if stays else "reps_2"]


def test_a_name_of_a_field_that_was_taken_out_is_never_given_again(robin: Actor) -> None:
    key = make_test(robin).key
    draft = draft_of(own_tests.made(robin, key).newest.test)
    own_tests.revise(robin, key, 1, changed(draft, draft.fields[0]))
    own_tests.revise(robin, key, 2, changed(draft, draft.fields[0], replace(REPS, unit="steps")))
    assert [field.id for field in own_tests.made(robin, key).newest.test.fields] == ["result", "reps_2"]


def test_saved_as_it_stands_makes_no_version(robin: Actor) -> None:
    key = make_test(robin).key
    same = draft_of(own_tests.made(robin, key).newest.test)
    assert not own_tests.revise(robin, key, 1, same)
    assert len(own_tests.made(robin, key).versions) == 1


def test_two_people_collide_and_the_second_press_of_one_does_not(robin: Actor) -> None:
    key = make_test(robin).key
    draft = draft_of(own_tests.made(robin, key).newest.test)
    mine, theirs = changed(draft, how="Mine."), changed(draft, how="Theirs.")
    own_tests.revise(robin, key, 1, theirs)
    with pytest.raises(Conflict):
        own_tests.revise(robin, key, 1, mine)
    assert not own_tests.revise(robin, key, 1, theirs)
    assert own_tests.made(robin, key).newest.test.how == "Theirs."


def test_a_retired_test_is_offered_no_more_and_stays_readable(people: People, robin: Actor) -> None:
    key = make_test(robin).key
    battery = make_battery(robin, Pick("faber", ("result",)), Pick(key, ("result", "reps")))
    begun = assessments.begin(robin, people.client.id, battery.key, DAY)
    own_tests.retire(robin, key)
    own_tests.retire(robin, key)
    assert key not in batteries.tests_for(robin)
    offered = batteries.battery_for(robin, battery.key)
    assert offered is not None
    assert [item.test.id for item in offered.items] == ["faber"]
    assert [item.test.id for item in batteries.items_of(begun)] == ["faber", key]
    with pytest.raises(RuleBroken, match="retired"):
        own_tests.revise(robin, key, 1, changed(STEP_DOWN, how="Again."))
    retired = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "test.retired")
    assert db.session.scalar(retired) == 1


def test_findings_of_an_own_test_are_recorded_flagged_and_refused_like_any(
    people: People, robin: Actor
) -> None:
    key = make_test(robin).key
    begun = assessments.begin_with_items(robin, people.client.id, "Stairs", [_whole(robin, key)], DAY)
    section = Section.FUNCTIONAL_MOVEMENT
    good = {Place(key, "result", Side.LEFT): "positive", Place(key, "reps", Side.LEFT): 4.0}
    recorded(robin, begun, good, section)
    for place, value in (
        (Place(key, "reps", Side.NONE), 4.0),
        (Place(key, "jumps", Side.LEFT), 4.0),
        (Place(key, "result", Side.LEFT), "splendid"),
    ):
        with pytest.raises(RuleBroken):
            recorded(robin, begun, {**good, place: value}, section)
    recorded(robin, begun, {Place(key, "reps", Side.RIGHT): 11.0, **good}, section)
    db.session.expire_all()
    assert reading.values_of(assessments.whole(robin, begun.id).findings) == good
    (item,) = batteries.items_of(begun)
    assert stands_out(item.fields[0], "positive")


def test_only_practitioners_and_the_owner_make_tests(people: People) -> None:
    for who, error in ((people.assistant, Forbidden), (people.client_user, NotFound)):
        with pytest.raises(error):
            make_test(people.actor(who))


def test_another_practice_sees_and_changes_nothing(people: People, robin: Actor) -> None:
    key, stranger = make_test(robin).key, people.actor(people.stranger)
    assert key not in batteries.tests_for(stranger)
    for act in (
        lambda: own_tests.made(stranger, key),
        lambda: own_tests.revise(stranger, key, 1, STEP_DOWN),
        lambda: own_tests.retire(stranger, key),
    ):
        with pytest.raises(NotFound):
            act()
    theirs = own_tests.create(stranger, "pressed", STEP_DOWN)  # the same name elsewhere is no matter
    assert own_tests.create(robin, "pressed", changed(STEP_DOWN, name="Step-down, ours")) is not theirs


FIELDS = st.builds(
    FieldDraft,
    label=st.sampled_from(["Reps", "Lean", "Knee", "膝"]),
    kind=st.sampled_from(["result", "pain", "where", "device", "yes_no", "text"]),
    once=st.booleans(),
) | st.builds(
    FieldDraft,
    label=st.sampled_from(["Reps", "Lean"]),
    kind=st.sampled_from(["degrees", "seconds", "cm"]),
    minimum=st.integers(-50, 0).map(float),
    maximum=st.integers(1, 50).map(float),
    step=st.sampled_from([None, 0.5, 1.0]),
    better=st.sampled_from(Better),
)


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(FIELDS, min_size=1, max_size=6))
def test_what_was_made_comes_back_to_the_form_as_it_was(robin: Actor, fields: list[FieldDraft]) -> None:
    draft = TestDraft(
        name=f"Test {uuid.uuid4()}",
        section=Section.ORTHOPEDIC,
        sides=Sides.LEFT_RIGHT,
        side_words="leg raised",
        how="Slowly.",
        fields=tuple(fields),
    )
    key = make_test(robin, draft).key
    back = draft_of(own_tests.made(robin, key).newest.test)
    assert not own_tests.revise(robin, key, 1, back)
    assert [(field.label, field.kind) for field in back.fields] == [(f.label, f.kind) for f in fields]


def _whole(actor: Actor, key: str) -> batteries.BatteryItem:
    test = batteries.tests_for(actor)[key]
    return batteries.BatteryItem(test, test.fields)
