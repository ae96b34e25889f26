"""A draft as it is recorded: field by field, by several hands, and nothing that was typed is lost."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import Conflict, RuleBroken
from clinic.domain.findings import Entry, Place, Unread, Value, enter
from clinic.domain.types import AssessmentStatus, Section, Side
from clinic.extensions import db
from clinic.models import Assessment, AssessmentDraft, AuditEvent, Finding
from clinic.services.actors import Actor
from clinic.services.assessments import drafts, reading
from clinic.services.assessments import layout as layouts
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.drafts import FieldCollision, FieldEdit, SectionKept, SectionStanding
from clinic.services.clock import today_in
from tests.factories.assessments import draft
from tests.factories.people import People

FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)
FABER, ANGLE = "faber-result-right", "slr-angle-left"
POSITIVE = Place("faber", "result", Side.RIGHT)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


@pytest.fixture
def sam(people: People) -> Actor:
    """The assistant."""
    return people.actor(people.assistant)


@pytest.fixture
def assessment(people: People, robin: Actor) -> Assessment:
    """An empty draft."""
    return draft(robin, people.client)


def keep(
    actor: Actor, assessment: Assessment, section: Section = Section.ORTHOPEDIC, **changes: tuple[str, str]
) -> SectionKept:
    """Save what one page changed: each field with what the page showed and what it holds now."""
    spots = layouts.layout(assessments.whole(actor, assessment.id), section).spots
    edits = {}
    for key, (base, typed) in changes.items():
        name = key.replace("__", "-")
        edits[name] = FieldEdit(base, enter(spots[name].field, [typed]) if name in spots else typed)
    return drafts.keep(actor, assessment.id, section, edits)


def stored(assessment: Assessment) -> dict[Place, Value]:
    rows = db.session.scalars(select(Finding).where(Finding.assessment_id == assessment.id))
    return reading.values_of(rows)


def shown(actor: Actor, assessment: Assessment, section: Section = Section.ORTHOPEDIC) -> SectionStanding:
    """What the section's page would show now."""
    whole = assessments.whole(actor, assessment.id)
    db.session.refresh(whole, ["findings", "draft"])
    return drafts.standing(whole, layouts.layout(whole, section))


def test_what_two_people_typed_into_different_fields_stands_side_by_side(
    robin: Actor, sam: Actor, assessment: Assessment
) -> None:
    keep(robin, assessment, faber__result__right=("", "positive"))
    kept = keep(sam, assessment, slr__angle__left=("", "45"))
    assert (kept.changed, dict(kept.collided)) == (1, {})
    assert stored(assessment) == {POSITIVE: "positive", Place("slr", "angle", Side.LEFT): 45.0}


def test_the_same_field_filled_in_twice_is_left_as_it_stands_and_told_of(
    robin: Actor, sam: Actor, assessment: Assessment
) -> None:
    keep(robin, assessment, faber__result__right=("", "positive"))
    kept = keep(sam, assessment, faber__result__right=("", "negative"), slr__angle__left=("", "45"))
    assert kept.collided == {FABER: FieldCollision("negative", "positive", "")}
    assert stored(assessment) == {POSITIVE: "positive", Place("slr", "angle", Side.LEFT): 45.0}
    keep(sam, assessment, faber__result__right=("positive", "negative"))  # chosen, with theirs in sight
    assert stored(assessment)[POSITIVE] == "negative"


def test_the_note_collides_like_any_field(robin: Actor, sam: Actor, assessment: Assessment) -> None:
    keep(robin, assessment, note=("", "Came late."))
    kept = keep(sam, assessment, note=("", "In a hurry."))
    assert list(kept.collided) == ["note"]
    assert assessments.whole(robin, assessment.id).note == "Came late."


def test_saving_the_same_again_changes_nothing(robin: Actor, assessment: Assessment) -> None:
    assert keep(robin, assessment, faber__result__right=("", "positive")).changed == 1
    version = assessments.whole(robin, assessment.id).version
    assert keep(robin, assessment, faber__result__right=("", "positive")).changed == 0
    assert assessments.whole(robin, assessment.id).version == version


