"""Finding, move, re-test: a program cites findings, a re-test asks for exactly those, the change is told."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, timedelta

import pytest

from clinic.domain.change import ChangeVerdict
from clinic.domain.dates import day_in_words
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.findings import Place
from clinic.domain.types import Side
from clinic.extensions import db
from clinic.models import Assessment, Program
from clinic.services.actors import Actor
from clinic.services.assessments import amendments, retests
from clinic.services.assessments import history as assessment_history
from clinic.services.assessments import recording as assessments
from clinic.services.assessments.amendments import AmendmentWish
from clinic.services.assessments.retests import FindingCitation
from clinic.services.batteries import offered as batteries
from clinic.services.clients import overview
from clinic.services.clock import today_in
from clinic.services.programs import assigning as programs
from clinic.services.programs.assigning import Assignment
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction
from clinic.web.presenters import clients as words
from tests.factories.assessments import INTERNAL_LEFT, POSITIVE, SETUP, recorded, signed
from tests.factories.people import People
from tests.factories.programs import publish_routine

FIRST = date(2026, 3, 2)
INTERNAL_RIGHT = INTERNAL_LEFT._replace(side=Side.RIGHT)
FOUND = {POSITIVE: "positive", INTERNAL_LEFT: 20.0, INTERNAL_RIGHT: 35.0, **SETUP}


@pytest.fixture
def robin(people: People) -> Actor:
    """The practitioner."""
    return people.actor(people.colleague)


def name(place: Place) -> str:
    """The name of a place in forms."""
    return "-".join(place)


def assignment(people: People) -> Assignment:
    """The hip routine from today on, without check-ins."""
    version = publish_routine(people.practice, people.owner)
    doses = {item.id: dose_of(item) for item in version.items}
    today = today_in(people.client.time_zone)
    return Assignment(
        key=uuid.uuid4().hex, version_id=version.id, doses=doses, starts_on=today, weeks=12, checkin=None
    )


def assigned(people: People, robin: Actor, assessment: Assessment, *places: Place) -> Program:
    """A program that cites some findings of an assessment."""
    citation = FindingCitation(assessment.id, [name(place) for place in places])
    return programs.assign(robin, people.client.id, replace(assignment(people), citation=citation))


def test_what_stands_out_in_the_latest_signed_assessment_can_be_cited(people: People, robin: Actor) -> None:
    assert retests.citable(robin, people.client) == (None, [])
    signed(robin, people.client, FIRST, {POSITIVE: "positive"})
    signed(robin, people.client, date(2026, 3, 30), FOUND)
    record, found = retests.citable(robin, people.client)
    assert record is not None
    assert record.taken_on == date(2026, 3, 30)
    assert {each.spot.place for each in found} == {POSITIVE, INTERNAL_LEFT, INTERNAL_RIGHT}


def test_a_program_shows_what_it_answers_and_that_it_was_not_taken_again(
    people: People, robin: Actor
) -> None:
    program = assigned(people, robin, signed(robin, people.client, FIRST, FOUND), POSITIVE, INTERNAL_LEFT)
    one, two = retests.answered_by(robin, program)
    assert (one.spot.place, one.cited, one.latest, one.outcome) == (POSITIVE, "positive", None, None)
    assert (two.spot.place, two.cited, two.cited_on) == (INTERNAL_LEFT, 20.0, FIRST)
    assert retests.places_of([program]) == [POSITIVE, INTERNAL_LEFT]


def test_a_re_test_asks_for_exactly_the_cited_items_and_how_they_were_measured(
    people: People, robin: Actor
) -> None:
    program = assigned(people, robin, signed(robin, people.client, FIRST, FOUND), POSITIVE, INTERNAL_LEFT)
    begun = retests.begin_for_program(robin, program.id)
    asked = [(item.test.id, [field.id for field in item.fields]) for item in batteries.items_of(begun)]
    assert asked == [("faber", ["result"]), ("hip_rotation", ["internal_passive", "position", "device"])]
    assert begun.title == f"Re-test: {program.name}"
    assert retests.begin_for_program(robin, program.id).id == begun.id  # pressed twice
    before = assessment_history.earlier(assessments.whole(robin, begun.id))
    assert before is not None
    assert before.values[INTERNAL_LEFT] == 20.0


def test_after_signing_the_program_tells_the_change_of_each_cited_item(people: People, robin: Actor) -> None:
    program = assigned(people, robin, signed(robin, people.client, FIRST, FOUND), POSITIVE, INTERNAL_LEFT)
    begun = retests.begin_for_program(robin, program.id)
    recorded(robin, begun, {POSITIVE: "negative", INTERNAL_LEFT: 33.0, **SETUP})
    assert [each.latest for each in retests.answered_by(robin, program)] == [
        None,
        None,
    ]  # a draft tells nothing
    assessments.sign(robin, begun.id, assessments.whole(robin, begun.id).version)
    one, two = retests.answered_by(robin, program)
    assert one.outcome is not None
    assert two.outcome is not None
    assert (one.latest, one.outcome.verdict) == ("negative", ChangeVerdict.BETTER)
    assert (two.latest, two.outcome.verdict, two.outcome.by) == (33.0, ChangeVerdict.BETTER, 13.0)


def test_what_was_cited_stays_as_it_was_even_if_the_finding_is_amended(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    program = assigned(people, robin, assessment, INTERNAL_LEFT)
    wish = AmendmentWish(key="1", place=INTERNAL_LEFT, value=24.0, note="", reason="Typed wrong")
    amendments.amend(robin, assessment.id, wish)
    db.session.expire_all()
    assert retests.answered_by(robin, program)[0].cited == 20.0


def test_only_recorded_findings_of_this_clients_signed_assessments_are_cited(
    people: People, robin: Actor
) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    open_one = assessments.begin(robin, people.client.id, "hip_back_first_visit", date(2026, 3, 30))
    theirs = signed(robin, people.other_client, FIRST, FOUND)
    wish = assignment(people)
    wrong = [
        FindingCitation(assessment.id, ["fadir-result-left"]),
        FindingCitation(assessment.id, ["no-such-place"]),
        FindingCitation(open_one.id, [name(POSITIVE)]),
        FindingCitation(theirs.id, [name(POSITIVE)]),
        FindingCitation(uuid.uuid4(), [name(POSITIVE)]),
    ]
    for citation in wrong:
        with pytest.raises(NotFound):
            programs.assign(robin, people.client.id, replace(wish, citation=citation))
    assert list(programs.going_on(robin, people.client)) == []


def test_a_program_that_cites_nothing_has_no_re_test(people: People, robin: Actor) -> None:
    program = programs.assign(robin, people.client.id, assignment(people))
    assert retests.answered_by(robin, program) == []
    with pytest.raises(RuleBroken):
        retests.begin_for_program(robin, program.id)


def test_an_assessment_is_taken_again_with_the_same_items(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    begun = retests.begin_again(robin, assessment.id)
    assert begun.items == assessment.items
    again = retests.begin_again(robin, begun.id)
    assert again.title == begun.title  # not "Re-test: Re-test: …"


def test_strangers_begin_no_re_test(people: People, robin: Actor) -> None:
    assessment = signed(robin, people.client, FIRST, FOUND)
    program = assigned(people, robin, assessment, POSITIVE)
    for who in (people.stranger, people.client_user):
        with pytest.raises(NotFound):
            retests.begin_again(people.actor(who), assessment.id)
        with pytest.raises(NotFound):
            retests.begin_for_program(people.actor(who), program.id)


def test_a_re_test_is_to_come_until_what_the_program_answers_was_taken_again(
    people: People, robin: Actor
) -> None:
    def next_up() -> list[str]:
        facts = overview.facts(robin, people.client)
        return words.next_up(facts, today_in(people.client.time_zone))

    cited = signed(robin, people.client, FIRST, FOUND)
    program = assigned(people, robin, cited, POSITIVE)
    assert program.ends_on is not None
    last = f"Hip routine ends {day_in_words(program.ends_on)}"
    assert next_up() == [f"{last}, re-test by then"]
    signed(robin, people.client, FIRST + timedelta(days=1), {INTERNAL_LEFT: 20.0, **SETUP})
    assert next_up() == [f"{last}, re-test by then"]
    signed(robin, people.client, FIRST + timedelta(days=2), {POSITIVE: "negative"})
    assert next_up() == [last]


def test_without_a_last_day_it_is_to_come_all_the_same(people: People, robin: Actor) -> None:
    program = assigned(people, robin, signed(robin, people.client, FIRST, FOUND), POSITIVE)
    with transaction():
        program.ends_on = None
    facts = overview.facts(robin, people.client)
    assert words.next_up(facts, today_in(people.client.time_zone)) == ["Re-test for Hip routine"]
