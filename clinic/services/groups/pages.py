"""What the pages show of groups: the list of them, and how many of one practise, are silent or answered."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Select, and_, bindparam, case, func, or_, select
from sqlalchemy.orm import joinedload

from clinic.domain.attention import AttentionKind
from clinic.domain.types import CheckinState, LogOutcome, MistakeAnswer
from clinic.models import (
    Checkin,
    CheckinAnswer,
    Client,
    ClientGroup,
    Course,
    GroupMember,
    OpenReason,
    PracticeLog,
    User,
)
from clinic.models.base import among, given, one_of, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.reasons.listed import shows

MOST_PROBLEMS = 50
MOST_GROUPS = 500  # whose figures a process remembers
LATELY = timedelta(days=7)
SILENT = (AttentionKind.NOT_ANSWERED, AttentionKind.NOT_PRACTISED)


class GroupLine(NamedTuple):
    """A group in the list of them."""

    id: uuid.UUID
    name: str
    leader: str | None
    leader_left: bool
    members: int


@dataclass(frozen=True, slots=True)
class GroupFigures:
    """Of how many members: who practised in the last 7 days, who was asked and answered, who is silent.

    The list shows those who are not archived.
    """

    members: int
    listed: int
    practised: int
    asked: int
    answered: int
    silent: int


class GroupHead(NamedTuple):
    """What stands on top of a group's page; its figures are those of `counted_at`."""

    figures: GroupFigures
    counted_at: datetime
    is_course: bool


class MemberWithProblem(NamedTuple):
    """Somebody of a course who has not got its program, and why."""

    client_id: uuid.UUID
    name: str
    problem: str


@dataclass(frozen=True, slots=True)
class CourseFigures:
    """How many stand in a course, and who of them has not got its program."""

    members: int
    problems: Sequence[MemberWithProblem]


class LastAnswer(NamedTuple):
    """What somebody answered last."""

    client_id: uuid.UUID
    days_practised: int | None
    pain: int | None
    mistake: MistakeAnswer | None
    contact_wanted: bool


_IS_MEMBER = and_(given(GroupMember.practice_id), given(GroupMember.group_id), GroupMember.left_at.is_(None))
_MEMBERS = (
    select(func.count())
    .where(
        GroupMember.practice_id == ClientGroup.practice_id,
        GroupMember.group_id == ClientGroup.id,
        GroupMember.left_at.is_(None),
    )
    .scalar_subquery()
)
_LISTED = (
    select(
        ClientGroup.id,
        ClientGroup.name,
        User.name.label("leader"),
        (~User.is_open).label("leader_left"),
        _MEMBERS.label("members"),
    )
    .outerjoin(User, points_at(ClientGroup.leader_id, User))
    .where(given(ClientGroup.practice_id))
    .order_by(ClientGroup.name)
)

_LED = _LISTED.where(
    or_(
        ClientGroup.leader_id == bindparam("whose", type_=ClientGroup.id.type),
        ClientGroup.leader_id.is_(None),
        ~User.is_open,
    )
)


def _of_members(kind: Any, *which: ColumnElement[bool]) -> ColumnElement[int]:
    """How many members have such a row: a member at a time, by the client's index."""
    return _having(
        select(kind.id).where(
            kind.practice_id == GroupMember.practice_id, kind.client_id == GroupMember.client_id, *which
        )
    )


def _having(row: Select[Any]) -> ColumnElement[int]:
    return func.coalesce(func.sum(case((row.exists(), 1), else_=0)), 0)


_ASKED = and_(
    Checkin.local_date > bindparam("since", type_=Checkin.local_date.type), Checkin.sent_at.is_not(None)
)
_IS_ACTIVE = select(Client.id).where(points_at(GroupMember.client_id, Client), Client.is_active)
_FIGURES: Select[int, int, int, int, int, int] = select(
    func.count(),
    _having(_IS_ACTIVE),
    _of_members(
        PracticeLog,
        PracticeLog.local_date > bindparam("since", type_=PracticeLog.local_date.type),
        PracticeLog.outcome != LogOutcome.NOT_DONE,
    ),
    _of_members(Checkin, _ASKED),
    _of_members(Checkin, _ASKED, Checkin.state == CheckinState.ANSWERED),
    _of_members(OpenReason, one_of(OpenReason.kind, SILENT), shows(OpenReason)),
).where(_IS_MEMBER)