def test_two_people_fill_in_two_sections_at_once(robin: Actor, sam: Actor, assessment: Assessment) -> None:
    keep(robin, assessment, faber__result__right=("", "positive"))
    keep(sam, assessment, Section.NEUROLOGIC, reflexes__patellar__left=("", "2"))
    assert set(stored(assessment)) == {POSITIVE, Place("reflexes", "patellar", Side.LEFT)}


@pytest.mark.parametrize("typed", ["450", "forty", "45.5.", "-1", "1e3"])
def test_what_cannot_be_read_is_kept_as_typed_with_its_reason_and_takes_the_place_of_the_value(
    robin: Actor, assessment: Assessment, typed: str
) -> None:
    keep(robin, assessment, slr__angle__left=("", "45"))
    kept = keep(robin, assessment, slr__angle__left=("45", typed))
    assert kept.now.refused.keys() == {ANGLE}
    assert stored(assessment) == {}
    again = shown(robin, assessment)
    assert (again.texts[ANGLE], again.refused.keys()) == (typed, {ANGLE})
    keep(robin, assessment, slr__angle__left=(typed, "50"))
    assert stored(assessment) == {Place("slr", "angle", Side.LEFT): 50.0}
    assert shown(robin, assessment).refused == {}


def test_a_draft_with_something_unread_is_not_signed_until_it_is_put_right(
    robin: Actor, assessment: Assessment
) -> None:
    keep(robin, assessment, faber__result__right=("", "positive"), slr__angle__left=("", "450"))
    version = assessments.whole(robin, assessment.id).version
    with pytest.raises(RuleBroken, match="1 entry cannot be read as typed"):
        assessments.sign(robin, assessment.id, version)
    keep(robin, assessment, slr__angle__left=("450", ""))
    assessments.sign(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    assert assessments.whole(robin, assessment.id).status is AssessmentStatus.SIGNED
    assert db.session.scalar(select(func.count()).select_from(AssessmentDraft)) == 0


def test_what_one_section_could_not_read_survives_a_save_of_another(
    robin: Actor, assessment: Assessment
) -> None:
    keep(robin, assessment, slr__angle__left=("", "450"))
    keep(robin, assessment, Section.NEUROLOGIC, reflexes__patellar__left=("", "2"))
    assert shown(robin, assessment).refused.keys() == {ANGLE}


@pytest.mark.parametrize(
    "change",
    [
        {"faber__result__right": ("", "certain")},
        {"faber__result__none": ("", "positive")},
        {"reflexes__patellar__left": ("", "2")},
        {"hip_rotation__device__left": ("", "phone")},
        {"practice_id": ("", "1")},
    ],
    ids=str,
)
def test_a_code_or_a_field_that_no_page_sends_is_refused_and_nothing_is_kept(
    robin: Actor, assessment: Assessment, change: dict[str, tuple[str, str]]
) -> None:
    with pytest.raises(RuleBroken):
        keep(robin, assessment, thomas__residual__left=("", "12"), **change)
    assert stored(assessment) == {}


@pytest.mark.parametrize(
    "value", [450.0, 45.5, "forty", float("nan"), Unread("45", "No button.", is_slip=False)]
)
def test_the_service_takes_no_value_that_no_form_could_have_read(
    robin: Actor, assessment: Assessment, value: Entry
) -> None:
    with pytest.raises(RuleBroken):
        drafts.keep(robin, assessment.id, Section.ORTHOPEDIC, {ANGLE: FieldEdit("", value)})
    assert stored(assessment) == {}


def test_all_normal_is_remembered_until_a_hand_changes_the_field(
    robin: Actor, assessment: Assessment
) -> None:
    edits = {FABER: FieldEdit("", "negative", as_normal=True), "fadir-result-left": FieldEdit("", "negative")}
    drafts.keep(robin, assessment.id, Section.ORTHOPEDIC, edits)
    keep(robin, assessment, slr__angle__left=("", "45"))
    assert shown(robin, assessment).as_normal == {FABER}
    keep(robin, assessment, faber__result__right=("negative", "positive"))
    keep(robin, assessment, faber__result__right=("positive", "negative"))
    assert shown(robin, assessment).as_normal == frozenset()


def test_a_note_stands_with_each_test(robin: Actor, assessment: Assessment) -> None:
    keep(robin, assessment, faber__note__none=("", "Guarded at the end."))
    assert stored(assessment) == {Place("faber", "note", Side.NONE): "Guarded at the end."}


@pytest.fixture
def ranges(people: People, robin: Actor) -> Assessment:
    """A draft that asks for several ranges of motion, each with its device."""
    return assessments.begin(robin, people.client.id, "hip_range_of_motion", FIRST)


FLEXION = Place("hip_flexion", "passive", Side.LEFT)
WITH = Place("hip_flexion", "device", Side.NONE)
ROTATED_WITH = Place("hip_rotation", "device", Side.NONE)


def test_a_device_is_asked_once_and_taken_by_each_test_that_is_filled_in(
    robin: Actor, ranges: Assessment
) -> None:
    keep(robin, ranges, section__device__none=("", "goniometer"))
    assert stored(ranges) == {}
    keep(robin, ranges, hip_flexion__passive__left=("", "110"))
    assert stored(ranges) == {FLEXION: 110.0, WITH: "goniometer"}
    texts = shown(robin, ranges).texts
    assert (texts["section-device-none"], "hip_flexion-device-none" in texts) == ("goniometer", False)
    keep(robin, ranges, hip_flexion__passive__left=("110", ""))
    assert stored(ranges) == {}


def test_another_device_for_the_section_goes_to_those_that_follow_it(
    robin: Actor, ranges: Assessment
) -> None:
    keep(
        robin,
        ranges,
        section__device__none=("", "goniometer"),
        hip_flexion__passive__left=("", "110"),
        hip_rotation__internal_passive__left=("", "30"),
        hip_rotation__device__none=("", "phone"),
    )
    keep(robin, ranges, section__device__none=("goniometer", "inclinometer"))
    assert (stored(ranges)[WITH], stored(ranges)[ROTATED_WITH]) == ("inclinometer", "phone")


def test_saving_as_one_types_leaves_one_line_in_the_trail_for_a_sitting(
    robin: Actor, sam: Actor, assessment: Assessment
) -> None:
    for number, person in enumerate((robin, robin, sam, robin)):
        edits = {ANGLE: FieldEdit(str(number or ""), float(number + 1))}
        drafts.keep(person, assessment.id, Section.ORTHOPEDIC, edits, by_hand=False)
    query = select(AuditEvent.actor_name).where(AuditEvent.action == "assessment.saved")
    assert sorted(db.session.scalars(query)) == ["Robin Vale", "Robin Vale", sam.name]


def test_the_day_of_a_draft_is_put_right(people: People, robin: Actor, assessment: Assessment) -> None:
    was = assessment.taken_on
    assessments.change_day(robin, assessment.id, was, LATER)
    assert assessments.whole(robin, assessment.id).taken_on == LATER
    with pytest.raises(Conflict):
        assessments.change_day(robin, assessment.id, was, FIRST + timedelta(days=1))
    tomorrow = today_in(people.practice.time_zone) + timedelta(days=1)
    with pytest.raises(RuleBroken):
        assessments.change_day(robin, assessment.id, LATER, tomorrow)


def test_a_discarded_draft_leaves_nothing_behind(
    people: People, robin: Actor, assessment: Assessment
) -> None:
    keep(robin, assessment, slr__angle__left=("", "450"))
    assessments.discard(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    assert db.session.scalar(select(func.count()).select_from(AssessmentDraft)) == 0
