"""What the mailed link of a check-in opens, storing nothing.

It never shows what was answered: whoever holds the mail (a scanner, a shared inbox) could read it there.
That somebody said "none of these" to the warning signs is kept with the check-in, not in an address or a
cookie.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import or_, select

from clinic.domain.answers import AnswerStage, LinkVisit
from clinic.domain.errors import LinkProblem
from clinic.domain.moves import named_mistake_in
from clinic.domain.phases import phase_on
from clinic.domain.programs import RUNNING
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import LinkProblemKind, LinkPurpose
from clinic.domain.warnings import locks_program
from clinic.extensions import db
from clinic.models import Checkin, CheckinAnswer, Client, Practice, Prescription, Program, WarningFlag
from clinic.models.base import points_at
from clinic.services import links, phases, warnings
from clinic.services.clock import now
from clinic.services.transaction import one_at_a_time


@dataclass(frozen=True, slots=True)
class OpenedCheckin:
    """What a good link opens. `flag` is one that locks the program, wherever it was named."""

    checkin: Checkin
    client: Client
    practice: Practice
    answer: CheckinAnswer | None
    flag: WarningFlag | None
    visit: LinkVisit

    @property
    def stage(self) -> AnswerStage:
        """Where somebody with this link stands."""
        return self.visit.stage


def open_link(secret: str, *, lock: bool = False) -> OpenedCheckin:
    """What a link opens; raises LinkProblem if it opens nothing. Three queries.

    `lock` for the caller's transaction: twenty answers at once then come one after the other.
    """
    token = links.find(secret, LinkPurpose.CHECKIN)
    if lock:
        one_at_a_time(Checkin, token.checkin_id)
    query = (
        select(Checkin, Client, Practice, CheckinAnswer)
        .join(Client, points_at(Checkin.client_id, Client))
        .join(Practice, Practice.id == Checkin.practice_id)
        .outerjoin(CheckinAnswer, points_at(CheckinAnswer.checkin_id, Checkin))
        .where(Checkin.practice_id == token.practice_id, Checkin.id == token.checkin_id)
        .execution_options(populate_existing=lock)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise LinkProblem(LinkProblemKind.UNKNOWN)
    flag = _lock_of(row.Client)
    return OpenedCheckin(*row, flag, _visit(row.Checkin, row.Client, row.CheckinAnswer, flag))


def named_mistake(checkin: Checkin) -> str | None:
    """The practice's word for the mistake, as this client's programs have it; None where none names it.

    One check-in asks about all of them, whichever one's rhythm sent it, and about no move whose phase has not
    come by its day.
    """
    query = (
        select(Prescription.content, Prescription.from_phase, Prescription.program_id)
        .join(Program, points_at(Prescription.program_id, Program))
        .where(
            Program.practice_id == checkin.practice_id,
            Program.client_id == checkin.client_id,
            or_(Program.id == checkin.program_id, Program.status.in_(RUNNING)),
        )
        .order_by(Program.assigned_at, Program.id, Prescription.position)
    )
    found = db.session.execute(query).all()
    reached = _phases_of(checkin, {row.program_id for row in found if row.from_phase > 1})
    return named_mistake_in(
        row.content for row in found if row.from_phase <= reached.get(row.program_id, row.from_phase)
    )


def _phases_of(checkin: Checkin, programs: Collection[uuid.UUID]) -> Mapping[uuid.UUID, int]:
    """The phase in which each program is on a check-in's day. Three queries, or none."""
    if not programs:
        return {}
    query = select(Program).where(Program.practice_id == checkin.practice_id, Program.id.in_(programs))
    days = phases.days_of(db.session.scalars(query).all())
    return {program_id: phase_on(checkin.local_date, each) for program_id, each in days.items()}


def _visit(
    checkin: Checkin, client: Client, answer: CheckinAnswer | None, flag: WarningFlag | None
) -> LinkVisit:
    zone, denied_at = load_zone(client.time_zone), checkin.signs_denied_at
    return LinkVisit(
        today=local_date(now(), zone),
        is_locked=flag is not None,
        answered_on=local_date(answer.answered_at, zone) if answer else None,
        denied_signs_on=local_date(denied_at, zone) if denied_at else None,
        is_archived=not client.is_active,
    )


def _lock_of(client: Client) -> WarningFlag | None:
    flag = warnings.open_flag(client)
    return flag if flag is not None and locks_program(flag.tier) else None