_NEWEST = (
    select(
        CheckinAnswer.client_id,
        CheckinAnswer.days_practised,
        CheckinAnswer.pain,
        CheckinAnswer.mistake,
        CheckinAnswer.contact_wanted,
        func.row_number()
        .over(partition_by=CheckinAnswer.client_id, order_by=CheckinAnswer.answered_at.desc())
        .label("place"),
    )
    .where(given(CheckinAnswer.practice_id), among(CheckinAnswer.client_id, "clients"))
    .subquery()
)
_ANSWERS = select(*(_NEWEST.c[name] for name in LastAnswer._fields)).where(_NEWEST.c.place == 1)


_PROBLEMS = (
    select(Client.id, Client.name, GroupMember.problem)
    .join(Client, points_at(GroupMember.client_id, Client))
    .where(_IS_MEMBER, GroupMember.problem.is_not(None))
    .order_by(Client.sort_key, Client.id)
    .limit(MOST_PROBLEMS)
)
_COUNT = select(func.count()).where(_IS_MEMBER)
_IS_COURSE = select(Course.id).where(given(Course.practice_id), given(Course.group_id)).exists()
_HEAD: Select[int, bool] = select(func.count(), _IS_COURSE).where(_IS_MEMBER)


WITH_LEADER = joinedload(ClientGroup.leader)


def listed(actor: Actor, *, mine: bool = False) -> Sequence[GroupLine]:
    """The practice's groups by name; staff only. One query.

    `mine` are led by the actor, or by nobody who is here.
    """
    access.staff_only(actor)
    asked = {"practice_id": actor.practice_id, "whose": actor.user_id}
    return [GroupLine(*row) for row in rows.read(_LED if mine else _LISTED, asked)]


def figures(actor: Actor, group: ClientGroup) -> GroupFigures:
    """How a group does; staff only. One query, however many stand in it."""
    access.staff_only(actor)
    return _counted(actor.practice_id, group.id, _today(actor) - LATELY, now())


def head(actor: Actor, group: ClientGroup) -> GroupHead:
    """How a group does as it was counted in this minute, and when; anew where somebody came or left since.

    To count takes five looks for each member, and the page is opened far more often than they change.
    """
    access.staff_only(actor)
    which = {"practice_id": actor.practice_id, "group_id": group.id}
    ((members, is_course),) = rows.read(_HEAD, which)
    since, minute = _today(actor) - LATELY, now().replace(second=0, microsecond=0)
    return GroupHead(*_remembered(*which.values(), since, minute, members), bool(is_course))


@lru_cache(MOST_GROUPS)
def _remembered(
    practice_id: uuid.UUID, group_id: uuid.UUID, since: date, _minute: datetime, _members: int
) -> tuple[GroupFigures, datetime]:
    at = now()
    return _counted(practice_id, group_id, since, at), at


def _counted(practice_id: uuid.UUID, group_id: uuid.UUID, since: date, at: datetime) -> GroupFigures:
    asked = {"practice_id": practice_id, "group_id": group_id, "since": since, "at": at}
    (found,) = rows.read(_FIGURES, asked)
    return GroupFigures(*found)


def course_figures(actor: Actor, group: ClientGroup) -> CourseFigures:
    """How full a course is, and where it could not give its program; staff only. Two queries."""
    access.staff_only(actor)
    asked = {"practice_id": actor.practice_id, "group_id": group.id}
    ((members,),) = rows.read(_COUNT, asked)
    found = rows.read(_PROBLEMS, asked)
    return CourseFigures(members, [MemberWithProblem(row.id, row.name, row.problem or "") for row in found])


def last_answers(actor: Actor, clients: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, LastAnswer]:
    """What each of some clients answered last; staff only. One query."""
    access.staff_only(actor)
    asked = {"practice_id": actor.practice_id, "clients": list(clients)}
    return {row.client_id: LastAnswer(*row) for row in rows.read(_ANSWERS, asked)}


def _today(actor: Actor) -> date:
    return today_in(access.practice_of(actor).time_zone)
