"""Whoever comes to a course gets its program once, an invitation if they have no account, and a welcome."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.bulk_acts import LineReason
from clinic.domain.courses import OVER, TAKES_IN, first_day
from clinic.domain.errors import ClinicError, RuleBroken
from clinic.domain.mail_standing import MailSort
from clinic.domain.types import InvitationState, MailKind
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, ClientGroup, Course, GroupMember, User
from clinic.models.base import given
from clinic.services import access, mail_standing
from clinic.services.accounts.signing_in import actor_of
from clinic.services.actors import Actor
from clinic.services.checkins.rhythms import read_rhythm
from clinic.services.clients import invitations, memberships
from clinic.services.clock import today_in
from clinic.services.outbox import promises as outbox
from clinic.services.programs import assigning, taking_back
from clinic.services.programs.assigning import Assignment
from clinic.services.routines.wording import dose_of

LONGEST_PROBLEM = 300
IS_OVER = say("This course is over: nobody is put in it any more.")
_COURSE = select(Course).where(given(Course.practice_id), given(Course.group_id))
_UNSETTLED = select(GroupMember).where(
    given(GroupMember.practice_id),
    given(GroupMember.group_id),
    GroupMember.left_at.is_(None),
    GroupMember.program_id.is_(None),
    GroupMember.problem.is_(None),
)


def join(actor: Actor, group: ClientGroup, client: Client) -> tuple[GroupMember, bool]:
    """Let a client stand in a group, and give them what a course gives, within the caller's transaction.

    Raises RuleBroken for a course that is over. False where they stand in it already.
    """
    whose = {"practice_id": group.practice_id, "group_id": group.id}
    course = db.session.scalars(_COURSE, whose).one_or_none()
    if course is not None and course.state in OVER:
        raise RuleBroken(IS_OVER)
    member, is_new = memberships.join(actor, group, client)
    if course is not None:
        settle(actor, course, member, client)
    return member, is_new


def settle_all(actor: Actor, course: Course) -> None:
    """Give everybody of a course what they have not got yet, within the caller's transaction."""
    if course.state not in TAKES_IN:
        return
    whose = {"practice_id": course.practice_id, "group_id": course.group_id}
    for member in db.session.scalars(_UNSETTLED, whose).all():
        settle(actor, course, member, access.client_for(actor, member.client_id))


def settle(actor: Actor, course: Course, member: GroupMember, client: Client) -> None:
    """Give one member what they have not got yet; what speaks against it is kept in words."""
    if course.state not in TAKES_IN or member.program_id is not None:
        return
    try:
        with db.session.begin_nested():
            member.program_id = assigning.give(actor, client.id, _assignment(actor, course, client)).id
            member.problem = None
    except ClinicError as problem:
        member.problem = str(problem)[:LONGEST_PROBLEM]
        return
    _invite(actor, client)
    _welcome(actor, course, client)


def take_program_back(actor: Actor, group: ClientGroup, client: Client) -> LineReason | None:
    """Take back what a course gave a client, as far as nothing is recorded of it; why it stays otherwise."""
    member = memberships.row_of(group, client)
    if member is None or member.program_id is None:
        return None
    program_id, member.program_id = member.program_id, None
    db.session.flush()
    stays = taking_back.take_back(actor, program_id)
    if stays is not None:
        member.program_id = program_id
    return stays


def leader_of(course: Course) -> Actor | None:
    """In whose name a course goes on by itself; None where nobody leads it any more."""
    group = db.session.get_one(ClientGroup, course.group_id)
    leader = db.session.get(User, group.leader_id) if group.leader_id else None
    return actor_of(leader) if leader is not None and leader.is_open else None


def _assignment(actor: Actor, course: Course, client: Client) -> Assignment:
    version = assigning.publishable(actor, course.version_id)
    return Assignment(
        key=f"course:{course.id.hex}",
        version_id=version.id,
        doses={item.id: dose_of(item) for item in version.items},
        starts_on=first_day(course.late, course.days, today_in(client.time_zone)),
        weeks=course.weeks,
        checkin=read_rhythm(course.checkin),
        alongside=True,
    )


def _invite(actor: Actor, client: Client) -> None:
    if invitations.mail_problem(client, access.practice_of(actor)):
        return
    newest = invitations.latest(actor, client.id).invitation
    if newest is None or invitations.state_of(newest) is not InvitationState.PENDING:
        invitations.promise(actor, client)


def _welcome(actor: Actor, course: Course, client: Client) -> None:
    if mail_standing.against(client, access.practice_of(actor), MailSort.MESSAGE) is None:
        key = f"course_welcome:{course.id.hex}:{client.id.hex}"
        outbox.promise(
            course.practice_id,
            MailKind.COURSE_WELCOME,
            key,
            client_id=client.id,
            group_id=course.group_id,
        )
