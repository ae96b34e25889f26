"""Amendments: added with a reason, once, by those who sign; what was signed stays readable beside them."""

from __future__ import annotations

import uuid
from datetime import date

import pytest
from sqlalchemy import func, select

from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.findings import Place, Value
from clinic.domain.types import Section, Side
from clinic.extensions import db
from clinic.models import Amendment, Assessment, AuditEvent, WarningFlag
from clinic.services.actors import Actor
from clinic.services.assessments import amendments, comparisons, history
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.amendments import AmendmentWish
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, draft, recorded, signed
from tests.factories.people import People

FIRST, LATER = date(2026, 3, 2), date(2026, 3, 30)
FOUND = {POSITIVE: "positive", INTERNAL_LEFT: 35.0, **SETUP}
TOE = Place("myotomes", "l5", Side.LEFT)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def wish(place: Place | None, value: Value | None, **more: str) -> AmendmentWish:
    """An amendment with a reason."""
    said = {"key": uuid.uuid4().hex, "note": "", "reason": "Typed wrong", **more}
    return AmendmentWish(place=place, value=value, **said)


def read_now(assessment: Assessment) -> history.AssessmentRecord:
    """The assessment as it reads now."""
    db.session.expire_all()
    return history.records([assessment])[0]


def test_a_corrected_value_is_read_and_the_signed_one_stands_beside_it(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    amendments.amend(robin, assessment.id, wish(INTERNAL_LEFT, 25.0))
    record = read_now(assessment)
    assert record.values[INTERNAL_LEFT] == 25.0
    amended = record.amended[INTERNAL_LEFT]
    assert (amended.signed, amended.reason, amended.by) == (35.0, "Typed wrong", people.colleague.name)
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "assessment.amended")).one()
    assert (event.details["old"], event.details["new"], event.details["reason"]) == (
        35.0,
        25.0,
        "Typed wrong",
    )


def test_of_two_amendments_of_one_place_the_later_counts_and_what_was_signed_is_told(
    people: People, robin: Actor
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    amendments.amend(robin, assessment.id, wish(INTERNAL_LEFT, 25.0))
    amendments.amend(robin, assessment.id, wish(INTERNAL_LEFT, 28.0, reason="Read again"))
    record = read_now(assessment)
    assert record.values[INTERNAL_LEFT] == 28.0
    assert (record.amended[INTERNAL_LEFT].signed, record.amended[INTERNAL_LEFT].reason) == (
        35.0,
        "Read again",
    )
    told = history.amendments(assessment.practice_id, [assessment.id])[assessment.id]
    assert [(each.old, each.new) for each in told] == [(35.0, 25.0), (25.0, 28.0)]


def test_a_value_can_be_withdrawn_and_one_that_was_left_out_added(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    other = POSITIVE._replace(side=Side.LEFT)
    amendments.amend(robin, assessment.id, wish(POSITIVE, None))
    amendments.amend(robin, assessment.id, wish(other, "positive"))
    record = read_now(assessment)
    assert POSITIVE not in record.values
    assert record.values[other] == "positive"
    assert (record.amended[POSITIVE].signed, record.amended[other].signed) == ("positive", None)


def test_a_note_needs_no_place_and_changes_no_value(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    amendments.amend(robin, assessment.id, wish(None, None, note="Felt better in the evening."))
    record = read_now(assessment)
    assert record.values == FOUND
    assert record.amended == {}


def test_sending_an_amendment_twice_adds_it_once(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    same = wish(INTERNAL_LEFT, 25.0)
    assert amendments.amend(robin, assessment.id, same) == amendments.amend(robin, assessment.id, same)
    assert db.session.scalar(select(func.count()).select_from(Amendment)) == 1


@pytest.mark.parametrize(
    "place, value, more, field",
    [
        (INTERNAL_LEFT, 25.0, {"reason": "  "}, "reason"),
        (INTERNAL_LEFT, 35.0, {}, "value"),
        (INTERNAL_LEFT, 400.0, {}, "value"),
        (INTERNAL_LEFT, "positive", {}, "value"),
        (Place("faber", "result", Side.NONE), "positive", {}, "place"),
        (Place("nothing", "result", Side.LEFT), "positive", {}, "place"),
        (Place("hip_flexion", "passive", Side.LEFT), 110.0, {}, "place"),
        (None, None, {"note": " "}, "note"),
        (POSITIVE._replace(side=Side.LEFT), None, {}, "value"),
    ],
)
def test_what_cannot_be_amended_is_refused(
    people: People,
    robin: Actor,
    place: Place | None,
    value: Value | None,
    more: dict[str, str],
    field: str | None,
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    with pytest.raises(RuleBroken) as refused:
        amendments.amend(robin, assessment.id, wish(place, value, **more))
    assert refused.value.field == field
    assert db.session.scalar(select(func.count()).select_from(Amendment)) == 0


def test_a_draft_is_not_amended_nor_by_an_assistant_nor_by_another_practice(
    people: People, robin: Actor
) -> None:
    open_one = draft(robin, people.client)
    with pytest.raises(RuleBroken):
        amendments.amend(robin, open_one.id, wish(POSITIVE, "positive"))
    assessment = signed(robin, people.other_client, FIRST, FOUND)
    with pytest.raises(Forbidden):
        amendments.amend(people.actor(people.assistant), assessment.id, wish(INTERNAL_LEFT, 25.0))
    with pytest.raises(NotFound):
        amendments.amend(people.actor(people.stranger), assessment.id, wish(INTERNAL_LEFT, 25.0))
    with pytest.raises(NotFound):
        amendments.amend(people.actor(people.client_user), assessment.id, wish(INTERNAL_LEFT, 25.0))


def test_a_comparison_and_the_next_recording_use_the_amended_value(people: People, robin: Actor) -> None:
    first = signed(robin, people.client, FIRST, FOUND)
    signed(robin, people.client, LATER, {**FOUND, INTERNAL_LEFT: 36.0})
    amendments.amend(robin, first.id, wish(INTERNAL_LEFT, 25.0))
    db.session.expire_all()
    found = comparisons.of_client(robin, people.client.id)
    assert found is not None
    row = next(row for row in found.rows if row.spot.place == INTERNAL_LEFT)
    assert (row.first, row.latest, row.outcome.by) == (25.0, 36.0, 11.0)
    assert found.first.amended[INTERNAL_LEFT].signed == 35.0


def test_an_amendment_that_wants_a_doctor_raises_its_flag(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    recorded(robin, assessment, {TOE: 5.0}, Section.NEUROLOGIC)
    assessments.sign(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    amendments.amend(robin, assessment.id, wish(TOE, 2.0))
    flag = db.session.scalars(select(WarningFlag)).one()
    assert flag.assessment_id == assessment.id
