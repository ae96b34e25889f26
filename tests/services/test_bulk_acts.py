"""One act for many clients: each gets a line, each line is done once, and all is undone within the hour."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import event, func, select, update

from clinic.domain.bulk_acts import AT_ONCE, MOST_CLIENTS, BulkActKind, BulkActState, LineReason, LineState
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.types import (
    ClientKind,
    ClientStatus,
    InvitationState,
    LogOutcome,
    OutboxState,
    ProgramStatus,
)
from clinic.extensions import db
from clinic.models import (
    AuditEvent,
    BulkAct,
    BulkActLine,
    Checkin,
    Client,
    Invitation,
    OutboxMessage,
    PracticeLog,
    Program,
    RoutineVersion,
    User,
)
from clinic.services import warnings
from clinic.services.actors import Actor
from clinic.services.bulk_acts import choosing, going_on, pages
from clinic.services.bulk_acts.wishes import BulkWish, wish_of
from clinic.services.checkins.rhythms import CadenceCheckin, WeeklyCheckin
from clinic.services.clients import invitations, memberships
from clinic.services.clients.listing import ClientFilter
from clinic.services.clock import now, today_in
from clinic.services.programs import assigning
from clinic.services.transaction import transaction
from clinic.services.upkeep import housekeeping
from tests.factories.checkins import enrol
from tests.factories.people import People, make_client
from tests.factories.programs import publish_beside, publish_routine

ASSIGN, INVITE, CHECKIN, GROUP, ARCHIVE, HAND_OVER = BulkActKind


@pytest.fixture
def actor(people: People) -> Actor:
    return people.actor(people.colleague)


@pytest.fixture
def version(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


def students(people: People, number: int, **values: Any) -> list[Client]:
    """So many online students without an account."""
    values = {"kind": ClientKind.ONLINE, **values}
    made = [make_client(people.practice, f"Student {each:04}", **values) for each in range(number)]
    db.session.commit()
    return made


def chosen(actor: Actor, kind: BulkActKind, clients: Sequence[Client]) -> BulkAct:
    return choosing.choose(actor, kind, uuid.uuid4().hex, [each.id for each in clients])


def routine(version: RoutineVersion, people: People, **values: Any) -> BulkWish:
    """The routine from today on for twelve weeks, with a check-in on Mondays."""
    monday = WeeklyCheckin(0, people.practice.waking_from)
    values = {"weeks": 12, "checkin": monday, **values}
    return BulkWish(
        version_id=version.id, name="Hips", starts_on=today_in(people.practice.time_zone), **values
    )


def told(act: BulkAct) -> list[tuple[LineState, LineReason | None]]:
    """What became of each client, in their order."""
    query = select(BulkActLine).where(BulkActLine.act_id == act.id).order_by(BulkActLine.position)
    lines = db.session.scalars(query.execution_options(populate_existing=True))
    return [(line.state, line.reason) for line in lines]


def flagged(client: Client) -> None:
    with transaction():
        warnings.raise_flag(client, ["fever"])


class TestChoosing:
    def test_a_foreign_id_refuses_all_of_it_and_the_trail_keeps_that(
        self, people: People, actor: Actor
    ) -> None:
        wanted = [people.client.id, people.foreign_client.id]
        with pytest.raises(NotFound):
            choosing.choose(actor, ARCHIVE, uuid.uuid4().hex, wanted)
        assert db.session.scalar(select(func.count()).select_from(BulkAct)) == 0
        (kept,) = db.session.scalars(select(AuditEvent).where(AuditEvent.action == "bulk_act.refused"))
        assert kept.details == {"act": "archive", "asked": 2, "foreign": 1}

    def test_an_id_that_nobody_has_refuses_it_too(self, people: People, actor: Actor) -> None:
        with pytest.raises(NotFound):
            choosing.choose(actor, ARCHIVE, uuid.uuid4().hex, [people.client.id, uuid.uuid4()])

    def test_pressed_twice_it_is_one_and_another_choice_is_another(
        self, people: People, actor: Actor
    ) -> None:
        key = uuid.uuid4().hex
        first, second = (choosing.choose(actor, INVITE, key, [people.client.id]) for _ in range(2))
        other = choosing.choose(actor, INVITE, key, [people.client.id, people.other_client.id])
        assert first.id == second.id != other.id
        assert len(told(first)) == 1

    def test_nobody_is_no_choice(self, actor: Actor) -> None:
        with pytest.raises(RuleBroken, match="Tick at least one"):
            choosing.choose(actor, INVITE, uuid.uuid4().hex, [])

    def test_more_than_fit_are_several_acts(self, actor: Actor) -> None:
        with pytest.raises(RuleBroken, match="At most 2,000 clients"):
            choosing.choose(actor, INVITE, "0" * 32, [uuid.uuid4() for _ in range(MOST_CLIENTS + 1)])

    def test_all_that_a_filter_finds_are_beyond_its_page_and_of_this_practice(
        self, people: People, actor: Actor
    ) -> None:
        students(people, 60)
        make_client(people.elsewhere, "Student 9999")
        act = choosing.choose_found(actor, INVITE, uuid.uuid4().hex, ClientFilter("student"))
        names = [each.client.name for each in pages.settled(actor, act)]
        assert names == [f"Student {number:04}" for number in range(60)]

    def test_a_client_has_no_such_door(self, people: People) -> None:
        with pytest.raises(NotFound):
            choosing.choose(people.actor(people.client_user), INVITE, "0" * 32, [people.client.id])

    def test_what_nobody_went_on_with_is_forgotten_after_a_day(self, people: People, actor: Actor) -> None:
        left, begun = (chosen(actor, kind, [people.other_client]).id for kind in (ARCHIVE, GROUP))
        going_on.begin(actor, begun, BulkWish(group="Tuesdays"))
        housekeeping.tidy(now() + timedelta(hours=23))
        assert set(db.session.scalars(select(BulkAct.id))) == {left, begun}
        housekeeping.tidy(now() + timedelta(hours=25))
        assert db.session.scalars(select(BulkAct.id)).all() == [begun]
        assert db.session.scalars(select(BulkActLine.act_id)).all() == [begun]


class TestAssigning:
    def test_each_gets_the_routine_with_its_doses_or_a_line_that_says_why_not(
        self, people: People, actor: Actor, version: RoutineVersion
    ) -> None:
        fresh, silent, warned, gone = students(people, 4)
        silent.email = silent.email_key = None
        gone.status = ClientStatus.ARCHIVED
        db.session.commit()
        flagged(warned)
        runs = enrol(people)
        act = chosen(actor, ASSIGN, [fresh, silent, people.client, warned, gone])
        expected = [
            (LineState.DONE, None),
            (LineState.DONE, LineReason.NO_ADDRESS),
            (LineState.ALREADY, LineReason.RUNS_ALREADY),
            (LineState.LEFT_OUT, LineReason.LOCKED),
            (LineState.LEFT_OUT, LineReason.ARCHIVED),
        ]
        wish = routine(version, people)
        foreseen = pages.foreseen(actor, act, wish)
        assert [(each.verdict.state, each.verdict.reason) for each in foreseen] == expected
        act = going_on.begin(actor, act.id, wish)
        assert (act.state, told(act)) == (BulkActState.DONE, expected)
        programs = db.session.scalars(select(Program).where(Program.id != runs.id)).all()
        assert {each.client_id for each in programs} == {fresh.id, silent.id}
        (found,) = assigning.summary(actor, fresh.id)
        assert [each.sets for each in found.program.prescriptions] == [each.sets for each in version.items]
        assert found.schedule is not None
        assert found.program.assigned_by == people.colleague.id

    def test_another_routine_goes_on_beside_it(
        self, people: People, actor: Actor, version: RoutineVersion
    ) -> None:
        runs = enrol(people)
        act = chosen(actor, ASSIGN, [people.client])
        act = going_on.begin(actor, act.id, routine(publish_beside(version), people))
        assert told(act) == [(LineState.DONE, None)]
        assert db.session.get_one(Program, runs.id).status is not ProgramStatus.ENDED

    def test_begun_twice_it_is_once(self, people: People, actor: Actor, version: RoutineVersion) -> None:
        act = chosen(actor, ASSIGN, students(people, 2))
        for _ in range(2):
            going_on.begin(actor, act.id, routine(version, people))
        assert db.session.scalar(select(func.count()).select_from(Program)) == 2
        begun = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "bulk_act.begun")
        assert db.session.scalar(begun) == 1

    def test_undone_they_are_gone_but_for_what_somebody_has_made_of_it(
        self, people: People, actor: Actor, version: RoutineVersion
    ) -> None:
        plain, practised = students(people, 2)
        act = chosen(actor, ASSIGN, [people.client, plain, practised])
        going_on.begin(actor, act.id, routine(version, people))
        news = select(OutboxMessage.state).where(OutboxMessage.client_id == people.client.id)
        assert db.session.scalars(news).all() == [OutboxState.READY]
        (held,) = assigning.summary(actor, practised.id)
        with transaction() as session:
            session.add(
                PracticeLog(
                    practice_id=practised.practice_id,
                    client_id=practised.id,
                    prescription_id=held.program.prescriptions[0].id,
                    local_date=today_in(practised.time_zone),
                    outcome=LogOutcome.DONE,
                    logged_at=now(),
                )
            )
        act = going_on.undo(actor, act.id)
        assert act.state is BulkActState.UNDONE
        assert told(act) == [
            (LineState.UNDONE, None),
            (LineState.UNDONE, None),
            (LineState.STAYS, LineReason.PRACTISED),
        ]
        assert db.session.scalars(select(Program.client_id)).all() == [practised.id]
        assert db.session.scalars(news).all() == [OutboxState.CANCELLED]
        assert db.session.scalars(
            select(AuditEvent.action).where(AuditEvent.client_id == plain.id)
        ).all() == [
            "program.assigned",
            "program.taken_back",
        ]


class TestInviting:
    def test_each_who_can_be_mailed_is_once(self, people: People, actor: Actor) -> None:
        fresh, asked, silent = students(people, 3)
        silent.email = silent.email_key = None
        db.session.commit()
        invitations.send(actor, asked.id)
        act = chosen(actor, INVITE, [fresh, asked, silent, people.client])
        act = going_on.begin(actor, act.id, BulkWish())
        assert told(act) == [
            (LineState.DONE, None),
            (LineState.ALREADY, LineReason.INVITED),
            (LineState.LEFT_OUT, LineReason.NO_ADDRESS),
            (LineState.ALREADY, LineReason.HAS_ACCOUNT),
        ]

    def test_undone_the_links_are_dead_but_for_who_has_accepted(self, people: People, actor: Actor) -> None:
        fresh, quick, meanwhile = students(people, 3)
        act = chosen(actor, INVITE, [fresh, quick, meanwhile])
        going_on.begin(actor, act.id, BulkWish())
        with transaction() as session:
            mine = Invitation.client_id == quick.id
            session.execute(update(Invitation).where(mine).values(accepted_at=now()))
        invitations.send(actor, meanwhile.id)
        act = going_on.undo(actor, act.id)
        assert told(act) == [
            (LineState.UNDONE, None),
            (LineState.STAYS, LineReason.ACCEPTED),
            (LineState.STAYS, LineReason.CHANGED),
        ]
        found = invitations.latest(actor, fresh.id).invitation
        assert found is not None
        assert invitations.state_of(found) is InvitationState.REVOKED
        mail = db.session.scalar(select(OutboxMessage).where(OutboxMessage.client_id == fresh.id))
        assert mail is not None
        assert mail.state is OutboxState.CANCELLED


class TestCheckins:
    def test_who_practises_is_asked_and_an_unsent_mail_is_called_back(
        self, people: People, actor: Actor
    ) -> None:
        enrol(people)
        act = chosen(actor, CHECKIN, [people.client, people.other_client])
        act = going_on.begin(actor, act.id, BulkWish())
        assert told(act) == [(LineState.DONE, None), (LineState.LEFT_OUT, LineReason.NO_PROGRAM)]
        again = going_on.begin(actor, chosen(actor, CHECKIN, [people.client]).id, BulkWish())
        assert told(again) == [(LineState.ALREADY, LineReason.ASKED_TODAY)]
        act = going_on.undo(actor, act.id)
        assert told(act)[0] == (LineState.UNDONE, None)
        (mail,) = db.session.scalars(select(OutboxMessage).where(OutboxMessage.checkin_id.is_not(None)))
        assert mail.state is OutboxState.CANCELLED

    def test_what_has_gone_out_stays(self, people: People, actor: Actor) -> None:
        enrol(people)
        act = chosen(actor, CHECKIN, [people.client])
        going_on.begin(actor, act.id, BulkWish())
        with transaction() as session:
            session.execute(update(OutboxMessage).values(state=OutboxState.SENT))
        assert told(going_on.undo(actor, act.id)) == [(LineState.STAYS, LineReason.GONE_OUT)]
        assert db.session.scalar(select(func.count()).select_from(Checkin)) == 1

    @time_machine.travel(datetime(2026, 11, 25, 11, tzinfo=UTC), tick=False)
    def test_who_has_had_a_mail_today_is_left_out_and_told_so_before(
        self, people: People, actor: Actor
    ) -> None:
        program = enrol(people)
        act = chosen(actor, CHECKIN, [people.client])
        with transaction() as session:
            session.add(
                OutboxMessage(
                    practice_id=program.practice_id,
                    client_id=program.client_id,
                    kind="program_changed",
                    dedupe_key="today",
                    day_key=f"{program.client_id.hex}:{today_in(people.client.time_zone)}",
                    due_at=now(),
                    not_after=now(),
                    created_at=now(),
                    state=OutboxState.SENT,
                )
            )
        (foreseen,) = pages.foreseen(actor, act, BulkWish())
        assert (foreseen.verdict.state, foreseen.verdict.said) == (
            LineState.LEFT_OUT,
            "the client has had a mail today",
        )
        going_on.begin(actor, act.id, BulkWish())
        (line,) = db.session.scalars(select(BulkActLine))
        assert (line.state, line.said) == (LineState.LEFT_OUT, "the client has had a mail today")

    def test_a_refusal_of_the_use_case_is_told_in_its_words(self, people: People, actor: Actor) -> None:
        enrol(people)
        act = chosen(actor, CHECKIN, [people.client])
        going_on.begin(actor, act.id, BulkWish())
        going_on.undo(actor, act.id)
        again = chosen(actor, CHECKIN, [people.client])
        going_on.begin(actor, again.id, BulkWish())
        line = db.session.scalars(select(BulkActLine).where(BulkActLine.act_id == again.id)).one()
        assert line.state is LineState.LEFT_OUT
        assert line.said == (
            "A check-in sent by hand today was stopped or failed. Send another one tomorrow."
        )


class TestGroupsAndArchive:
    def test_who_is_put_in_a_group_stays_in_the_others(self, people: People, actor: Actor) -> None:
        one, two = students(people, 2, group_name="Mondays")
        act = chosen(actor, GROUP, [one, two, people.client])
        going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        assert [each.group_name for each in (one, two)] == ["Tuesdays"] * 2
        assert {each.name for each in memberships.of_client(one)} == {"Mondays", "Tuesdays"}
        with transaction() as session:
            tuesdays = memberships.named(actor.practice_id, "Tuesdays")
            assert tuesdays is not None
            memberships.leave(actor, tuesdays, session.get_one(Client, two.id))
        act = going_on.undo(actor, act.id)
        assert told(act) == [
            (LineState.UNDONE, None),
            (LineState.STAYS, LineReason.CHANGED),
            (LineState.UNDONE, None),
        ]
        assert [each.group_name for each in (one, two, people.client)] == ["Mondays", "Mondays", None]
        assert "mondays" in db.session.get_one(Client, one.id).search_key

    def test_who_is_archived_together_is_restored_together(self, people: People, actor: Actor) -> None:
        one, warned = students(people, 2)
        flagged(warned)
        act = chosen(actor, ARCHIVE, [one, warned])
        act = going_on.begin(actor, act.id, BulkWish(reason="The course is over."))
        assert told(act) == [(LineState.DONE, None), (LineState.LEFT_OUT, LineReason.LOCKED)]
        assert one.status is ClientStatus.ARCHIVED
        going_on.undo(actor, act.id)
        assert db.session.get_one(Client, one.id).status is ClientStatus.ACTIVE


class TestTheHour:
    def test_it_is_over_after_an_hour(self, people: People, actor: Actor) -> None:
        act = chosen(actor, ARCHIVE, students(people, 1))
        going_on.begin(actor, act.id, BulkWish(reason="Over."))
        with time_machine.travel(now() + timedelta(minutes=61)), pytest.raises(RuleBroken, match="An hour"):
            going_on.undo(actor, act.id)

    def test_what_has_not_begun_cannot_be_undone(self, people: People, actor: Actor) -> None:
        with pytest.raises(RuleBroken):
            going_on.undo(actor, chosen(actor, ARCHIVE, [people.client]).id)

    def test_undone_twice_it_is_once(self, people: People, actor: Actor) -> None:
        act = chosen(actor, ARCHIVE, students(people, 1))
        going_on.begin(actor, act.id, BulkWish(reason="Over."))
        for _ in range(2):
            assert going_on.undo(actor, act.id).state is BulkActState.UNDONE
        undone = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "bulk_act.undone")
        assert db.session.scalar(undone) == 1

    def test_strangers_have_no_door_to_it(self, people: People, actor: Actor) -> None:
        act = chosen(actor, ARCHIVE, [people.client])
        for act_on in (going_on.undo, lambda who, which: going_on.begin(who, which, BulkWish())):
            with pytest.raises(NotFound):
                act_on(people.actor(people.stranger), act.id)


class TestInTheBackground:
    def test_many_wait_for_the_worker(self, people: People, actor: Actor) -> None:
        act = chosen(actor, GROUP, students(people, AT_ONCE + 1))
        act = going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        assert (act.state, {state for state, _ in told(act)}) == (BulkActState.UNDER_WAY, {LineState.WAITING})
        assert going_on.go_on_with_all() == AT_ONCE + 1
        assert db.session.get_one(BulkAct, act.id).state is BulkActState.DONE
        assert going_on.go_on_with_all() == 0

    def test_it_goes_on_where_it_was_stopped(self, people: People, actor: Actor) -> None:
        act = chosen(actor, GROUP, students(people, AT_ONCE + 1))
        going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        answers = iter([False, False, True])
        assert going_on.go_on_with_all(lambda: next(answers)) == 2
        assert [state for state, _ in told(act)].count(LineState.DONE) == 2
        assert going_on.go_on_with_all() == AT_ONCE - 1
        changes = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "group.joined")
        assert db.session.scalar(changes) == AT_ONCE + 1

    def test_a_fault_at_one_client_holds_up_nobody_else(self, people: People, actor: Actor) -> None:
        clients = students(people, 2)
        act = chosen(actor, GROUP, clients)

        def fall_over(client: Client, *_: object) -> None:
            if client.name == clients[0].name:
                raise ZeroDivisionError

        event.listen(Client.group_name, "set", fall_over)
        try:
            act = going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        finally:
            event.remove(Client.group_name, "set", fall_over)
        assert told(act) == [(LineState.LEFT_OUT, LineReason.FAULT), (LineState.DONE, None)]
        assert [db.session.get_one(Client, each.id).group_name for each in clients] == [None, "Tuesdays"]

    def test_who_has_left_does_nothing_more(self, people: People, actor: Actor) -> None:
        act = chosen(actor, GROUP, students(people, AT_ONCE + 1))
        going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        with transaction() as session:
            session.get_one(User, actor.user_id).deactivated_at = now()
        going_on.go_on_with_all()
        assert set(told(act)) == {(LineState.LEFT_OUT, LineReason.ACCOUNT_CLOSED)}

    def test_the_list_says_who_did_what_and_how_many(self, people: People, actor: Actor) -> None:
        people.client.status = ClientStatus.ARCHIVED
        act = chosen(actor, GROUP, [*students(people, 2), people.client])
        chosen(actor, ARCHIVE, [people.client])  # not begun: nothing to be told
        going_on.begin(actor, act.id, BulkWish(group="Tuesdays"))
        (listed,) = pages.listed(actor)
        assert (listed.act.id, listed.by) == (act.id, "Robin Vale")
        assert dict(listed.counts) == {LineState.DONE: 2, LineState.LEFT_OUT: 1}


@pytest.mark.parametrize(
    "wish",
    [
        BulkWish(),
        BulkWish(group="Tuesdays", reason="Over."),
        BulkWish(version_id=uuid.uuid4(), name="Hips", weeks=4, checkin=WeeklyCheckin(2, now().time(), 2)),
        BulkWish(starts_on=now().date(), checkin=CadenceCheckin((1, 3, 7), now().time())),
    ],
)
def test_a_wish_is_read_as_it_was_kept(wish: BulkWish) -> None:
    read = wish_of(wish.kept())
    assert read.kept() == wish.kept()
    assert (read.version_id, read.weeks, read.group) == (wish.version_id, wish.weeks, wish.group)
