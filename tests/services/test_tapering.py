"""Offers to write to a client less often: found by a look over everybody, decided once, audited, undone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from sqlalchemy import select

from clinic.domain.attention import AttentionKind
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.programs import ProgramChange
from clinic.domain.tapering import OfferDecision, TaperingStep
from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    LogOutcome,
    OutboxState,
    ProgramAction,
    ProgramStatus,
)
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    PracticeLog,
    PracticeNotice,
    Prescription,
    Program,
    ProgramEvent,
    TaperingOffer,
)
from clinic.services import warnings
from clinic.services.attention import acts
from clinic.services.attention import today as attention
from clinic.services.checkins.rhythms import CadenceCheckin, WeeklyCheckin
from clinic.services.outbox import promises as outbox
from clinic.services.programs import changing as program_changes
from clinic.services.programs import looking_over, own, tapering
from clinic.services.transaction import transaction
from tests.factories.checkins import answered, enrol, schedule_of, sent_checkin
from tests.factories.people import People

NOW = datetime(2026, 11, 23, 10, tzinfo=UTC)  # a Monday
TODAY = NOW.date()
START = date(2026, 10, 19)  # five weeks before
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _now() -> Iterator[None]:
    with time_machine.travel(NOW, tick=False):
        yield


@pytest.fixture
def program(people: People) -> Program:
    """Ada's program of five weeks without an end, its last four check-ins answered, practised every day."""
    made = enrol(people, starts_on=START)
    with transaction():
        made.ends_on = None
    for weeks in (4, 3, 2, 1):
        answered(made, NOW - timedelta(weeks=weeks) + DAY, pain=3, days_practised=7)
    practised(made, 28)
    return made


def practised(program: Program, days: int, outcome: LogOutcome = LogOutcome.DONE) -> None:
    """Every move of the program, on each of the days before today."""
    moves = db.session.scalars(select(Prescription).where(Prescription.program_id == program.id)).all()
    with transaction() as session:
        for ago in range(1, days + 1):
            for move in moves:
                session.add(
                    PracticeLog(
                        practice_id=program.practice_id,
                        client_id=program.client_id,
                        prescription_id=move.id,
                        local_date=TODAY - ago * DAY,
                        outcome=outcome,
                        logged_at=NOW,
                    )
                )


def offers() -> list[TaperingOffer]:
    query = select(TaperingOffer).order_by(TaperingOffer.offered_at)
    return list(db.session.scalars(query.execution_options(populate_existing=True)))


def offered() -> TaperingOffer:
    looking_over.run(NOW)
    [offer] = offers()
    return offer


def trail(action: str) -> list[AuditEvent]:
    return list(db.session.scalars(select(AuditEvent).where(AuditEvent.action == action)))


# --- offered


def test_four_good_weeks_bring_an_offer_with_its_figures(people: People, program: Program) -> None:
    offer = offered()
    assert (offer.step, offer.decision) == (TaperingStep.TWO_WEEKLY, None)
    assert offer.numbers == {
        "source": "logged",
        "answered": 4,
        "asked": 4,
        "practised": 28,
        "expected": 28,
        "since": "2026-10-26",
        "pain_before": 3,
        "pain_now": 3,
    }
    assert schedule_of(program).every_weeks == 1  # offered, not done
    [line] = trail("tapering.offered")
    assert (line.client_id, line.subject_id, line.actor_id) == (program.client_id, program.id, None)


def test_looking_again_offers_nothing_twice(people: People, program: Program) -> None:
    assert looking_over.run(NOW) == 1
    assert looking_over.run(NOW + timedelta(hours=6)) == 0
    assert len(offers()) == len(trail("tapering.offered")) == 1
    kinds = db.session.scalars(select(PracticeNotice.kind)).all()
    assert kinds == [NoticeKind.TAPERING]


def test_days_named_in_checkins_are_enough_where_no_log_is_kept(people: People) -> None:
    made = enrol(people, starts_on=START)
    with transaction():
        made.ends_on = None
    for weeks in (4, 3, 2, 1):
        answered(made, NOW - timedelta(weeks=weeks) + DAY, days_practised=6)
    offer = offered()
    assert (offer.numbers["practised"], offer.numbers["expected"]) == (24, 28)


