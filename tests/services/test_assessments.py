"""Assessments: begun, recorded, signed, and what can no longer be changed."""

from __future__ import annotations

import uuid
from datetime import date, timedelta

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import Conflict, Forbidden, NotFound, RuleBroken
from clinic.domain.findings import Place, Signed, Value
from clinic.domain.types import AssessmentStatus, Section, Side
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, Finding
from clinic.services.actors import Actor
from clinic.services.assessments import drafts, reading
from clinic.services.assessments import history as assessment_history
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.drafts import FieldEdit
from clinic.services.clock import today_in
from clinic.services.routines import signoffs
from clinic.services.transaction import transaction
from tests.factories.assessments import (
    BATTERY,
    INTERNAL_LEFT,
    POSITIVE,
    SETUP,
    draft,
    recorded,
    signed,
)
from tests.factories.people import People

FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def stored(assessment: Assessment) -> dict[Place, Value]:
    """The findings in the database."""
    rows = db.session.scalars(select(Finding).where(Finding.assessment_id == assessment.id))
    return reading.values_of(rows)


def actions(assessment: Assessment) -> list[str]:
    """What the audit trail says of an assessment, oldest first."""
    query = select(AuditEvent).where(AuditEvent.subject_id == assessment.id)
    return [event.action for event in db.session.scalars(query.order_by(AuditEvent.happened_at))]


