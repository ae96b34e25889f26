"""What goes onto paper about one assessment: it and the one before as they read now, and what comes next."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from clinic.domain.programs import RUNNING
from clinic.domain.types import ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import Assessment, Client, Program, WarningFlag
from clinic.models.base import points_at
from clinic.services import access, phases
from clinic.services.actors import Actor
from clinic.services.assessments import history
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.clock import today_in
from clinic.services.files.findings import WITH_PEOPLE
from clinic.services.programs.own import OwnMove, is_asked_on, numbered


@dataclass(frozen=True, slots=True)
class Reported:
    """An assessment, signed or draft, and the last signed one before it, if there is one."""

    record: AssessmentRecord
    before: AssessmentRecord | None


@dataclass(frozen=True, slots=True)
class Following:
    """A client's programs that run, what they ask today, and the most urgent warning flag that is open."""

    programs: Sequence[Program]
    tier: Tier | None
    moves: Sequence[OwnMove]


def report_of(actor: Actor, assessment_id: uuid.UUID) -> Reported:
    """An assessment of the practice for its report; staff only. Four queries."""
    assessment = access.assessment_for(actor, assessment_id, *WITH_PEOPLE)
    signed = history.signed_of(assessment.practice_id, assessment.client_id)
    at = _when(assessment)
    before = [each for each in signed if each.id != assessment.id and _when(each) < at][-1:]
    *earlier, record = history.records([*before, assessment])
    return Reported(record, earlier[0] if earlier else None)


def following(actor: Actor, client_id: uuid.UUID) -> Following:
    """What a client of the practice has to do next; staff only. One query, three with phases."""
    access.staff_only(actor)
    query = (
        select(Client.time_zone, Program, WarningFlag.tier)
        .select_from(Client)
        .outerjoin(
            Program,
            and_(
                points_at(Program.client_id, Client),
                Program.status != ProgramStatus.ENDED,
            ),
        )
        .outerjoin(
            WarningFlag,
            and_(
                points_at(WarningFlag.client_id, Client),
                WarningFlag.is_open,
            ),
        )
        .where(Client.practice_id == actor.practice_id, Client.id == client_id)
        .order_by(Program.assigned_at, Program.id)
        .options(joinedload(Program.prescriptions))
    )
    rows = db.session.execute(query).unique().all()
    tiers = [row.tier for row in rows if row.tier is not None]
    programs = dict.fromkeys(row.Program for row in rows if row.Program is not None)
    today = today_in(rows[0].time_zone)
    going = [each for each in programs if each.on(today) in RUNNING]
    days = phases.of_phased(going)
    moves = numbered(going, of=lambda row: is_asked_on(row, today, days))
    return Following(going, max(tiers, key=lambda tier: tier.rank, default=None), moves)


def _when(assessment: Assessment) -> tuple[object, ...]:
    return assessment.taken_on, assessment.created_at
