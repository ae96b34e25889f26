"""Practice that falls off: noted by the same look that offers fewer check-ins, gone once it is made good."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete

from clinic.domain.attention import DROP_WINDOW, AttentionKind, PracticeDrop, practice_drop
from clinic.extensions import db
from clinic.models import PracticeDecline
from clinic.services import bulk
from clinic.services.programs.weeks import ProgramWeeks
from clinic.services.reasons.marks import touch


def note(weeks: Collection[ProgramWeeks], at: datetime) -> None:
    """Keep what each of these programs shows, within the caller's transaction."""
    found = [(each, drop) for each in weeks if (drop := _steep(each)) is not None]
    steep = {each.program.id for each, _ in found}
    over = {each.program.id for each in weeks} - steep
    if over:
        _drop_those(over)
    for each, drop in found:
        _keep(each, drop, at)


def _drop_those(programs: Collection[uuid.UUID]) -> None:
    made_good = (
        delete(PracticeDecline)
        .where(PracticeDecline.program_id.in_(programs))
        .returning(PracticeDecline.practice_id, PracticeDecline.client_id)
    )
    for practice_id, client_id in db.session.execute(made_good).all():
        touch(practice_id, [client_id], AttentionKind.PRACTICE_DROPPED)


def _steep(weeks: ProgramWeeks) -> PracticeDrop | None:
    if weeks.today - weeks.running_since < 2 * DROP_WINDOW:
        return None
    drop = practice_drop(weeks.logs, weeks.plan, weeks.today)
    # of two silent weeks the list says so in other words
    return drop if drop.is_steep and drop.now.practised + drop.now.not_done else None


def _keep(weeks: ProgramWeeks, drop: PracticeDrop, at: datetime) -> None:
    figures = {
        "before_done": drop.before.practised,
        "before_of": drop.before.expected,
        "now_done": drop.now.practised,
        "now_of": drop.now.expected,
    }
    program = weeks.program
    touch(program.practice_id, [program.client_id], AttentionKind.PRACTICE_DROPPED)
    row = {
        "practice_id": program.practice_id,
        "client_id": program.client_id,
        "program_id": program.id,
        "since": drop.since,
        "noticed_at": at,
        **figures,
    }
    # `since` and `noticed_at` stay: it is the same decline, looked at again
    db.session.execute(
        bulk.insert_into(PracticeDecline)
        .values(row)
        .on_conflict_do_update(index_elements=("practice_id", "program_id"), set_=figures)
    )