def test_an_assessment_is_begun_recorded_and_signed(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    assert recorded(robin, assessment, {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP}) == 4
    row = db.session.scalars(select(Finding).where(Finding.field_key == "internal_passive")).one()
    assert (row.value_number, row.value_text, row.unit) == (35.0, None, "°")
    done = assessments.sign(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    assert done.status is AssessmentStatus.SIGNED
    assert (done.signed_by, done.signed_at is not None) == (robin.user_id, True)
    assert actions(assessment) == ["assessment.begun", "assessment.saved", "assessment.signed"]


def test_a_section_is_kept_as_it_was_typed_and_leaves_the_others_alone(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    knee = Place("reflexes", "patellar", Side.LEFT)
    recorded(robin, assessment, {knee: 2.0}, Section.NEUROLOGIC)
    recorded(robin, assessment, {POSITIVE: "positive", INTERNAL_LEFT: 35.0})
    assert recorded(robin, assessment, {POSITIVE: "negative"}) == 2
    assert stored(assessment) == {knee: 2.0, POSITIVE: "negative"}


def test_every_save_counts_up_the_version_that_signing_asks_for(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {POSITIVE: "positive"})
    read = assessments.whole(robin, assessment.id).version
    recorded(robin, assessment, {POSITIVE: "negative"})
    with pytest.raises(Conflict):
        assessments.sign(robin, assessment.id, read)
    with pytest.raises(Conflict):
        assessments.discard(robin, assessment.id, read)
    assert assessments.whole(robin, assessment.id).status is AssessmentStatus.DRAFT


@pytest.mark.parametrize(
    "place, value",
    [
        (Place("faber", "result", Side.NONE), "positive"),
        (Place("chair_stand_30s", "stands", Side.LEFT), 12.0),
        (Place("faber", "mood", Side.LEFT), "good"),
        (Place("astrology", "result", Side.LEFT), "positive"),
        (Place("reflexes", "patellar", Side.LEFT), 2.0),
        (POSITIVE, "certain"),
    ],
    ids=lambda each: str(each),
)
def test_the_service_itself_refuses_what_does_not_belong_into_the_section(
    people: People, robin: Actor, place: Place, value: Value
) -> None:
    assessment = draft(robin, people.client)
    with pytest.raises(RuleBroken):
        recorded(
            robin, assessment, {POSITIVE: "positive", place: value} if place != POSITIVE else {place: value}
        )
    assert stored(assessment) == {}


def test_a_signed_assessment_is_changed_by_nobody(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST)
    version = assessments.whole(robin, assessment.id).version
    for attempt in (
        lambda: recorded(robin, assessment, {POSITIVE: "negative"}),
        lambda: assessments.change_day(robin, assessment.id, FIRST, LATER),
        lambda: assessments.sign(robin, assessment.id, version),
        lambda: assessments.discard(robin, assessment.id, version),
    ):
        with pytest.raises(Signed):
            attempt()
    assert stored(assessment) == {POSITIVE: "positive"}


def test_nor_by_code_that_goes_round_the_service(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST)
    finding = db.session.scalars(select(Finding).where(Finding.assessment_id == assessment.id)).one()
    extra = Finding(
        practice_id=robin.practice_id,
        assessment_id=assessment.id,
        test_key="faber",
        field_key="result",
        side=Side.LEFT,
        value_text="positive",
    )

    def change_status() -> None:
        assessments.whole(robin, assessment.id).status = AssessmentStatus.DRAFT

    def change_finding() -> None:
        finding.value_text = "negative"

    for change in (
        change_status,
        change_finding,
        lambda: db.session.add(extra),
        lambda: db.session.delete(finding),
    ):
        with pytest.raises(RuntimeError, match="never changed"), transaction():
            change()
        db.session.expire_all()
    assert stored(assessment) == {POSITIVE: "positive"}


def test_only_a_practitioner_or_the_owner_signs(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {POSITIVE: "positive"})
    version = assessments.whole(robin, assessment.id).version
    with pytest.raises(Forbidden):
        assessments.sign(people.actor(people.assistant), assessment.id, version)
    assessments.sign(people.actor(people.owner), assessment.id, version)


def test_an_empty_assessment_is_not_signed(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    with pytest.raises(RuleBroken):
        assessments.sign(robin, assessment.id, assessment.version)


def test_a_draft_is_discarded_with_its_findings_and_the_trail_remembers(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {POSITIVE: "positive"})
    version = assessments.whole(robin, assessment.id).version
    assert assessments.discard(robin, assessment.id, version) == people.client.id
    assert db.session.scalar(select(func.count()).select_from(Finding)) == 0
    with pytest.raises(NotFound):
        assessments.whole(robin, assessment.id)
    assert actions(assessment)[-1] == "assessment.discarded"


def test_beginning_twice_finds_the_empty_draft_and_a_filled_one_is_left_alone(
    people: People, robin: Actor
) -> None:
    first = draft(robin, people.client)
    assert draft(robin, people.client).id == first.id
    recorded(robin, first, {POSITIVE: "positive"})
    assert draft(robin, people.client).id != first.id


def test_it_is_not_taken_tomorrow_nor_with_a_battery_that_is_not_there(people: People, robin: Actor) -> None:
    today = today_in(people.practice.time_zone)
    for battery, day, field in (
        (BATTERY, today + timedelta(days=1), "taken_on"),
        (BATTERY, date(1999, 12, 31), "taken_on"),
        ("horoscope", today, "battery"),
    ):
        with pytest.raises(RuleBroken) as refused:
            assessments.begin(robin, people.client.id, battery, day)
        assert refused.value.field == field


def test_strangers_and_clients_find_nothing(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    for user in (people.stranger, people.client_user, people.other_client_user):
        actor = people.actor(user)
        for attempt in (
            lambda actor=actor: assessments.whole(actor, assessment.id),
            lambda actor=actor: assessments.for_client(actor, people.client.id),
            lambda actor=actor: assessments.begin(actor, people.client.id, BATTERY, FIRST),
            lambda actor=actor: assessments.sign(actor, assessment.id, 1),
            lambda actor=actor: assessments.discard(actor, assessment.id, 1),
            lambda actor=actor: assessments.sign_off_wording(actor, assessment.id, ""),
            lambda actor=actor: drafts.keep(
                actor, assessment.id, Section.ORTHOPEDIC, {"faber-result-right": FieldEdit("", "positive")}
            ),
            lambda actor=actor: assessments.change_day(actor, assessment.id, FIRST, LATER),
        ):
            with pytest.raises(NotFound):
                attempt()
    with pytest.raises(NotFound):
        assessments.whole(robin, uuid.uuid4())


def test_the_one_before_is_the_last_signed_one_of_the_same_client(people: People, robin: Actor) -> None:
    signed(robin, people.client, FIRST, {INTERNAL_LEFT: 30.0})
    newer = signed(robin, people.client, LATER, {INTERNAL_LEFT: 34.0})
    signed(robin, people.other_client, LATER, {INTERNAL_LEFT: 80.0})
    unsigned = draft(robin, people.client, LATER + timedelta(days=1))
    recorded(robin, unsigned, {INTERNAL_LEFT: 70.0})
    now = draft(robin, people.client, LATER + timedelta(days=7))
    before = assessment_history.earlier(now)
    assert before is not None
    assert (before.assessment_id, before.values) == (newer.id, {INTERNAL_LEFT: 34.0})


def test_the_wording_is_signed_off_once_and_only_as_it_was_read(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    wording = assessments.wording_of(assessment)
    assert wording is not None
    assert wording.scope == "assessment:hip_back_first_visit:2"
    with pytest.raises(Conflict):
        assessments.sign_off_wording(robin, assessment.id, "0" * 64)
    with pytest.raises(Forbidden):
        assessments.sign_off_wording(people.actor(people.assistant), assessment.id, wording.digest)
    assessments.sign_off_wording(robin, assessment.id, wording.digest)
    assessments.sign_off_wording(robin, assessment.id, wording.digest)
    name = signoffs.signatures(robin.practice_id, [wording])[wording.scope].name
    assert name == people.colleague.name
    assert signoffs.signatures(people.elsewhere.id, [wording]) == {}


def test_an_assessment_of_a_battery_that_moved_on_still_shows_what_was_recorded(
    people: People, robin: Actor
) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {POSITIVE: "positive", INTERNAL_LEFT: 35.0})
    whole = assessments.whole(robin, assessment.id)
    with transaction():
        whole.battery_version, whole.items = 99, None  # a row from before items were kept
    db.session.refresh(whole, ["findings"])
    shown = [(item.test.id, [field.id for field in item.fields]) for item in reading.items_of(whole)]
    assert shown == [("faber", ["result", "note"]), ("hip_rotation", ["internal_passive", "note"])]
