"""Courses: opened, filled by hand and by their link, written to, ended by themselves, called off."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from sqlalchemy import func, select

from clinic.domain.courses import CourseDays, CourseDoor, CourseState, LateStart, RequestState
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.types import LinkPurpose, MailKind, OutboxState
from clinic.extensions import db
from clinic.mail.addresses import parse_address
from clinic.models import (
    Client,
    ClientGroup,
    Course,
    CourseRequest,
    GroupMember,
    Invitation,
    OutboxMessage,
    Program,
    RoutineVersion,
)
from clinic.services import links, warnings
from clinic.services.actors import Actor
from clinic.services.clients import memberships
from clinic.services.clock import now, today_in
from clinic.services.files.course_csv import course_csv
from clinic.services.groups import courses, filling, joining, making, messages, own, reports
from clinic.services.groups.courses import CourseWish
from clinic.services.groups.joining import PlaceAsked
from clinic.services.sending import delivery
from clinic.services.transaction import transaction
from tests.factories.people import People, make_client
from tests.factories.programs import assign_program, publish_routine

LONDON = "Europe/London"


@pytest.fixture
def actor(people: People) -> Actor:
    return people.actor(people.colleague)


@pytest.fixture
def version(people: People) -> RoutineVersion:
    return publish_routine(people.practice, people.owner)


@pytest.fixture
def group(people: People, actor: Actor) -> ClientGroup:
    return making.make(actor, "Hips in autumn", people.colleague.id, "0" * 32)


@pytest.fixture
def course(actor: Actor, group: ClientGroup, version: RoutineVersion) -> Course:
    """Open, from tomorrow on for two weeks, without approval, with a link."""
    courses.put(actor, group.id, wish(version), 0)
    courses.open_it(actor, group.id)
    return courses.set_link(actor, group.id, on=True)


def wish(version: RoutineVersion, *, begins_in: int = 1, **values: Any) -> CourseWish:
    days = CourseDays(today_in(LONDON) + timedelta(days=begins_in), 2)
    values = {"places": None, "late": LateStart.OWN_WEEK, "needs_approval": False, **values}
    return CourseWish(days=days, version_id=version.id, checkin=None, welcome="Bring a chair.", **values)


def change(actor: Actor, course: Course, version: RoutineVersion, **values: Any) -> None:
    courses.put(actor, course.group_id, wish(version, **values), course.version)


def asks(course: Course, name: str = "Nora Vance", address: str = "nora@clients.example") -> CourseRequest:
    assert course.join_code is not None
    joining.ask(course.join_code, PlaceAsked(name, parse_address(address), LONDON, mails=True))
    query = select(CourseRequest).where(CourseRequest.email_key == parse_address(address).key)
    return db.session.scalars(query).one()


def confirmed(request: CourseRequest) -> RequestState:
    """What becomes of somebody who presses the button of the mailed link."""
    with transaction():
        until = now() + timedelta(days=7)
        secret = links.mint(
            request.practice_id, LinkPurpose.COURSE_PLACE, until, course_request_id=request.id
        )
    return joining.confirm(secret).state


def mails(kind: MailKind) -> list[OutboxMessage]:
    return list(db.session.scalars(select(OutboxMessage).where(OutboxMessage.kind == kind)))


def number_of(kind: type[Any]) -> int:
    return db.session.scalar(select(func.count()).select_from(kind)) or 0


class TestJoiningByHand:
    def test_whoever_stands_in_it_gets_the_program_when_it_opens(
        self, people: People, actor: Actor, group: ClientGroup, version: RoutineVersion
    ) -> None:
        courses.put(actor, group.id, wish(version), 0)
        making.put_in(actor, group.id, people.client.id)
        assert number_of(Program) == 0
        for _ in range(2):
            courses.open_it(actor, group.id)
        program = db.session.scalars(select(Program)).one()
        assert (program.client_id, program.starts_on) == (
            people.client.id,
            today_in(LONDON) + timedelta(days=1),
        )
        assert [mail.client_id for mail in mails(MailKind.COURSE_WELCOME)] == [people.client.id]

    def test_who_has_no_account_is_invited_once(self, people: People, actor: Actor, course: Course) -> None:
        nora = make_client(people.practice, "Nora Vance")
        for _ in range(2):
            making.put_in(actor, course.group_id, nora.id)
            making.take_out(actor, course.group_id, nora.id)
        assert number_of(Invitation) == 1
        assert number_of(Program) == 1

    def test_who_has_the_routine_already_is_told_of_and_not_tried_again(
        self, people: People, actor: Actor, course: Course, version: RoutineVersion
    ) -> None:
        assign_program(people.colleague, people.client, version)
        making.put_in(actor, course.group_id, people.client.id)
        courses.keep_days(now())
        member = db.session.scalars(select(GroupMember)).one()
        assert member.program_id is None
        assert member.problem
        assert number_of(Program) == 1

    def test_who_came_by_a_file_gets_it_in_the_workers_round(
        self, people: People, actor: Actor, course: Course
    ) -> None:
        with transaction():
            memberships.follow_record(actor, people.client, "Hips in autumn")
        assert number_of(Program) == 0
        courses.keep_days(now())
        assert number_of(Program) == 1

    @pytest.mark.parametrize("late", LateStart)
    def test_who_comes_late_begins_as_the_course_says(
        self,
        people: People,
        actor: Actor,
        group: ClientGroup,
        version: RoutineVersion,
        late: LateStart,
    ) -> None:
        courses.put(actor, group.id, wish(version, begins_in=-3, late=late), 0)
        courses.open_it(actor, group.id)
        making.put_in(actor, group.id, people.client.id)
        program = db.session.scalars(select(Program)).one()
        own = late is LateStart.OWN_WEEK
        assert program.starts_on == today_in(LONDON) - timedelta(days=0 if own else 3)


class TestTheLink:
    def test_a_hundred_presses_are_one_row_and_one_mail(self, course: Course) -> None:
        for _ in range(100):
            asks(course)
        assert (number_of(CourseRequest), len(mails(MailKind.COURSE_PLACE))) == (1, 1)
        assert number_of(Client) == 3

    def test_who_confirms_has_a_place_a_program_and_an_invitation(self, course: Course) -> None:
        request = asks(course)
        assert confirmed(request) is RequestState.JOINED
        assert confirmed(request) is RequestState.JOINED
        client = db.session.get_one(Client, request.client_id)
        assert (client.name, client.email, client.group_name) == (
            "Nora Vance",
            "nora@clients.example",
            "Hips in autumn",
        )
        assert (client.consented_at, client.consent_recorded_by) == (request.consented_at, "Nora Vance")
        assert (number_of(Program), number_of(Invitation)) == (1, 1)

    def test_who_is_a_client_already_keeps_their_record(self, people: People, course: Course) -> None:
        request = asks(course, people.client.name, str(people.client.email))
        assert joining.known(request).is_client
        assert confirmed(request) is RequestState.JOINED
        assert request.client_id == people.client.id
        assert number_of(Client) == 3

    def test_another_name_at_a_known_address_waits_for_a_person(self, people: People, course: Course) -> None:
        assert confirmed(asks(course, "Somebody Else", str(people.client.email))) is RequestState.WAITING

    def test_an_open_warning_sign_waits_for_a_person(self, people: People, course: Course) -> None:
        with transaction():
            warnings.raise_flag(people.client, ["fever"])
        request = asks(course, people.client.name, str(people.client.email))
        assert confirmed(request) is RequestState.WAITING

    def test_without_a_leader_everybody_waits(self, people: People, course: Course) -> None:
        people.colleague.deactivated_at = now()
        assert confirmed(asks(course)) is RequestState.WAITING
        assert filling.leader_of(course) is None

    def test_a_full_course_has_a_waiting_list(
        self, people: People, actor: Actor, course: Course, version: RoutineVersion
    ) -> None:
        change(actor, course, version, places=1)
        making.put_in(actor, course.group_id, people.client.id)
        request = asks(course)
        assert confirmed(request) is RequestState.LISTED
        with pytest.raises(RuleBroken, match="Every place is taken"):
            joining.accept(actor, course.group_id, request.id)
        making.take_out(actor, course.group_id, people.client.id)
        assert joining.accept(actor, course.group_id, request.id).state is RequestState.JOINED

    def test_two_who_decide_at_once_decide_once(
        self, people: People, actor: Actor, course: Course, version: RoutineVersion
    ) -> None:
        change(actor, course, version, needs_approval=True)
        request = asks(course)
        assert confirmed(request) is RequestState.WAITING
        assert [each.id for each in joining.waiting(actor, course)] == [request.id]
        joining.accept(actor, course.group_id, request.id)
        other = people.actor(people.owner)
        assert joining.refuse(other, course.group_id, request.id).state is RequestState.JOINED
        joining.accept(other, course.group_id, request.id)
        assert (number_of(Program), request.decided_by) == (1, actor.user_id)

    def test_a_link_that_is_renewed_or_off_opens_nothing(self, actor: Actor, course: Course) -> None:
        first = str(course.join_code)
        second = courses.set_link(actor, course.group_id, on=True).join_code
        assert joining.offer(str(second)).door is CourseDoor.OPEN
        courses.set_link(actor, course.group_id, on=False)
        for code in (first, str(second), "", "None"):
            with pytest.raises(NotFound):
                joining.offer(code)

    def test_strangers_decide_nothing(self, people: People, course: Course) -> None:
        request = asks(course)
        with pytest.raises(NotFound):
            joining.accept(people.actor(people.stranger), course.group_id, request.id)

    def test_what_was_never_confirmed_is_gone_after_seven_days(self, course: Course) -> None:
        asks(course)
        confirmed(asks(course, "Ola Berg", "ola@clients.example"))
        joining.tidy(now() + timedelta(days=7, minutes=-1))
        assert number_of(CourseRequest) == 2
        joining.tidy(now() + timedelta(days=7, minutes=1))
        assert db.session.scalars(select(CourseRequest.name)).all() == ["Ola Berg"]


class TestItsEnd:
    def test_it_begins_and_ends_by_itself(self, course: Course) -> None:
        with time_machine.travel(now() + timedelta(days=2)):
            courses.keep_days(now())
            assert db.session.get_one(Course, course.id).state is CourseState.RUNNING
        with time_machine.travel(now() + timedelta(days=16)):
            courses.keep_days(now())
        ended = db.session.get_one(Course, course.id)
        assert (ended.state, ended.join_code) == (CourseState.ENDED, None)

    def test_over_it_takes_nobody_in(self, people: People, actor: Actor, course: Course) -> None:
        request = asks(course)
        courses.call_off(actor, course.group_id, "Too few.")
        assert confirmed(request) is RequestState.UNCONFIRMED
        with pytest.raises(RuleBroken, match="is over"):
            making.put_in(actor, course.group_id, people.client.id)

    def test_called_off_its_mail_and_its_programs_are_called_back(
        self, people: People, actor: Actor, course: Course
    ) -> None:
        making.put_in(actor, course.group_id, people.client.id)
        for _ in range(2):
            courses.call_off(actor, course.group_id, "Too few.")
        assert number_of(Program) == 0
        assert [mail.state for mail in mails(MailKind.COURSE_WELCOME)] == [OutboxState.CANCELLED]

    def test_once_open_its_days_and_routine_stay(
        self, actor: Actor, course: Course, version: RoutineVersion
    ) -> None:
        with pytest.raises(RuleBroken, match="stay"):
            change(actor, course, version, begins_in=5)

    def test_what_came_of_it_is_told_to_the_practice_and_to_each(
        self, people: People, actor: Actor, group: ClientGroup, version: RoutineVersion
    ) -> None:
        courses.put(actor, group.id, wish(version, begins_in=-13), 0)
        courses.open_it(actor, group.id)
        making.put_in(actor, group.id, people.client.id)
        making.put_in(actor, group.id, make_client(people.practice, "Nora Vance").id)
        course = courses.course_for(actor, group.id)
        found = reports.of_course(actor, course)
        assert (found.joined, found.with_program, found.practising, found.days) == (2, 2, 0, 0)
        table = course_csv(found).decode("utf-8-sig").splitlines()
        assert table[:4] == ["figure,value,out_of", "joined,2,", "left,0,2", "practised,0,2"]
        assert "pain_before,,10" in table
        client = people.actor(people.client_user)
        (mine,) = own.groups(client)
        told = reports.of_member(client, course, mine.member)
        assert told is not None
        assert told.practice is not None
        assert told.pains == []


class TestMails:
    def test_each_is_written_and_sent(self, people: People, actor: Actor, course: Course) -> None:
        making.put_in(actor, course.group_id, people.client.id)
        asks(course)
        messages.write(actor, course.group_id, "See you on Monday.", "1" * 32)
        db.session.commit()
        noon = now().replace(hour=12)
        noon += timedelta(days=noon < now())
        for day in range(3):  # one mail a day; what is written in the evening waits for the morning
            with time_machine.travel(noon + timedelta(days=day)):
                delivery.run()
        states = {
            kind: [mail.state for mail in mails(kind)]
            for kind in (MailKind.COURSE_PLACE, MailKind.COURSE_WELCOME, MailKind.GROUP_MESSAGE)
        }
        assert all(found in ([OutboxState.KEPT], [OutboxState.SENT]) for found in states.values()), states


class TestMessages:
    def test_all_are_told_but_for_those_whom_something_keeps_back(
        self, people: People, actor: Actor, group: ClientGroup
    ) -> None:
        people.other_client.messages_stopped_at = now()
        for client in (people.client, people.other_client, make_client(people.practice, "Nora Vance")):
            making.put_in(actor, group.id, client.id)
        told = {each.client.name: each.is_mailed for each in messages.to_tell(actor, group)}
        assert told == {"Ada Northcote": True, "Bela Forde": False, "Nora Vance": False}
        message = messages.write(actor, group.id, "See you on Monday.", "1" * 32)
        assert messages.write(actor, group.id, "See you on Monday.", "1" * 32).id == message.id
        assert [mail.client_id for mail in mails(MailKind.GROUP_MESSAGE)] == [people.client.id]

    def test_one_a_day(self, actor: Actor, group: ClientGroup) -> None:
        first = messages.write(actor, group.id, "One.", "1" * 32)
        with pytest.raises(RuleBroken, match="today"):
            messages.write(actor, group.id, "Two.", "2" * 32)
        messages.take_back(actor, group.id, first.id)
        messages.write(actor, group.id, "Two.", "2" * 32)

    def test_it_is_taken_back_until_one_has_gone_out(
        self, people: People, actor: Actor, group: ClientGroup
    ) -> None:
        making.put_in(actor, group.id, people.client.id)
        message = messages.write(actor, group.id, "One.", "1" * 32)
        (mail,) = mails(MailKind.GROUP_MESSAGE)
        with transaction():
            mail.state = OutboxState.SENT
        with pytest.raises(RuleBroken, match="gone out"):
            messages.take_back(actor, group.id, message.id)
        with transaction():
            mail.state = OutboxState.READY
        messages.take_back(actor, group.id, message.id)
        db.session.refresh(mail)
        assert mail.state is OutboxState.CANCELLED

    def test_an_assistant_writes_to_a_group_they_lead(
        self, people: People, actor: Actor, group: ClientGroup
    ) -> None:
        assistant = people.actor(people.assistant)
        with pytest.raises(Forbidden):
            messages.write(assistant, group.id, "One.", "1" * 32)
        making.correct(actor, group.id, group.name, people.assistant.id, group.version)
        messages.write(assistant, group.id, "One.", "1" * 32)
