"""Why a client stopped: asked once when their logging ends, and what follows from it."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.errors import RuleBroken
from clinic.domain.programs import NOTHING_RUNS
from clinic.domain.stopping import has_gone_quiet
from clinic.domain.types import ProgramStatus, StopReason
from clinic.extensions import db
from clinic.models import Client, PracticeStop
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import noticed, own, tapering
from clinic.services.programs.diary import Diary
from clinic.services.programs.own import OwnPrograms
from clinic.services.transaction import one_at_a_time, transaction


def asks_why(found: Diary) -> bool:
    """Whether a client is asked why they stopped: they have gone quiet, and have not said so.

    A query where they have gone quiet, none for whoever practises.
    """
    if found.status is not ProgramStatus.ACTIVE or found.locked or found.plan is None:
        return False
    if not has_gone_quiet([log.local_date for log in found.logs], found.plan, found.today):
        return False
    return noticed.of_client(found.client, found.today).stop is None


def say(actor: Actor, reason: StopReason) -> None:
    """Keep why the signed-in client stopped, once a day; said again it is put right.

    Somebody who is sure to manage alone is asked for a re-check; passed, it is offered that they graduate.
    """
    with transaction():
        one_at_a_time(Client, actor.client_id)
        found = own.held(actor)
        if found.status is not ProgramStatus.ACTIVE:
            raise RuleBroken(NOTHING_RUNS)
        client = found.client
        row = _keep(found, reason)
        if row is None:
            return
        about = {"client_id": client.id, "subject_id": row.id}
        audit.record(actor, "practice.stopped", reason=reason.value, **about)
        tapering.consider_client(client, now())


def _keep(found: OwnPrograms, reason: StopReason) -> PracticeStop | None:
    """The row of today; None where it says the same already."""
    client, today = found.client, found.today
    query = select(PracticeStop).where(
        PracticeStop.practice_id == client.practice_id,
        PracticeStop.client_id == client.id,
        PracticeStop.local_date == today,
    )
    row = db.session.scalars(query).one_or_none()
    if row is None:
        about = {"practice_id": client.practice_id, "client_id": client.id, "local_date": today}
        row = PracticeStop(**about, reason=reason, said_at=now())
        db.session.add(row)
    elif row.reason is reason:
        return None
    else:
        row.reason, row.corrected_at = reason, now()
    return row
