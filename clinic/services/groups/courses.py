"""A course is made of a group, opened, called off, and kept up with its days by the worker."""

from __future__ import annotations

import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Row, select
from sqlalchemy.orm import joinedload

from clinic.domain.courses import OVER, TAKES_IN, CourseDays, CourseState, LateStart, problems, state_on
from clinic.domain.errors import Conflict, NotFound, RuleBroken, must_hold
from clinic.domain.words import say
from clinic.extensions import db, for_writing
from clinic.models import ClientGroup, Course, GroupMember, OutboxMessage, Practice
from clinic.models.base import given
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.checkins.rhythms import Rhythm, kept_rhythm, read_rhythm
from clinic.services.clock import now, today_in
from clinic.services.groups import filling
from clinic.services.outbox import promises as outbox
from clinic.services.programs import assigning, taking_back
from clinic.services.reach import across_practices, from_nothing, stay_in
from clinic.services.transaction import one_at_a_time, release, transaction

CODE_BYTES = 9  # 72 bits, 12 characters in the address
CALLED_OFF = "The course was called off."
_OF_GROUP = (
    select(Course)
    .where(given(Course.practice_id), given(Course.group_id))
    .options(joinedload(Course.group).joinedload(ClientGroup.leader))
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseWish:
    """What makes a course: days, routine, check-ins, places, and how somebody gets in."""

    days: CourseDays
    version_id: uuid.UUID
    checkin: Rhythm | None
    places: int | None
    late: LateStart
    needs_approval: bool
    welcome: str | None


def of_group(actor: Actor, group: ClientGroup) -> Course | None:
    """The course that a group is, with its leader; None for a group alone. Staff only. One query."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id, "group_id": group.id}
    return db.session.scalars(_OF_GROUP, whose).one_or_none()


def course_for(actor: Actor, group_id: uuid.UUID) -> Course:
    """The course that a group of the practice is; NotFound for a group alone. Staff only."""
    course = of_group(actor, access.group_for(actor, group_id))
    if course is None:
        raise NotFound
    return course


def rhythm(course: Course) -> Rhythm | None:
    """How often everybody of a course gets a check-in; None for never."""
    return read_rhythm(course.checkin)


def put(actor: Actor, group_id: uuid.UUID, wish: CourseWish, version: int) -> Course:
    """Make a group a course, or change one over the version that was seen, 0 where there was none.

    Days and routine stay as they are once it is open. Raises Conflict where somebody else saved first.
    """
    with transaction():
        group = access.group_for(actor, group_id)
        one_at_a_time(ClientGroup, group.id)
        course = of_group(actor, group)
        if (course.version if course else 0) != version:
            raise Conflict
        must_hold(wish_problems(actor, course, wish))
        if course is None:
            course = Course(id=uuid.uuid4(), practice_id=group.practice_id, group_id=group.id)
            course.state = CourseState.DRAFT
            verb = "course.made"
        else:
            verb = "course.corrected"
        _write(actor, course, wish)
        db.session.add(course)
        db.session.flush()
        audit.record(actor, verb, subject_id=group.id, group=group.name)
    return course


def wish_problems(actor: Actor, course: Course | None, wish: CourseWish) -> Sequence[RuleBroken]:
    """What is wrong with a course that is to be; one that is open keeps its days and its routine."""
    found = list(problems(wish.days, wish.places, _today(access.practice_of(actor))))
    if course is None or course.state is CourseState.DRAFT:
        return found
    if course.state in OVER:
        return [RuleBroken(say("This course is over. Make another one."))]
    if (wish.days, wish.version_id) != (course.days, course.version_id):
        said = say("It is open: its days and its routine stay. Call it off, and make another one.")
        return [RuleBroken(said, "starts_on")]
    return found


def open_it(actor: Actor, group_id: uuid.UUID) -> Course:
    """Open a course: whoever stands in it gets the program. Pressed twice it is once."""
    with transaction():
        course = _held(actor, group_id)
        if course.state is CourseState.DRAFT:
            practice = access.practice_of(actor)
            must_hold(problems(course.days, course.places, _today(practice)))
            if course.group.leader is None or not course.group.leader.is_open:
                raise RuleBroken(say("Name a leader first: the course goes on in their name."))
            course.state = state_on(CourseState.OPEN, course.days, _today(practice))
            audit.record(actor, "course.opened", subject_id=course.group_id, group=course.group.name)
            filling.settle_all(actor, course)
    return course


def call_off(actor: Actor, group_id: uuid.UUID, reason: str) -> Course:
    """Call a course off: mail on its way is called back, programs of which nothing is recorded are gone."""
    with transaction():
        course = _held(actor, group_id)
        if course.state not in OVER:
            course.state, course.ended_at, course.ended_because = CourseState.CALLED_OFF, now(), reason
            course.join_code = None
            outbox.cancel(course.practice_id, OutboxMessage.group_id == course.group_id, CALLED_OFF)
            _take_programs_back(actor, course)
            audit.record(
                actor, "course.called_off", subject_id=course.group_id, group=course.group.name, reason=reason
            )
    return course


def set_link(actor: Actor, group_id: uuid.UUID, *, on: bool) -> Course:
    """Give a course a new link to join by, the one before ends; or none at all."""
    with transaction():
        course = _held(actor, group_id)
        if on and course.state in OVER:
            raise RuleBroken(say("This course is over."))
        course.join_code = secrets.token_urlsafe(CODE_BYTES) if on else None
        verb = "course.link_made" if on else "course.link_ended"
        audit.record(actor, verb, subject_id=course.group_id, group=course.group.name)
    return course


def keep_days(at: datetime) -> None:
    """Let courses begin and end by their days, and give whoever came to one since what it gives."""
    for course_id, practice_id in _going_on():
        with from_nothing():
            stay_in(practice_id)
            _keep_day(course_id, at)


@across_practices("courses that take somebody in")
def _going_on() -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    with for_writing(False):
        query = select(Course.id, Course.practice_id).where(Course.state.in_(TAKES_IN))
        found = db.session.execute(query).all()
        release()
    return found


def _keep_day(course_id: uuid.UUID, at: datetime) -> None:
    with transaction() as session:
        one_at_a_time(Course, course_id)
        course = session.get_one(Course, course_id, populate_existing=True)
        practice = session.get_one(Practice, course.practice_id)
        becomes = state_on(course.state, course.days, _today(practice))
        if becomes is not course.state:
            course.state = becomes
            verb = "course.began"
            if becomes is CourseState.ENDED:
                course.ended_at, course.join_code, verb = at, None, "course.ended"
            audit.record_for(
                course.practice_id, audit.SYSTEM, verb, subject_id=course.group_id, group=course.group.name
            )
        if actor := filling.leader_of(course):
            filling.settle_all(actor, course)


def _write(actor: Actor, course: Course, wish: CourseWish) -> None:
    course.starts_on, course.weeks = wish.days.starts_on, wish.days.weeks
    if course.version_id != wish.version_id:
        course.version_id = assigning.publishable(actor, wish.version_id).id
    course.checkin = kept_rhythm(wish.checkin)
    course.places, course.late = wish.places, wish.late
    course.needs_approval, course.welcome = wish.needs_approval, wish.welcome


def _held(actor: Actor, group_id: uuid.UUID) -> Course:
    """A course for the caller's transaction alone: of two presses the second sees what the first did."""
    course = course_for(actor, group_id)
    one_at_a_time(Course, course.id)
    db.session.refresh(course)
    return course


def _take_programs_back(actor: Actor, course: Course) -> None:
    given_one = select(GroupMember).where(
        GroupMember.practice_id == course.practice_id,
        GroupMember.group_id == course.group_id,
        GroupMember.program_id.is_not(None),
    )
    for member in db.session.scalars(given_one).all():
        assert member.program_id is not None
        program_id, member.program_id = member.program_id, None
        db.session.flush()
        if taking_back.take_back(actor, program_id) is not None:
            member.program_id = program_id  # it has been practised: it is theirs


def _today(practice: Practice) -> date:
    return today_in(practice.time_zone)
