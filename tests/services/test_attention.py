"""Who stands on the practitioner's first page, and who leaves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.attention import AttentionKind
from clinic.domain.consents import ConsentKind
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.spots import spots_of
from clinic.domain.types import CheckinState, ClientStatus, LogOutcome
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    CheckinAnswer,
    Client,
    Invitation,
    PracticeLog,
    Prescription,
    Program,
    ReasonHandling,
)
from clinic.services import warnings
from clinic.services.assessments import reading, retests
from clinic.services.assessments.retests import FindingCitation
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.cases import ClientWithReasons, ReasonCase
from clinic.services.consents import acts as consents
from clinic.services.transaction import transaction
from tests.factories.assessments import POSITIVE, signed
from tests.factories.checkins import answered, enrol, sent_checkin
from tests.factories.people import People, make_client
from tests.statements import statements

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday
START = date(2026, 11, 2)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(people: People) -> Program:
    """Ada's program, practised yesterday."""
    made = enrol(people, starts_on=START)
    practised(made, NOW.date() - DAY)
    return made


def practised(program: Program, day: date) -> None:
    move = db.session.scalars(select(Prescription).where(Prescription.program_id == program.id)).first()
    assert move is not None
    with transaction() as session:
        session.add(
            PracticeLog(
                practice_id=program.practice_id,
                client_id=program.client_id,
                prescription_id=move.id,
                local_date=day,
                outcome=LogOutcome.DONE,
                logged_at=NOW,
            )
        )


def listed(people: People) -> list[ClientWithReasons]:
    return list(attention.today(people.actor(people.colleague)).listed)


def kinds(people: People) -> list[AttentionKind]:
    return [reason.kind for each in listed(people) for reason in each.reasons]


def words(people: People) -> list[str]:
    return [reason.in_words(NOW.date()) for each in listed(people) for reason in each.reasons]


# --- each source, found and dealt with


def a_flag(people: People, program: Program) -> None:
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])


def pain_up_since_the_first(people: People, program: Program) -> None:
    for days, pain in ((21, 2), (14, 3), (7, 3), (1, 4)):
        answered(program, NOW - days * DAY, pain=pain)


def pain_up_over_the_last_two(people: People, program: Program) -> None:
    for days, pain in ((21, 6), (14, 3), (7, 4), (1, 5)):
        answered(program, NOW - days * DAY, pain=pain)


def contact_wanted(people: People, program: Program) -> None:
    answered(program, NOW - DAY, contact=True)


def two_unanswered(people: People, program: Program) -> None:
    for days in (16, 9):
        sent_checkin(program, at=NOW - days * DAY)


def bounced(people: People, program: Program) -> None:
    with transaction():
        db.session.get_one(Client, people.client.id).bounced_at = NOW - DAY


def never_signed_in(people: People, program: Program) -> None:
    client = make_client(people.practice, "Nobody Yet")
    with transaction() as session:
        session.add(
            Invitation(
                practice_id=people.practice.id,
                client_id=client.id,
                created_by=people.owner.id,
                created_at=NOW - 8 * DAY,
                expires_at=NOW - DAY,
            )
        )


def ending(people: People, program: Program) -> None:
    with transaction():
        db.session.get_one(Program, program.id).ends_on = NOW.date() + 7 * DAY


def not_practised(people: People, program: Program) -> None:
    with transaction() as session:
        for log in session.scalars(select(PracticeLog)):
            session.delete(log)


def re_test_due(people: People, program: Program) -> None:
    robin = people.actor(people.colleague)
    found = signed(robin, people.client, START - 9 * DAY, {POSITIVE: "positive"})
    spots = {spot.place: spot.name for spot in spots_of(reading.items_of(found))}
    with transaction():
        retests.cite(robin, program, FindingCitation(found.id, [spots[POSITIVE]]))
        row = db.session.get_one(Program, program.id)
        row.starts_on, row.ends_on = NOW.date() - 28 * DAY, None


def assessment_due(people: People, program: Program) -> None:
    signed(people.actor(people.colleague), people.client, NOW.date() - 84 * DAY, {POSITIVE: "positive"})


