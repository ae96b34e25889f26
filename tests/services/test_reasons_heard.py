"""What a client logs and writes reaches somebody with its words, and what somebody does about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.asking import AskChannel
from clinic.domain.attention import AttentionKind
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.reason_acts import ReasonAct
from clinic.domain.tapering import TaperingStep
from clinic.domain.types import CheckinState, LogOutcome, Role
from clinic.extensions import db
from clinic.models import AuditEvent, Checkin, Client, Program, TaperingOffer
from clinic.services import practices, warnings
from clinic.services.actors import Actor
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.attention.cases import ClientWithReasons, ReasonCase
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins.answers import CheckinReply
from clinic.services.clients import listing, records
from clinic.services.clients.listing import Asking, ClientFilter
from clinic.services.programs import diary, tapering, tapering_offers
from clinic.services.questionnaires import answering as questionnaire_answering
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, link_to, sent_checkin
from tests.factories.people import People, make_client, make_user
from tests.factories.questionnaires import activities, ask, typed

NOW = datetime(2026, 11, 25, 10, tzinfo=UTC)  # a Wednesday
TODAY = NOW.date()
DAY = timedelta(days=1)
WORDS = "Sharp pain down the left leg, please ring me"


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


@pytest.fixture
def program(people: People, clock: time_machine.Traveller) -> Program:
    return enrol(people, starts_on=TODAY - 7 * DAY)


def logs(people: People, pain: int | None, note: str | None = None, day: date = TODAY) -> None:
    client = people.client
    actor = Actor(people.client_user.id, client.practice_id, Role.CLIENT, client.name, client.id)
    diary.log_day(actor, day, DiaryEntry(LogOutcome.PARTLY, pain, None, note))


def listed(people: People, *, mine: bool = False, who: Actor | None = None) -> ClientWithReasons | None:
    found = attention.today(who or people.actor(people.colleague), mine=mine).listed
    return next((each for each in found if each.client_id == people.client.id), None)


def kinds(people: People) -> list[AttentionKind]:
    entry = listed(people)
    return [reason.kind for reason in entry.reasons] if entry else []


def cases(people: People) -> tuple[ReasonCase, ...]:
    entry = listed(people)
    assert entry is not None
    return entry.cases


# --- it arrives


def test_a_high_pain_arrives_with_its_number_its_words_and_since_when(
    people: People, program: Program
) -> None:
    logs(people, 8, None, TODAY - DAY)
    logs(people, 9, WORDS)
    entry = listed(people)
    assert entry is not None
    (reason,) = entry.reasons[:1]
    assert (reason.in_words(TODAY), reason.since) == ("Logged pain 9", TODAY - DAY)
    assert dict(entry.said) == {reason.subject_id: (WORDS,)}


def test_words_alone_arrive_from_a_log_and_from_a_checkin(people: People, program: Program) -> None:
    logs(people, 1, "Did it on the stairs.")
    secret = link_to(sent_checkin(program)).removeprefix("/c/")
    checkin_answers.deny_signs(secret)
    checkin_answers.answer(secret, CheckinReply(5, 2, None, False, "Is swimming all right?"))
    entry = listed(people)
    assert entry is not None
    assert [reason.kind for reason in entry.reasons] == [AttentionKind.LOG_NOTE, AttentionKind.ANSWER_NOTE]
    assert [words for _, words in entry.said] == [("Did it on the stairs.",), ("Is swimming all right?",)]


def test_a_correction_withdraws_it_and_brings_it_back(people: People, program: Program) -> None:
    logs(people, 9)
    assert kinds(people) == [AttentionKind.LOG_PAIN]
    logs(people, 2)
    assert kinds(people) == []
    logs(people, 9, WORDS)
    assert kinds(people) == [AttentionKind.LOG_PAIN]


def test_what_was_looked_after_is_a_reason_again_when_it_is_logged_anew(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    logs(people, 9)
    acts.handle(people.actor(people.colleague), people.client.id, cases(people), "Called.")
    assert kinds(people) == []
    clock.shift(DAY)
    logs(people, 9, day=TODAY + DAY)
    assert kinds(people) == [AttentionKind.LOG_PAIN]


def test_the_ceiling_of_the_practice_and_of_a_client_is_asked_at_once(
    people: People, program: Program
) -> None:
    logs(people, 5)
    assert kinds(people) == []
    with transaction():
        db.session.get_one(Client, people.client.id).pain_ceiling = 4
    assert kinds(people) == [AttentionKind.LOG_PAIN]
    with transaction():
        db.session.get_one(Client, people.client.id).pain_ceiling = None
    assert kinds(people) == []
    practices.change(people.actor(people.owner), pain_ceiling=5)
    assert kinds(people) == [AttentionKind.LOG_PAIN]


# --- nobody says that somebody does well meanwhile


def test_an_offer_is_withheld_while_something_waits_put_off_or_not(people: People, program: Program) -> None:
    actor = people.actor(people.owner)
    with transaction():
        offer_id = tapering_offers.add(program, TaperingStep.TWO_WEEKLY, {}, NOW)
    assert offer_id is not None
    assert len(tapering.open_offers(actor)) == len(tapering.open_for(actor, people.client.id)) == 1
    logs(people, 1, "A little stiff.")
    acts.snooze(actor, people.client.id, cases(people), TODAY + DAY)
    assert kinds(people) == []
    assert tapering.open_offers(actor) == tapering.open_for(actor, people.client.id) == []
    with pytest.raises(RuleBroken, match="changed since this was offered"):
        tapering.accept(actor, offer_id)
    assert db.session.get_one(TaperingOffer, offer_id).decided_at is None


# --- put off, handed over, taken back


def test_what_is_put_off_comes_back_by_itself_when_its_day_begins(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    logs(people, 9)
    acts.snooze(people.actor(people.colleague), people.client.id, cases(people), TODAY + 2 * DAY)
    assert kinds(people) == []
    clock.move_to(datetime(2026, 11, 27, tzinfo=UTC) - timedelta(seconds=1))
    assert kinds(people) == []
    clock.shift(1)
    assert AttentionKind.LOG_PAIN in kinds(people)


@pytest.mark.parametrize("day", [TODAY - DAY, TODAY, TODAY + 91 * DAY])
def test_a_day_that_is_over_or_far_away_is_refused(people: People, program: Program, day: date) -> None:
    logs(people, 9)
    with pytest.raises(RuleBroken, match="Choose a day"):
        acts.snooze(people.actor(people.colleague), people.client.id, cases(people), day)


def test_what_is_handed_over_is_theirs_and_still_everybodys(people: People, program: Program) -> None:
    logs(people, 9)
    acts.hand_over(people.actor(people.colleague), people.client.id, cases(people), people.owner.id, "Yours?")
    owner = people.actor(people.owner)
    mine = listed(people, mine=True, who=owner)
    assert mine is not None
    assert mine.reasons[0].handed_to == people.owner.id
    assert listed(people, mine=True) is None
    assert listed(people) is not None
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "reason.handed")).one()
    assert told.details == {"kind": "log_pain", "note": "Yours?", "colleague": people.owner.name}


def test_a_reason_is_handed_to_people_of_the_practice_alone(people: People, program: Program) -> None:
    logs(people, 9)
    gone = make_user(people.practice, Role.PRACTITIONER, "Pat Gone", deactivated_at=NOW)
    refused = ((people.client_user, NotFound), (people.stranger, NotFound), (gone, RuleBroken))
    for user, problem in refused:
        with pytest.raises(problem):
            acts.hand_over(people.actor(people.colleague), people.client.id, cases(people), user.id)


def test_a_warning_sign_is_handed_but_neither_put_off_nor_done(people: People, program: Program) -> None:
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    actor = people.actor(people.colleague)
    with pytest.raises(RuleBroken, match="cleared on its own page"):
        acts.handle(actor, people.client.id, cases(people), None)
    with pytest.raises(RuleBroken, match="cleared on its own page"):
        acts.snooze(actor, people.client.id, cases(people), TODAY + DAY)
    acts.hand_over(actor, people.client.id, cases(people), people.owner.id)
    entry = listed(people, mine=True, who=people.actor(people.owner))
    assert entry is not None
    assert entry.flag_id is not None


def test_done_is_taken_back_once_with_all_that_one_press_did(people: People, program: Program) -> None:
    logs(people, 9, WORDS)
    answered(program, NOW, contact=True)
    before, actor = kinds(people), people.actor(people.colleague)
    press = acts.handle(actor, people.client.id, cases(people), None)
    assert (press.changed, kinds(people)) == (2, [])
    assert acts.undo(people.actor(people.owner), people.client.id, press.id) == 2
    assert kinds(people) == before
    assert acts.undo(actor, people.client.id, press.id) == 0
    assert kinds(people) == before


def test_taken_back_check_ins_that_were_not_answered_count_again(people: People, program: Program) -> None:
    run = [sent_checkin(program, at=NOW - days * DAY) for days in (5, 3)]
    actor = people.actor(people.colleague)
    press = acts.handle(actor, people.client.id, cases(people), None)
    assert kinds(people) == []
    acts.undo(actor, people.client.id, press.id)
    assert kinds(people) == [AttentionKind.NOT_ANSWERED]
    stored = db.session.scalars(select(Checkin).where(Checkin.id.in_([each.id for each in run]))).all()
    assert {each.state for each in stored} == {CheckinState.EXPIRED}


# --- two at once


def test_of_two_people_the_second_is_told_who_was_first(people: People, program: Program) -> None:
    logs(people, 9)
    seen, shown = NOW, cases(people)
    first = acts.handle(people.actor(people.owner), people.client.id, shown, None, seen)
    assert first.before is None
    second = acts.handle(people.actor(people.colleague), people.client.id, shown, None, seen)
    assert second.changed == 0
    assert second.before is not None
    assert (second.before.name, second.before.act) == (people.owner.name, ReasonAct.DONE)


def test_what_a_colleague_put_off_meanwhile_is_not_done_by_an_old_page(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    logs(people, 9)
    shown = cases(people)
    clock.shift(60)
    acts.snooze(people.actor(people.owner), people.client.id, shown, TODAY + DAY, None, NOW)
    clock.shift(60)
    late = acts.handle(people.actor(people.colleague), people.client.id, shown, None, NOW)
    assert late.before is not None
    assert late.before.act is ReasonAct.SNOOZED
    again = acts.handle(
        people.actor(people.colleague), people.client.id, shown, None, NOW + timedelta(minutes=3)
    )
    assert again.changed == 1


# --- one list


def test_the_client_list_and_today_name_the_same_people_and_count_the_same(
    people: People, program: Program
) -> None:
    actor = people.actor(people.colleague)
    for number in range(55):
        make_client(people.practice, f"Bounced {number:02}")
    with transaction():
        for client in db.session.scalars(select(Client).where(Client.name.like("Bounced%"))):
            client.bounced_at = NOW
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    records.archive(actor, people.client.id, "Moved away.")
    page = attention.today(actor, everybody=True)
    first = listing.page(actor, ClientFilter(asking=Asking.ANY))
    rest = listing.page(actor, ClientFilter(asking=Asking.ANY, after=first.after))
    assert (page.count, first.count) == (56, 56)
    assert {row.id for row in (*first.rows, *rest.rows)} == {each.client_id for each in page.listed}
    by_id: dict[UUID, ClientWithReasons] = {each.client_id: each for each in page.listed}
    for row in (*first.rows, *rest.rows):
        assert row.asks == by_id[row.id]


def test_handed_to_me_is_the_same_in_both(people: People, program: Program) -> None:
    logs(people, 9)
    acts.hand_over(people.actor(people.colleague), people.client.id, cases(people), people.owner.id)
    owner = people.actor(people.owner)
    found = listing.page(owner, ClientFilter(asking=Asking.MINE))
    assert [row.id for row in found.rows] == [people.client.id]
    assert attention.today(owner, mine=True).count == 1
    colleague = people.actor(people.colleague)
    assert listing.page(colleague, ClientFilter(asking=Asking.MINE)).rows == []
    assert attention.today(colleague, mine=True).count == 0


def test_what_a_client_names_in_a_questionnaire_is_read_once(
    people: People, program: Program, clock: time_machine.Traveller
) -> None:
    typed(people, ask(people, "psfs"), activities(shoes=3))
    assert kinds(people) == []  # typed in by the practice itself
    client = people.client
    actor = Actor(people.client_user.id, client.practice_id, Role.CLIENT, client.name, client.id)
    clock.shift(60)
    asked = ask(people, "psfs", channel=AskChannel.PAGES, new_activities=True)
    questionnaire_answering.answer_own(actor, asked.id, 1, activities(stairs=4, cellar=2))
    entry = listed(people)
    assert entry is not None
    assert [reason.kind for reason in entry.reasons] == [AttentionKind.ACTIVITIES]
    assert [words for _, words in entry.said] == [("stairs", "cellar")]
    acts.handle(people.actor(people.colleague), client.id, entry.cases, None)
    clock.shift(60)
    again = ask(people, "psfs", channel=AskChannel.PAGES)
    questionnaire_answering.answer_own(actor, again.id, 1, activities(stairs=6, cellar=5))
    assert kinds(people) == []  # the same, asked about again
