"""Of two programs' check-ins of one day one goes out; if it is called back, the other goes after all."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select

from clinic.domain.skipping import LATEST
from clinic.domain.types import CheckinState, ProgramStatus, SkipReason
from clinic.extensions import db
from clinic.models import Checkin, Program
from clinic.models.base import points_at
from clinic.services.checkins import writing
from clinic.services.clock import today_in
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine

TAKES_OVER = "that of another program was called back"


def take_over(program: Program, at: datetime) -> None:
    """Let the earliest check-in that was left to this program's go out, within the caller's transaction."""
    left_out = (
        select(Checkin, Program)
        .join(Program, points_at(Checkin.program_id, Program))
        .where(
            Checkin.practice_id == program.practice_id,
            Checkin.client_id == program.client_id,
            Checkin.program_id != program.id,
            Checkin.state == CheckinState.SKIPPED,
            Checkin.skip_reason == SkipReason.OTHER_PROGRAM,
            Checkin.due_at > at - LATEST,
        )
        .order_by(Checkin.due_at, Checkin.id)
    )
    today = today_in(program.client.time_zone)
    for checkin, other in db.session.execute(left_out):
        if other.on(today) is ProgramStatus.ACTIVE:
            checkin.state, checkin.skip_reason = CheckinState.WAITING, None
            histories.add([HistoryLine(checkin.practice_id, checkin.id, checkin.state, at, TAKES_OVER)])
            outbox.promise_checkins([writing.mail_of(checkin, today)])
            return