def consent_withdrawn(people: People, program: Program) -> None:
    ada = people.actor(people.client_user)
    consents.give_own(ada, ConsentKind.RECORD)
    consents.withdraw_own(ada, ConsentKind.RECORD)


SOURCES: list[tuple[Callable[[People, Program], None], AttentionKind, str]] = [
    (pain_up_since_the_first, AttentionKind.PAIN_UP, "Pain up from 2 to 4"),
    (pain_up_over_the_last_two, AttentionKind.PAIN_UP, "Pain up from 3 to 5"),
    (contact_wanted, AttentionKind.CONTACT_WANTED, "Would like to be contacted"),
    (two_unanswered, AttentionKind.NOT_ANSWERED, "Check-ins not answered, mail stopped"),
    (bounced, AttentionKind.BOUNCED, "Mail does not arrive"),
    (never_signed_in, AttentionKind.NEVER_SIGNED_IN, "Invited, never signed in"),
    (ending, AttentionKind.ENDING, "Hip routine ends on Wed 2 Dec"),
    (not_practised, AttentionKind.NOT_PRACTISED, "No practice reported"),
    (re_test_due, AttentionKind.RETEST_DUE, "Re-test due for Hip routine"),
    (consent_withdrawn, AttentionKind.CONSENT_WITHDRAWN, "Withdrew consent to the record"),
    (assessment_due, AttentionKind.ASSESSMENT_DUE, "Assessment due"),
]


def test_a_client_who_does_well_is_not_listed(people: People, program: Program) -> None:
    answered(program, NOW - DAY, pain=3)
    page = attention.today(people.actor(people.colleague))
    assert page.listed == []
    assert [each.name for each in page.answered] == ["Ada Northcote"]


@pytest.mark.parametrize("make, kind, said", SOURCES, ids=[row[0].__name__ for row in SOURCES])
def test_each_reason_is_found_said_in_words_and_gone_once_dealt_with(
    people: People, program: Program, make: Callable[[People, Program], None], kind: AttentionKind, said: str
) -> None:
    make(people, program)
    (entry,) = listed(people)
    assert [(reason.kind, reason.in_words(NOW.date())) for reason in entry.reasons] == [(kind, said)]
    acts.handle(people.actor(people.colleague), entry.client_id, entry.cases, "Called.")
    assert listed(people) == []
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.actor_id == people.colleague.id)).all()
    assert "Called." in [happened.details.get("note") for happened in told]


def test_a_warning_sign_comes_first_and_is_not_done_with_a_press(people: People, program: Program) -> None:
    contact_wanted(people, program)
    a_flag(people, program)
    (entry,) = listed(people)
    assert entry.reasons[0].in_words(NOW.date()) == "Emergency warning sign"
    assert entry.flag_id is not None
    with pytest.raises(RuleBroken):
        acts.handle(
            people.actor(people.owner),
            entry.client_id,
            [ReasonCase(AttentionKind.WARNING_SIGN, entry.flag_id)],
            None,
        )
    assert AttentionKind.WARNING_SIGN in kinds(people)


def test_a_cleared_sign_is_off_the_list(people: People, program: Program) -> None:
    a_flag(people, program)
    (entry,) = listed(people)
    assert entry.flag_id is not None
    warnings.clear(people.actor(people.owner), entry.flag_id, "Seen; all is as it was.")
    assert listed(people) == []


@pytest.mark.parametrize(
    "make",
    [
        lambda program: answered(program, NOW - DAY, pain=None),
        lambda program: [answered(program, NOW - days * DAY, pain=pain) for days, pain in ((8, 3), (1, 4))],
        lambda program: sent_checkin(program, at=NOW - 9 * DAY),
        lambda program: [sent_checkin(program, at=NOW - hours * timedelta(hours=1)) for hours in (200, 30)],
        lambda program: [
            sent_checkin(program, at=NOW - days * DAY, state=state)
            for days, state in ((23, CheckinState.SENT), (16, CheckinState.SENT), (9, CheckinState.ANSWERED))
        ],
    ],
    ids=["pain not said", "pain up by one", "one unanswered", "the second sent yesterday", "answered since"],
)
def test_what_is_no_reason_is_not_listed(
    people: People, program: Program, make: Callable[[Program], object]
) -> None:
    make(program)
    assert words(people) == []


