"""A newer version is offered, read, taken over from tomorrow on or not; nobody's copy changes silently."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.bulk_acts import LineReason
from clinic.domain.diary_entries import DiaryEntry
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.new_versions import VersionDecision
from clinic.domain.phases import Phase
from clinic.domain.programs import ProgramChange
from clinic.domain.types import (
    LogOutcome,
    MailKind,
    OutboxState,
    ProgramAction,
    ProgramStatus,
    Tier,
)
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Client,
    OutboxMessage,
    PracticeLog,
    Program,
    Routine,
    RoutineVersion,
    VersionOffer,
    WarningFlag,
)
from clinic.services.checkins import schedules
from clinic.services.clock import now
from clinic.services.programs import (
    changing,
    days,
    diary,
    own,
    taking_back,
    version_answers,
    version_offers,
)
from clinic.services.programs.changing import DoseWish
from clinic.services.programs.version_offers import OfferWish
from clinic.services.routines.wording import dose_of
from clinic.services.transaction import transaction
from tests.factories.people import People, make_people
from tests.factories.programs import assign_program, in_phases, publish_next, publish_routine

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)  # a Friday; Ada lives in London
TODAY = date(2026, 11, 20)
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def first(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def program(people: People, first: RoutineVersion) -> Program:
    return assign_program(people.colleague, people.client, first)


@pytest.fixture
def second(program: Program, first: RoutineVersion) -> RoutineVersion:
    return publish_next(first)


def offer(people: People, version: RoutineVersion, *programs: Program, **more: object) -> VersionOffer:
    whom = [each.id for each in programs]
    wish = OfferWish(version_id=version.id, programs=whom, note="Less is more.", **more)  # type: ignore[arg-type]
    version_offers.offer(people.actor(people.colleague), version.routine_id, wish)
    return newest()


def newest() -> VersionOffer:
    return db.session.scalars(select(VersionOffer).where(VersionOffer.decided_at.is_(None))).one()


def correct(people: People, program: Program) -> None:
    """Ada does five rounds of everything."""
    base = {row.id: dose_of(row) for row in program.prescriptions}
    more = {key: replace(dose, sets=5) for key, dose in base.items()}
    wish = DoseWish(base=base, doses=more, effective_on=TODAY, reason="Sore")
    changing.correct_doses(people.actor(people.colleague), program.id, wish)


def offerings(people: People, version: RoutineVersion) -> version_offers.VersionOfferings:
    routine = db.session.get_one(Routine, version.routine_id)
    found = version_offers.offerings(people.actor(people.colleague), routine)
    assert found is not None
    return found


def test_who_has_an_older_version_is_counted_and_told_what_is_different(
    people: People, program: Program, second: RoutineVersion
) -> None:
    routine = db.session.get_one(Routine, second.routine_id)
    assert version_offers.counted(people.actor(people.colleague), routine) == [(1, 1)]
    found = offerings(people, second)
    assert [each.program.id for each in found.older] == [program.id]
    ((number, lines),) = found.changes
    turn, hinge = (row.content["name"] for row in program.prescriptions)
    assert number == 1
    assert lines == [f"No longer: {hinge}.", f"{turn}: 2 rounds instead of 1."]


def test_until_it_is_taken_over_the_client_goes_on_with_what_they_have(
    people: People, program: Program, second: RoutineVersion
) -> None:
    ada = people.actor(people.client_user)
    made = offer(people, second, program)
    held = own.held(ada)
    assert [(each.id, offer_id) for each, offer_id in held.offered] == [(program.id, made.id)]
    assert len(held.moves) == 2
    read = version_answers.to_read(ada, made.id)
    assert read is not None
    assert read.offer.note == "Less is more."
    assert len(read.changes) == 2


def test_taken_over_it_follows_on_from_tomorrow_and_nothing_logged_is_lost(
    people: People, program: Program, second: RoutineVersion, clock: time_machine.Traveller
) -> None:
    ada = people.actor(people.client_user)
    diary.log_day(ada, TODAY, DiaryEntry(LogOutcome.DONE))
    last = program.ends_on
    rhythm = schedules.schedule_of(program)
    assert rhythm is not None
    weekday = rhythm.weekday
    made = offer(people, second, program)
    version_answers.take_over(ada, made.id)
    version_answers.take_over(ada, made.id)  # pressed twice
    before, after = db.session.scalars(select(Program).order_by(Program.starts_on)).all()
    assert (before.ends_on, after.starts_on, after.ends_on) == (TODAY, TODAY + DAY, last)
    assert after.assigned_by == people.colleague.id
    assert made.follow_on_id == after.id
    assert len(own.held(ada).moves) == 2  # today stays what it was
    clock.shift(DAY)
    db.session.expire_all()
    days.start_due(now())
    days.end_due(now())
    found = diary.diary(ada)
    assert [each.program for each in found.moves[0].merged.given] == [after.name]
    assert len(found.moves) == 1
    assert found.outcomes == {TODAY: LogOutcome.DONE}
    assert len(db.session.scalars(select(PracticeLog)).all()) == 2
    assert before.on(TODAY + DAY) is ProgramStatus.ENDED
    kept = schedules.schedule_of(after)
    assert kept is not None
    assert kept.weekday == weekday
    assert kept.next_on is not None
    taken = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "program.version_taken")).all()
    assert [event.actor_name for event in taken] == [people.client_user.name]


@pytest.mark.parametrize("keeps, sets", [(True, 5), (False, 2)])
def test_a_corrected_dose_stays_unless_the_practitioner_says_otherwise(
    people: People, program: Program, second: RoutineVersion, keeps: bool, sets: int
) -> None:
    correct(people, program)
    made = offer(people, second, program, keeps_doses=keeps)
    ada = people.actor(people.client_user)
    told = version_answers.to_read(ada, made.id)
    assert told is not None
    assert any("rounds instead of 5" in line for line in told.changes) is not keeps
    taken = version_answers.take_over(ada, made.id)
    assert taken.follow_on_id is not None
    after = db.session.get_one(Program, taken.follow_on_id)
    assert [row.sets for row in after.prescriptions] == [sets]


def test_who_keeps_what_they_have_is_asked_no_more_and_can_be_offered_it_again(
    people: People, program: Program, second: RoutineVersion
) -> None:
    ada = people.actor(people.client_user)
    made = offer(people, second, program)
    version_answers.keep(ada, made.id)
    assert own.held(ada).offered == []
    with pytest.raises(RuleBroken, match="answered"):
        version_answers.take_over(ada, made.id)
    assert version_answers.to_read(ada, made.id) is None
    found = offerings(people, second)
    assert [each.offer.decision for each in found.offered] == [VersionDecision.KEPT]
    assert [each.program.id for each in found.older] == [program.id]
    offer(people, second, program)
    assert len(own.held(ada).offered) == 1


def test_an_offer_waits_while_a_warning_sign_is_open_or_the_program_is_paused(
    people: People, program: Program, second: RoutineVersion
) -> None:
    ada = people.actor(people.client_user)
    made = offer(people, second, program)
    pause = ProgramChange(ProgramAction.PAUSE, TODAY, "Holiday", until=TODAY + DAY)
    changing.change(people.actor(people.colleague), program.id, program.version, pause)
    assert own.held(ada).offered == []
    assert [each.waits for each in offerings(people, second).offered] == ["waits: the program is paused"]
    with pytest.raises(RuleBroken, match="wait"):
        version_answers.take_over(ada, made.id)
    with transaction():
        about = {"practice_id": program.practice_id, "client_id": program.client_id}
        db.session.add(WarningFlag(**about, tier=Tier.S, question_keys=["x"], raised_at=now()))
    assert [each.waits for each in offerings(people, second).offered] == ["waits: a warning sign is open"]
    assert own.held(ada).offered == []


def test_withdrawn_it_is_gone_and_its_mail_is_called_back(
    people: People, program: Program, second: RoutineVersion
) -> None:
    made = offer(people, second, program)
    of_kind = OutboxMessage.kind == MailKind.PROGRAM_OFFERED
    mail = db.session.scalars(select(OutboxMessage).where(of_kind)).one()
    assert mail.state is OutboxState.READY
    version_offers.withdraw(people.actor(people.colleague), made.id)
    version_offers.withdraw(people.actor(people.colleague), made.id)
    db.session.expire_all()
    assert mail.state is OutboxState.CANCELLED
    assert own.held(people.actor(people.client_user)).offered == []
    with pytest.raises(RuleBroken, match="taken this offer back"):
        version_answers.take_over(people.actor(people.client_user), made.id)


def test_all_that_nobody_has_answered_is_withdrawn_at_once(
    people: People, program: Program, first: RoutineVersion, second: RoutineVersion
) -> None:
    other = assign_program(people.colleague, people.other_client, first)
    wish = OfferWish(version_id=second.id, programs=[program.id, other.id])
    actor = people.actor(people.colleague)
    assert version_offers.offer(actor, second.routine_id, wish) == 2
    offered = {each.program_id: each for each in db.session.scalars(select(VersionOffer))}
    version_answers.keep(people.actor(people.client_user), offered[program.id].id)
    assert version_offers.withdraw_all(actor, second.routine_id) == 1
    decided = {each.program_id: each.decision for each in db.session.scalars(select(VersionOffer))}
    assert decided == {program.id: VersionDecision.KEPT, other.id: VersionDecision.WITHDRAWN}
    words = select(OutboxMessage.state).where(OutboxMessage.kind == MailKind.PROGRAM_OFFERED)
    assert OutboxState.READY not in db.session.scalars(words).all()
    assert version_offers.withdraw_all(actor, second.routine_id) == 0


def test_a_third_version_takes_the_place_of_the_second(
    people: People, program: Program, second: RoutineVersion
) -> None:
    offer(people, second, program)
    third = publish_next(second)
    made = offer(people, third, program)
    assert made.version_id == third.id
    decisions = db.session.scalars(select(VersionOffer.decision).order_by(VersionOffer.offered_at)).all()
    assert sorted(map(str, decisions)) == ["None", "withdrawn"]


def test_offered_twice_it_is_offered_once(people: People, program: Program, second: RoutineVersion) -> None:
    offer(people, second, program)
    offer(people, second, program)
    assert len(db.session.scalars(select(VersionOffer)).all()) == 1


def test_who_reached_a_later_phase_does_not_begin_with_the_first_again(
    people: People, first: RoutineVersion
) -> None:
    in_phases(first, [Phase("Turns", 1), Phase("Both")], [(1, None), (2, None)])
    program = assign_program(people.colleague, people.client, first)
    second = publish_next(first)
    in_phases(second, [Phase("Begin", 1), Phase("Go on", 1), Phase("Last")], [(1, None)])
    ada = people.actor(people.client_user)
    taken = version_answers.take_over(ada, offer(people, second, program).id)
    assert taken.follow_on_id is not None
    after = db.session.get_one(Program, taken.follow_on_id)
    assert [row.passed_on for row in after.phases] == [TODAY + DAY, None, None]


def test_foreign_programs_refuse_the_whole_offer(
    people: People, program: Program, second: RoutineVersion
) -> None:
    others = make_people()
    theirs = assign_program(others.colleague, others.client, publish_routine(others.practice, others.owner))
    for programs in ([program, theirs], [theirs]):
        with pytest.raises(NotFound):
            offer(people, second, *programs)
    wish = OfferWish(version_id=second.id, programs=[uuid.uuid4(), program.id])
    with pytest.raises(NotFound):
        version_offers.offer(people.actor(people.colleague), second.routine_id, wish)
    assert db.session.scalars(select(VersionOffer)).all() == []


def test_only_who_publishes_offers_and_only_its_client_answers(
    people: People, program: Program, second: RoutineVersion
) -> None:
    wish = OfferWish(version_id=second.id, programs=[program.id])
    with pytest.raises(Forbidden):
        version_offers.offer(people.actor(people.assistant), second.routine_id, wish)
    made = offer(people, second, program)
    for act in (version_answers.take_over, version_answers.keep, version_answers.to_read):
        for somebody in (people.colleague, make_people().client_user):
            with pytest.raises(NotFound):
                act(people.actor(somebody), made.id)


def test_a_program_that_was_offered_or_taken_over_is_not_taken_back(
    people: People, program: Program, second: RoutineVersion
) -> None:
    taken = version_answers.take_over(people.actor(people.client_user), offer(people, second, program).id)
    for program_id in (program.id, taken.follow_on_id):
        assert program_id is not None
        with transaction():
            assert taking_back.take_back(people.actor(people.colleague), program_id) is LineReason.CHANGED


def test_an_archived_client_is_offered_nothing(
    people: People, program: Program, second: RoutineVersion
) -> None:
    with transaction():
        db.session.get_one(Client, program.client_id).status = "archived"
    assert offerings(people, second).older == []
