"""Check-ins that fall due: sent once, or skipped with the reason in the ledger."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine
from flask import Flask
from sqlalchemy import select

from clinic.cli.checkins import checkins
from clinic.domain.notices import NoticeKind
from clinic.domain.types import (
    CheckinState,
    ClientStatus,
    MailKind,
    OutboxState,
    ProgramStatus,
    ScheduleKind,
    SkipReason,
    Tier,
)
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    Checkin,
    CheckinEvent,
    Client,
    OutboxMessage,
    Practice,
    PracticeNotice,
    Program,
    WarningFlag,
)
from clinic.services.checkins import answers as checkin_answers
from clinic.services.checkins import passes, schedules
from clinic.services.checkins import planning as checkin_planning
from clinic.services.checkins.answers import CheckinReply
from clinic.services.checkins.planning import plan_due
from clinic.services.outbox import calling_back as checkins_service
from clinic.services.transaction import transaction
from tests.factories.checkins import enrol, enrol_alongside, link_to, schedule_of, sent_checkin
from tests.factories.people import People, make_client, make_people
from tests.statements import statements

START = date(2026, 11, 2)  # a Monday
NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
DUE = datetime(2026, 11, 9, 9, tzinfo=UTC)  # the next Monday at nine in London
NINE = time(9)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
WEEK = timedelta(days=7)


@pytest.fixture
def program(people: People) -> Iterator[Program]:
    """Ada's program, assigned on a Monday, with a check-in every Monday at nine."""
    with time_machine.travel(NOON, tick=False):
        yield enrol(people, starts_on=START)


def ledger() -> list[Checkin]:
    return list(db.session.scalars(select(Checkin).order_by(Checkin.local_date, Checkin.due_at)))


def mails() -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == "checkin")))


def test_nothing_is_planned_before_its_time(program: Program) -> None:
    assert plan_due(DUE - MINUTE) == 0
    assert ledger() == []


def test_a_due_checkin_waits_in_the_ledger_with_its_mail(program: Program) -> None:
    assert plan_due(DUE + MINUTE) == 1
    (checkin,) = ledger()
    assert (checkin.local_date, checkin.due_at, checkin.state) == (
        date(2026, 11, 9),
        DUE,
        CheckinState.WAITING,
    )
    (mail,) = mails()
    assert mail.dedupe_key == f"checkin:{checkin.id.hex}"
    assert mail.day_key == f"{program.client_id.hex}:2026-11-09"
    assert (mail.checkin_id, mail.due_at) == (checkin.id, DUE)
    assert (mail.start_by, mail.not_after) == (DUE + DAY, DUE + 3 * DAY)
    events = db.session.scalars(select(CheckinEvent).order_by(CheckinEvent.happened_at))
    assert [(event.checkin_id, event.state, event.happened_at) for event in events] == [
        (checkin.id, CheckinState.DUE, DUE),
        (checkin.id, CheckinState.WAITING, DUE + MINUTE),
    ]


def test_the_schedule_moves_on_to_the_next_week(program: Program) -> None:
    plan_due(DUE + MINUTE)
    row = schedule_of(program)
    assert (row.next_on, row.next_due_at) == (date(2026, 11, 16), DUE + WEEK)


def test_a_second_pass_finds_nothing_left_to_do(program: Program) -> None:
    plan_due(DUE + MINUTE)
    assert plan_due(DUE + MINUTE) == 0
    assert len(ledger()) == len(mails()) == 1


def test_a_row_that_is_there_already_is_not_mailed_a_second_time(program: Program) -> None:
    sent_checkin(program, date(2026, 11, 9), at=DUE)
    assert plan_due(DUE + MINUTE) == 0
    assert mails() == []


def test_a_beat_that_was_off_for_three_weeks_sends_one_mail_and_gives_reasons_for_the_others(
    program: Program,
) -> None:
    plan_due(DUE + 2 * WEEK + timedelta(hours=5))
    assert [(row.local_date.day, row.state, row.skip_reason) for row in ledger()] == [
        (9, CheckinState.SKIPPED, SkipReason.LATE),
        (16, CheckinState.SKIPPED, SkipReason.LATE),
        (23, CheckinState.WAITING, None),
    ]
    assert len(mails()) == 1
    told = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "checkin.skipped")).all()
    assert {event.details["day"] for event in told} == {"2026-11-09", "2026-11-16"}


@pytest.mark.parametrize("late, state", [(timedelta(hours=23), "waiting"), (timedelta(hours=25), "skipped")])
def test_at_most_a_day_late_is_sent(program: Program, late: timedelta, state: str) -> None:
    plan_due(DUE + late)
    assert [row.state for row in ledger()] == [CheckinState(state)]


def on_client(**values: object) -> Callable[[Program], None]:
    def change(program: Program) -> None:
        client = db.session.get_one(Client, program.client_id)
        for name, value in values.items():
            setattr(client, name, value)

    return change