def test_pain_that_went_up_and_came_down_again_is_not_listed(people: People, program: Program) -> None:
    for days, pain in ((21, 3), (14, 6), (7, 3)):
        answered(program, NOW - days * DAY, pain=pain)
    assert words(people) == []


def test_archived_clients_are_not_listed(people: People, program: Program) -> None:
    contact_wanted(people, program)
    with transaction():
        db.session.get_one(Client, people.client.id).status = ClientStatus.ARCHIVED
    assert listed(people) == []


def test_the_most_pressing_come_first(people: People, program: Program) -> None:
    other = enrol(people, people.other_client, starts_on=START)
    practised(other, NOW.date())
    ending(people, program)
    contact_wanted(people, other)
    assert [entry.name for entry in listed(people)] == ["Bela Forde", "Ada Northcote"]


def test_another_practice_sees_none_of_it(people: People, program: Program) -> None:
    contact_wanted(people, program)
    a_flag(people, program)
    page = attention.today(people.actor(people.stranger))
    assert (list(page.listed), list(page.answered)) == ([], [])
    with pytest.raises(NotFound):
        attention.today(people.actor(people.client_user))


def test_a_reason_of_another_client_or_practice_is_refused(people: People, program: Program) -> None:
    contact_wanted(people, program)
    (answer,) = db.session.scalars(select(CheckinAnswer))
    case = ReasonCase(AttentionKind.CONTACT_WANTED, answer.id)
    for actor, client in (
        (people.actor(people.colleague), people.other_client),
        (people.actor(people.stranger), people.foreign_client),
        (people.actor(people.stranger), people.client),
    ):
        with pytest.raises(NotFound):
            acts.handle(actor, client.id, [case], None)
    assert db.session.scalars(select(ReasonHandling)).all() == []


@pytest.mark.parametrize("text", ["", "nonsense", "pain_up", "pain_up:1", f"made_up:{uuid4()}"])
def test_a_reason_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(RuleBroken):
        ReasonCase.parse(text)


def test_dealing_with_unanswered_checkins_lets_mail_begin_again(people: People, program: Program) -> None:
    from clinic.services.checkins.planning import run

    two_unanswered(people, program)
    (entry,) = listed(people)
    acts.handle(people.actor(people.colleague), entry.client_id, entry.cases, None)
    assert run(NOW + 5 * DAY).promised == 1


def test_of_sixty_clients_the_twenty_most_pressing_come_first_and_all_can_be_seen(people: People) -> None:
    with transaction():
        for number in range(60):
            bounced_at = NOW - DAY * (number + 1)
            make_client(people.practice, f"Client {number:02}", bounced_at=bounced_at)
    for everybody, shown in ((False, 20), (True, 60)):
        page = attention.today(people.actor(people.owner), everybody=everybody)
        assert page.count == 60
        first = [f"Client {number:02}" for number in range(59, 59 - shown, -1)]
        assert [each.name for each in page.listed] == first


def test_the_page_asks_three_questions_and_for_its_practice_however_many_clients_there_are(
    people: People, program: Program
) -> None:
    pain_up_since_the_first(people, program)
    with transaction():
        for number in range(30):
            make_client(people.practice, f"Client {number:02}", bounced_at=NOW)
    actor = people.actor(people.owner)
    db.session.expire_all()
    with statements(db.session.connection()) as asked:
        attention.today(actor)
    assert len([statement for statement in asked if statement.startswith("SELECT")]) == 4


def test_consent_given_again_asks_for_nobody(people: People, program: Program) -> None:
    consent_withdrawn(people, program)
    assert kinds(people) == [AttentionKind.CONSENT_WITHDRAWN]
    consents.give_own(people.actor(people.client_user), ConsentKind.RECORD)
    assert kinds(people) == []