def test_a_week_paused_among_them_begins_the_four_weeks_anew(people: People, program: Program) -> None:
    with transaction() as session:
        for action, day in ((ProgramAction.PAUSE, 20), (ProgramAction.RESUME, 13)):
            session.add(
                ProgramEvent(
                    practice_id=program.practice_id,
                    program_id=program.id,
                    action=action,
                    effective_on=TODAY - day * DAY,
                    reason="Holiday",
                    before={},
                    after={},
                    actor_id=people.colleague.id,
                    happened_at=NOW - day * DAY,
                )
            )
    assert looking_over.run(NOW) == 0


def test_an_open_warning_sign_a_rise_of_pain_and_an_archived_record_bring_none(
    people: People, program: Program
) -> None:
    with transaction():
        people.client.status = ClientStatus.ARCHIVED
    assert looking_over.run(NOW) == 0
    with transaction():
        people.client.status = ClientStatus.ACTIVE
    answered(program, NOW - timedelta(hours=2), pain=6, days_practised=7)
    assert looking_over.run(NOW) == 0


def test_a_cadence_of_days_is_left_alone(people: People, program: Program) -> None:
    actor = people.actor(people.colleague)
    program_changes.change_checkin(actor, program.id, program.version, CadenceCheckin((1, 3, 40), time(9)))
    with transaction():
        schedule_of(program).rhythm_since = None
    assert looking_over.run(NOW) == 0


# --- decided


def test_accepted_the_rhythm_slows_down_and_the_trail_says_who(people: People, program: Program) -> None:
    offer = offered()
    tapering.accept(people.actor(people.colleague), offer.id)
    row = schedule_of(program)
    assert (row.every_weeks, row.rhythm_since) == (2, TODAY)
    [line] = trail("program.checkin_changed")
    assert line.actor_name == people.colleague.name
    assert (line.details["before"]["every_weeks"], line.details["after"]["every_weeks"]) == (1, 2)
    assert offers()[0].decision is OfferDecision.ACCEPTED
    assert offers()[0].decided_by == people.colleague.id


def test_two_presses_are_one_step(people: People, program: Program) -> None:
    offer = offered()
    tapering.accept(people.actor(people.colleague), offer.id)
    tapering.accept(people.actor(people.owner), offer.id)
    assert schedule_of(program).every_weeks == 2
    assert len(trail("program.checkin_changed")) == 1
    assert offers()[0].decided_by == people.colleague.id


def test_not_now_after_accepted_changes_nothing(people: People, program: Program) -> None:
    offer = offered()
    tapering.accept(people.actor(people.colleague), offer.id)
    tapering.put_off(people.actor(people.owner), offer.id)
    assert offers()[0].decision is OfferDecision.ACCEPTED
    assert trail("tapering.put_off") == []


def test_put_off_it_is_offered_again_after_four_weeks_and_not_before(
    people: People, program: Program
) -> None:
    tapering.put_off(people.actor(people.colleague), offered().id)
    assert schedule_of(program).every_weeks == 1
    assert len(trail("tapering.put_off")) == 1
    for days in (6, 13, 20, 26):
        answered(program, NOW + days * DAY, pain=3, days_practised=7)
    for days, number in ((27, 1), (28, 2)):
        later = NOW + days * DAY
        with time_machine.travel(later, tick=False):
            looking_over.run(later)
        assert len(offers()) == number


def test_after_every_fourth_week_the_client_graduates(people: People, program: Program) -> None:
    with transaction():
        schedule_of(program).every_weeks = 4
    offer = offered()
    assert offer.step is TaperingStep.GRADUATE
    assert graduated_on(people) is None
    checkin = sent_checkin(program, state=CheckinState.WAITING)
    with transaction():
        mail = outbox.promise(
            program.practice_id, "checkin", "k", client_id=program.client_id, checkin_id=checkin.id
        )
    tapering.accept(people.actor(people.colleague), offer.id)
    db.session.expire_all()
    assert mail is not None
    assert (program.status, program.graduated_on) == (ProgramStatus.ENDED, TODAY)
    assert mail.state is OutboxState.CANCELLED
    assert schedule_of(program).next_due_at is None
    [line] = trail("program.ended")
    assert line.details["reason"] == "Graduated"
    assert graduated_on(people) == TODAY


def graduated_on(people: People) -> date | None:
    """What the client's page says of it."""
    last = own.last_ended(own.held(people.actor(people.client_user)))
    return last.graduated_on if last else None


def test_a_restart_takes_the_good_bye_back(people: People, program: Program) -> None:
    with transaction():
        schedule_of(program).every_weeks = 4
    actor = people.actor(people.colleague)
    tapering.accept(actor, offered().id)
    again = ProgramChange(ProgramAction.RESTART, TODAY, "It came back")
    program_changes.change(actor, program.id, program.version, again, weeks=12)
    assert program.graduated_on is None
    assert graduated_on(people) is None


