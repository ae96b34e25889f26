"""Findings that want a doctor: raised while a draft is recorded, once, and cleared by nobody's correction."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select

from clinic.domain.findings import Place, Value
from clinic.domain.types import Section, Side, Tier
from clinic.extensions import db
from clinic.models import Assessment, AuditEvent, OutboxMessage, WarningFlag
from clinic.services import access, warnings
from clinic.services.actors import Actor
from clinic.services.assessments import recording as assessments
from tests.factories.assessments import draft, recorded, signed
from tests.factories.people import People

TOE = Place("myotomes", "l5", Side.LEFT)
CALF = Place("myotomes", "s1", Side.RIGHT)
PLANTAR = Place("plantar_response", "response", Side.LEFT)


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def flags() -> list[WarningFlag]:
    """Every flag, oldest first."""
    return list(db.session.scalars(select(WarningFlag).order_by(WarningFlag.raised_at)))


def neurologic(robin: Actor, assessment: Assessment, values: dict[Place, Value]) -> None:
    """Save the neurologic section."""
    recorded(robin, assessment, values, Section.NEUROLOGIC)


def test_saving_a_warning_finding_locks_the_program_and_alerts_at_once(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    (flag,) = flags()
    assert (flag.assessment_id, flag.client_id, flag.tier) == (assessment.id, people.client.id, Tier.U)
    assert flag.found == [
        {
            "test": "myotomes",
            "field": "l5",
            "side": "left",
            "value": 2.0,
            "before": None,
            "limited_by_pain": False,
        }
    ]
    assert warnings.open_flag(people.client) is flag
    is_flagged = access.own_programs(people.actor(people.client_user)).is_flagged
    assert is_flagged
    alerts = db.session.scalars(select(OutboxMessage).where(OutboxMessage.flag_id == flag.id)).all()
    assert {alert.user_id for alert in alerts} == {people.owner.id, people.colleague.id}
    event = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "flag.raised")).one()
    assert (event.actor_name, event.details["source"]) == (people.colleague.name, "assessment")


def test_nothing_is_raised_by_what_is_no_warning(people: People, robin: Actor) -> None:
    neurologic(robin, draft(robin, people.client), {TOE: 4.0, PLANTAR: "down"})
    assert flags() == []


def test_a_grade_that_fell_since_the_last_signed_assessment_is_a_warning(
    people: People, robin: Actor
) -> None:
    first = draft(robin, people.client, date(2026, 3, 2))
    neurologic(robin, first, {TOE: 5.0})
    assessments.sign(robin, first.id, assessments.whole(robin, first.id).version)
    neurologic(robin, draft(robin, people.client, date(2026, 3, 30)), {TOE: 4.0})
    (flag,) = flags()
    assert flag.found is not None
    assert (flag.found[0]["value"], flag.found[0]["before"]) == (4.0, 5.0)


def test_saving_again_and_again_is_one_flag_and_one_alert_each(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    neurologic(robin, assessment, {TOE: 2.0, PLANTAR: "down"})
    neurologic(robin, assessment, {TOE: 2.0, PLANTAR: "down", CALF: 5.0})
    (flag,) = flags()
    alerts = db.session.scalars(select(OutboxMessage).where(OutboxMessage.flag_id == flag.id)).all()
    assert len(alerts) == 2


def test_another_finding_is_added_to_the_open_flag(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    neurologic(robin, assessment, {TOE: 2.0, PLANTAR: "up"})
    (flag,) = flags()
    assert [each["test"] for each in flag.found or ()] == ["myotomes", "plantar_response"]


def test_putting_the_value_right_before_signing_clears_nothing(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    neurologic(robin, assessment, {TOE: 5.0})
    (flag,) = flags()
    assert flag.cleared_at is None
    assert warnings.open_flag(people.client) is flag


def test_what_was_cleared_is_not_raised_again_but_something_new_is(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    warnings.clear(robin, flags()[0].id, "Known since 2019, unchanged.")
    neurologic(robin, assessment, {TOE: 2.0, CALF: 5.0})
    assert len(flags()) == 1
    neurologic(robin, assessment, {TOE: 2.0, CALF: 5.0, PLANTAR: "up"})
    first, second = flags()
    assert first.cleared_at is not None
    assert [each["test"] for each in second.found or ()] == ["plantar_response"]


def test_a_discarded_draft_leaves_its_flag_open_with_what_was_found(people: People, robin: Actor) -> None:
    assessment = draft(robin, people.client)
    neurologic(robin, assessment, {TOE: 2.0})
    assessments.discard(robin, assessment.id, assessments.whole(robin, assessment.id).version)
    db.session.expire_all()
    (flag,) = flags()
    assert (flag.assessment_id, flag.cleared_at) == (None, None)
    assert flag.found is not None


def test_a_sign_named_by_the_client_is_a_flag_of_its_own(people: People, robin: Actor) -> None:
    neurologic(robin, draft(robin, people.client), {TOE: 2.0})
    warnings.name_on_own_page(people.actor(people.client_user), ["rapid_weak"])
    assert [flag.assessment_id is None for flag in flags()] == [False, True]


def test_an_assessment_that_is_signed_without_warnings_raises_none(people: People, robin: Actor) -> None:
    signed(robin, people.client, date(2026, 3, 2))
    assert flags() == []
