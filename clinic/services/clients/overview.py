"""What matters about one client now, in few queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, ScalarSelect, and_, select

from clinic.domain.errors import NotFound
from clinic.domain.progress import Adherence, PainChange, adherence
from clinic.domain.types import LogOutcome, ProgramStatus
from clinic.extensions import db
from clinic.models import Assessment, CheckinAnswer, Client, PracticeLog, Program, has_open_flag
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.programs import weeks as program_weeks

PRACTISED = PracticeLog.outcome != LogOutcome.NOT_DONE
WINDOW = 14  # days


@dataclass(frozen=True, slots=True)
class Facts:
    """The newest of each, None where there is none yet; and whether a warning sign is open.

    `pain` is the first pain given against the latest, the same where there is one only.
    """

    program: Program | None
    last_practice: date | None
    last_answer: datetime | None
    last_assessment: date | None
    warning: bool
    pain: PainChange | None

    @property
    def has_running_program(self) -> bool:
        """Whether there is a program that has not ended."""
        return self.program is not None and self.program.status is not ProgramStatus.ENDED


def facts(actor: Actor, client: Client) -> Facts:
    """The facts of a client that was loaded through a door; staff only. One query."""
    if not actor.is_staff or client.practice_id != actor.practice_id:
        raise NotFound
    newest_first = (Program.status == ProgramStatus.ENDED, Program.assigned_at.desc())
    given = _of(CheckinAnswer, client) & CheckinAnswer.pain.is_not(None)
    earliest, latest = CheckinAnswer.answered_at.asc(), CheckinAnswer.answered_at.desc()
    row = db.session.execute(
        select(
            Program,
            _newest(PracticeLog.local_date, _of(PracticeLog, client) & PRACTISED),
            _newest(CheckinAnswer.answered_at, _of(CheckinAnswer, client)),
            _newest(Assessment.taken_on, _of(Assessment, client)),
            has_open_flag(client.practice_id, client.id),
            _newest(CheckinAnswer.answered_at, given, earliest),
            _newest(CheckinAnswer.pain, given, earliest),
            _newest(CheckinAnswer.pain, given, latest),
        )
        .select_from(Client)
        .outerjoin(Program, Program.id == _newest(Program.id, _of(Program, client), *newest_first))
        .where(Client.practice_id == client.practice_id, Client.id == client.id)
    ).one()
    program, practised, answered, assessed, warning, since, before, latest_pain = row
    pain = PainChange(since.date(), before, latest_pain) if since else None
    return Facts(program, practised, answered, assessed, warning, pain)


def practice(client: Client, program: Program | None) -> Adherence | None:
    """The log of the last two weeks of a program that has not ended; None without one. Two queries."""
    if program is None or program.status is ProgramStatus.ENDED:
        return None
    kept = program_weeks.kept_of([program], now())[program.id]
    return adherence(kept.logs, kept.plan, today_in(client.time_zone), WINDOW)


def _of(kind: type[Any], client: Client) -> ColumnElement[bool]:
    return and_(kind.practice_id == client.practice_id, kind.client_id == client.id)


def _newest(what: Any, which: ColumnElement[bool], *order: Any) -> ScalarSelect[Any]:
    newest = select(what).where(which).order_by(*(order or (what.desc(),))).limit(1)
    return newest.correlate(None).scalar_subquery()