def no_numbers(program: Program) -> None:
    db.session.get_one(Practice, program.practice_id).emergency_number = None


def paused(program: Program) -> None:
    db.session.get_one(Program, program.id).status = ProgramStatus.PAUSED


def flagged(program: Program) -> None:
    db.session.add(
        WarningFlag(
            practice_id=program.practice_id,
            client_id=program.client_id,
            tier=Tier.S,
            question_keys=["cough"],
            raised_at=NOON,
        )
    )


def mailed_today(program: Program) -> None:
    db.session.add(
        OutboxMessage(
            practice_id=program.practice_id,
            kind=MailKind.QUESTIONNAIRE,
            dedupe_key="other",
            day_key=f"{program.client_id.hex}:2026-11-09",
            client_id=program.client_id,
            state=OutboxState.SENT,
            due_at=DUE,
            not_after=DUE,
            created_at=DUE,
        )
    )


@pytest.mark.parametrize(
    "change, reason",
    [
        (on_client(unsubscribed_at=NOON), SkipReason.UNSUBSCRIBED),
        (on_client(bounced_at=NOON), SkipReason.BOUNCED),
        (on_client(consented_at=None, consent_recorded_by=None), SkipReason.NO_CONSENT),
        (on_client(email=None, email_key=None), SkipReason.NO_ADDRESS),
        (on_client(status=ClientStatus.ARCHIVED), SkipReason.ARCHIVED),
        (no_numbers, SkipReason.NUMBERS_NOT_SET),
        (paused, SkipReason.PAUSED),
        (flagged, SkipReason.LOCKED),
        (mailed_today, SkipReason.ONE_MAIL_A_DAY),
    ],
    ids=lambda value: value.value if isinstance(value, SkipReason) else "",
)
def test_what_stands_against_a_mail_is_the_reason_in_the_ledger(
    program: Program, change: Callable[[Program], None], reason: SkipReason
) -> None:
    with transaction():
        change(program)
    plan_due(DUE + MINUTE)
    assert [(row.state, row.skip_reason) for row in ledger()] == [(CheckinState.SKIPPED, reason)]
    assert mails() == []
    assert schedule_of(program).next_due_at == DUE + WEEK


def test_after_two_unanswered_checkins_the_third_is_not_sent(program: Program) -> None:
    for weeks in (1, 2):
        sent_checkin(program, at=DUE - weeks * WEEK)
    plan_due(DUE + MINUTE)
    assert ledger()[-1].skip_reason is SkipReason.UNANSWERED_TWICE


def test_of_a_run_of_unanswered_ones_the_practice_is_told_once(program: Program) -> None:
    for weeks in (1, 2):
        sent_checkin(program, at=DUE - weeks * WEEK)
    for weeks in range(3):
        plan_due(DUE + weeks * WEEK + MINUTE)
    assert [row.skip_reason for row in ledger()[2:]] == [SkipReason.UNANSWERED_TWICE] * 3
    (notice,) = db.session.scalars(select(PracticeNotice))
    assert (notice.kind, notice.client_id) == (NoticeKind.UNANSWERED, program.client_id)


def test_after_an_answer_checkins_go_on_by_themselves(program: Program) -> None:
    for weeks in (1, 2):
        sent_checkin(program, at=DUE - weeks * WEEK)
    plan_due(DUE + MINUTE)
    late = ledger()[0]
    with time_machine.travel(DUE + DAY, tick=False):
        link = link_to(late).removeprefix("/c/")
        checkin_answers.deny_signs(link)
        checkin_answers.answer(link, CheckinReply(5, 2, None, contact_wanted=False))
    plan_due(DUE + WEEK + MINUTE)
    states = [row.state for row in ledger()]
    # the newer of the two may still be answered
    assert states == [
        CheckinState.ANSWERED,
        CheckinState.SENT,
        CheckinState.SKIPPED,
        CheckinState.WAITING,
    ]


def test_somebody_who_looked_after_it_starts_checkins_again(program: Program) -> None:
    for weeks in (1, 2):
        sent_checkin(program, at=DUE - weeks * WEEK)
    with transaction():
        checkins_service.close_unanswered(program.practice_id, program.client_id, "looked after")
    plan_due(DUE + MINUTE)
    assert ledger()[-1].state is CheckinState.WAITING


def test_a_daily_cadence_is_not_tried_into_the_next_day(program: Program) -> None:
    with time_machine.travel(NOON, tick=False), transaction():
        schedules.change_rhythm(program, kind=ScheduleKind.CADENCE, cadence_days="1,2,7", at_time=NINE)
    plan_due(DUE - 6 * DAY + MINUTE)
    (mail,) = mails()
    assert mail.not_after == mail.due_at + DAY


