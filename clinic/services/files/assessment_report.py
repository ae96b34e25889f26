"""What goes onto paper about one assessment: it and the one before as they read now, and what comes next."""

from __future__ import annotations

import uuid
from dataclasses import dataclass

from sqlalchemy import and_, select
from sqlalchemy.orm import joinedload

from clinic.domain.types import ProgramStatus, Tier
from clinic.extensions import db
from clinic.models import Assessment, Client, Program, WarningFlag
from clinic.models.base import points_at
from clinic.services import access
from clinic.services.actors import Actor
from clinic.services.assessments import history
from clinic.services.assessments.history import AssessmentRecord
from clinic.services.files.findings import WITH_PEOPLE


@dataclass(frozen=True, slots=True)
class Reported:
    """An assessment, signed or draft, and the last signed one before it, if there is one."""

    record: AssessmentRecord
    before: AssessmentRecord | None


@dataclass(frozen=True, slots=True)
class Following:
    """A client's newest program that has not ended, and the most urgent warning flag that is open."""

    program: Program | None
    tier: Tier | None


def report_of(actor: Actor, assessment_id: uuid.UUID) -> Reported:
    """An assessment of the practice for its report; staff only. Four queries."""
    assessment = access.assessment_for(actor, assessment_id, *WITH_PEOPLE)
    signed = history.signed_of(assessment.practice_id, assessment.client_id)
    at = _when(assessment)
    before = [each for each in signed if each.id != assessment.id and _when(each) < at][-1:]
    *earlier, record = history.records([*before, assessment])
    return Reported(record, earlier[0] if earlier else None)


def following(actor: Actor, client_id: uuid.UUID) -> Following:
    """What a client of the practice has to do next; staff only. One query."""
    access.staff_only(actor)
    query = (
        select(Program, WarningFlag.tier)
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
        .order_by(Program.assigned_at.desc())
        .options(joinedload(Program.prescriptions))
    )
    rows: list[tuple[Program | None, Tier | None]] = [
        (row[0], row[1]) for row in db.session.execute(query).unique()
    ]
    tiers = [tier for _, tier in rows if tier is not None]
    program = rows[0][0] if rows else None
    return Following(program, max(tiers, key=lambda tier: tier.rank, default=None))


def _when(assessment: Assessment) -> tuple[object, ...]:
    return assessment.taken_on, assessment.created_at
