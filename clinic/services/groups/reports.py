"""What came of a course: for the practice of all its members, for a member of their own."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select

from clinic.domain.course_report import CourseMember, CourseReport, course_report
from clinic.domain.progress import Adherence, adherence
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import MistakeAnswer, ProgramAction, StopReason
from clinic.extensions import db
from clinic.models import Checkin, CheckinAnswer, Client, Course, GroupMember, Program, ProgramEvent
from clinic.models.base import among, given, points_at
from clinic.services import access, rows
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import weeks

_MEMBERS = (
    select(GroupMember, Client, Program)
    .join(Client, points_at(GroupMember.client_id, Client))
    .outerjoin(Program, points_at(GroupMember.program_id, Program))
    .where(given(GroupMember.practice_id), given(GroupMember.group_id))
)
_ANSWERS = (
    select(Checkin.program_id, CheckinAnswer.pain, CheckinAnswer.mistake)
    .join(Checkin, points_at(CheckinAnswer.checkin_id, Checkin))
    .where(given(Checkin.practice_id), among(Checkin.program_id, "programs"))
    .order_by(CheckinAnswer.answered_at)
)
_STOPS = select(ProgramEvent.program_id, ProgramEvent.stop).where(
    given(ProgramEvent.practice_id),
    among(ProgramEvent.program_id, "programs"),
    ProgramEvent.action == ProgramAction.END,
    ProgramEvent.stop.is_not(None),
)


def of_course(actor: Actor, course: Course) -> CourseReport:
    """What came of a course so far, with those who left; staff only. Six queries, however many they are."""
    access.staff_only(actor)
    whose = {"practice_id": course.practice_id, "group_id": course.group_id}
    return course_report(_members(db.session.execute(_MEMBERS, whose).all()))


def of_member(actor: Actor, course: Course, member: GroupMember) -> CourseMember | None:
    """What came of a course for the signed-in client; None without a program of it."""
    if member.client_id != actor.client_id or member.program_id is None:
        return None
    client = access.own_client(actor)
    program = access.program_for(actor, member.program_id)
    (found,) = _members([(member, client, program)])
    return found


def _members(found: Sequence[tuple[GroupMember, Client, Program | None]]) -> list[CourseMember]:
    at, programs = now(), [program for _, _, program in found if program is not None]
    if not programs:
        return [CourseMember(member.left_at is not None, None) for member, _, _ in found]
    asked = {"practice_id": programs[0].practice_id, "programs": [program.id for program in programs]}
    answers, stops = _answers(asked), {row.program_id: row.stop for row in rows.read(_STOPS, asked)}
    practice = _practice(found, programs, at)
    return [
        CourseMember(
            member.left_at is not None,
            practice.get(member.id),
            *(answers[program.id] if program else ((), ())),
            _stop(stops, program),
        )
        for member, _, program in found
    ]


def _stop(stops: Mapping[uuid.UUID, StopReason | None], program: Program | None) -> StopReason | None:
    return stops.get(program.id) if program else None


def _answers(
    asked: dict[str, object],
) -> Mapping[uuid.UUID, tuple[Sequence[int], Sequence[MistakeAnswer]]]:
    found: dict[uuid.UUID, tuple[list[int], list[MistakeAnswer]]] = defaultdict(lambda: ([], []))
    for row in rows.read(_ANSWERS, asked):
        pains, mistakes = found[row.program_id]
        if row.pain is not None:
            pains.append(row.pain)
        if row.mistake is not None:
            mistakes.append(row.mistake)
    return found


def _practice(
    found: Sequence[tuple[GroupMember, Client, Program | None]], programs: Sequence[Program], at: datetime
) -> dict[uuid.UUID, Adherence]:
    """What each was asked and did since they joined: days before count for nobody."""
    days = (at.date() - min(program.starts_on for program in programs)).days + 1
    kept = dict(
        zip((program.id for program in programs), weeks.kept(programs, at, max(1, days)), strict=True)
    )
    told = {}
    for member, client, program in found:
        if program is None:
            continue
        zone, practice = load_zone(client.time_zone), kept[program.id]
        today = local_date(at, zone)
        since = max(program.starts_on, local_date(member.joined_at, zone))
        window = max(1, (today - since).days + 1)
        told[member.id] = adherence(practice.logs, practice.plan, today, window)
    return told