def test_an_answer_ends_the_run_of_unanswered_ones(program: Program) -> None:
    for weeks, state in ((3, CheckinState.SENT), (2, CheckinState.ANSWERED), (1, CheckinState.SENT)):
        sent_checkin(program, at=DUE - weeks * WEEK, state=state)
    plan_due(DUE + MINUTE)
    assert ledger()[-1].state is CheckinState.WAITING


def test_two_programs_of_one_client_on_one_day_are_one_mail(program: Program) -> None:
    enrol_alongside(program)
    plan_due(DUE + MINUTE)
    assert sorted(row.state.value for row in ledger()) == ["skipped", "waiting"]
    assert len(mails()) == 1


def test_a_rule_that_cannot_be_read_holds_up_nobody_else(people: People, program: Program) -> None:
    with time_machine.travel(NOON, tick=False):
        other = enrol(people, people.other_client, starts_on=START)
    with transaction():
        db.session.get_one(Client, people.client.id).time_zone = "Nowhere/Atall"
    assert plan_due(DUE + MINUTE) == 1
    assert [row.program_id for row in ledger()] == [other.id]
    assert schedule_of(program).next_due_at == DUE + MINUTE + timedelta(days=1)


def test_the_command_makes_one_pass_and_says_what_it_did(app: Flask, program: Program) -> None:
    runner = app.test_cli_runner()
    said = runner.invoke(checkins, ["run", "--at", (DUE + MINUTE).isoformat()])
    assert said.output.splitlines() == [
        "1 check-in planned: 1 to be mailed, 0 skipped.",
        "0 reminders to be mailed.",
        "0 check-ins no longer waited for.",
    ]
    assert runner.invoke(checkins, ["run", "--at", "yesterday"]).exit_code == 2


def test_planners_that_run_at_the_same_time_plan_each_checkin_once(live_app: Flask) -> None:
    with time_machine.travel(NOON, tick=False):
        people = make_people()
        for client in (people.client, people.other_client):
            enrol(people, client, starts_on=START)
    db.session.remove()
    planned: list[int] = []

    def plan() -> None:
        with live_app.app_context():
            planned.append(plan_due(DUE + MINUTE))

    threads = [threading.Thread(target=plan) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sum(planned) == 2
    assert len(ledger()) == len(mails()) == 2


def test_a_limit_leaves_the_rest_for_the_next_pass(people: People, program: Program) -> None:
    with time_machine.travel(NOON, tick=False):
        enrol(people, people.other_client, starts_on=START)
    assert checkin_planning.run(DUE + MINUTE, limit=1).looked_at == 1
    assert plan_due(DUE + MINUTE) == 1


def test_a_pass_goes_on_while_its_batches_are_full_until_it_is_asked_to_stop(
    people: People, program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 1)
    with time_machine.travel(NOON, tick=False):
        enrol(people, people.other_client, starts_on=START)
    assert plan_due(DUE + MINUTE, stopping=lambda: True) == 0
    assert plan_due(DUE + MINUTE) == 2


def test_planners_that_meet_at_clients_with_two_programs_wait_for_nobody_crosswise(
    live_app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(passes, "BATCH", 4)
    with time_machine.travel(NOON, tick=False):
        people = make_people()
        first = [enrol(people, starts_on=START), enrol(people, people.other_client, starts_on=START)]
        with transaction():
            clients = [make_client(people.practice, f"Client {number:02}") for number in range(8)]
        first += [enrol(people, client, starts_on=START) for client in clients]
        second = [enrol_alongside(program) for program in first]
        with transaction() as session:  # the others' turn comes from the other end
            for number, program in enumerate(second):
                session.merge(schedule_of(program)).next_due_at = DUE - number * MINUTE
    db.session.remove()
    troubles: list[Exception] = []

    def plan() -> None:
        with live_app.app_context():
            try:
                for _ in range(20):
                    plan_due(DUE + MINUTE)
            except Exception as error:
                troubles.append(error)

    threads = [threading.Thread(target=plan) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert troubles == []
    assert Counter(checkin.skip_reason for checkin in ledger()) == {
        None: len(first),
        SkipReason.OTHER_PROGRAM: len(second),
    }
    assert len({mail.client_id for mail in mails()}) == len(mails()) == len(first)


@pytest.mark.parametrize("number", [3, 12])
def test_planning_asks_the_database_no_more_often_for_many_than_for_few(
    people: People, program: Program, number: int
) -> None:
    with time_machine.travel(NOON, tick=False):
        for each in range(number - 1):
            with transaction():
                client = make_client(people.practice, f"Client {each:02}")
            enrol(people, client, starts_on=START)
    db.session.expire_all()
    with statements() as asked:
        assert plan_due(DUE + MINUTE) == number
    questions = [each for each in asked if "SAVEPOINT" not in each]
    assert len(questions) <= 10, "\n".join(questions)