def test_a_warning_sign_after_the_offer_stops_it(people: People, program: Program) -> None:
    offer = offered()
    warnings.name_on_own_page(people.actor(people.client_user), ["saddle"])
    actor = people.actor(people.colleague)
    assert tapering.open_offers(actor) == []
    with pytest.raises(RuleBroken, match="Things have changed"):
        tapering.accept(actor, offer.id)
    assert offers()[0].decision is None  # nothing of it was done
    looking_over.run(NOW)
    assert offers()[0].decision is OfferDecision.WITHDRAWN


@pytest.mark.parametrize("every_weeks", [2, 4])
def test_a_rhythm_changed_by_hand_takes_the_offer_back(
    people: People, program: Program, every_weeks: int
) -> None:
    offered()
    wish = WeeklyCheckin(0, time(9), every_weeks)
    program_changes.change_checkin(people.actor(people.colleague), program.id, program.version, wish)
    assert offers()[0].decision is OfferDecision.WITHDRAWN
    assert looking_over.run(NOW) == 0  # four weeks of the new rhythm first


def test_another_weekday_is_no_other_rhythm(people: People, program: Program) -> None:
    offered()
    wish = WeeklyCheckin(3, time(17))
    program_changes.change_checkin(people.actor(people.colleague), program.id, program.version, wish)
    assert offers()[0].decision is None
    assert schedule_of(program).rhythm_since is None


def test_a_pause_takes_the_offer_back(people: People, program: Program) -> None:
    offered()
    pause = ProgramChange(ProgramAction.PAUSE, TODAY, "Holiday")
    program_changes.change(people.actor(people.colleague), program.id, program.version, pause)
    assert offers()[0].decision is OfferDecision.WITHDRAWN


@pytest.mark.parametrize("who", ["stranger", "client_user", "other_client_user", "foreign_client_user"])
def test_nobody_else_reads_or_decides_it(people: People, program: Program, who: str) -> None:
    offer = offered()
    actor = people.actor(getattr(people, who))
    for act in (tapering.accept, tapering.put_off):
        with pytest.raises(NotFound):
            act(actor, offer.id)
    assert offers()[0].decision is None
    if not actor.is_staff:
        with pytest.raises(NotFound):
            tapering.open_offers(actor)
    else:
        assert tapering.open_offers(actor) == []


def test_an_assistant_sees_it_and_decides_nothing(people: People, program: Program) -> None:
    offer, actor = offered(), people.actor(people.assistant)
    assert len(tapering.open_offers(actor)) == 1
    with pytest.raises(RuleBroken, match="owner or a practitioner"):
        tapering.accept(actor, offer.id)


# --- the same look: practice that falls off


def test_practice_that_falls_off_is_on_the_list_with_both_figures(people: People) -> None:
    made = enrol(people, starts_on=START)
    practised(made, 28)
    with transaction() as session:
        for log in session.scalars(select(PracticeLog).where(PracticeLog.local_date > TODAY - 10 * DAY)):
            log.outcome = LogOutcome.NOT_DONE
    looking_over.run(NOW)
    [listed] = attention.today(people.actor(people.colleague)).listed
    [reason] = listed.reasons
    assert reason.kind is AttentionKind.PRACTICE_DROPPED
    assert reason.in_words(NOW.date()) == "Practice down from 100 % to 36 % of days"
    assert reason.since == TODAY - 14 * DAY


def test_marked_as_done_it_is_gone_and_made_good_it_is_forgotten(people: People) -> None:
    test_practice_that_falls_off_is_on_the_list_with_both_figures(people)
    actor = people.actor(people.colleague)
    [listed] = attention.today(actor).listed
    acts.handle(actor, listed.client_id, listed.cases, "Called")
    assert attention.today(actor).listed == []
    looking_over.run(NOW + timedelta(hours=6))
    assert attention.today(actor).listed == []  # the same decline, looked at again


def test_two_silent_weeks_are_no_decline_but_silence(people: People) -> None:
    made = enrol(people, starts_on=START)
    practised(made, 28)
    with transaction() as session:
        for log in session.scalars(select(PracticeLog).where(PracticeLog.local_date > TODAY - 16 * DAY)):
            session.delete(log)
    looking_over.run(NOW)
    [listed] = attention.today(people.actor(people.colleague)).listed
    assert [reason.kind for reason in listed.reasons] == [AttentionKind.NOT_PRACTISED]
