"""Why a client stopped: asked once when their logging ends, and what follows from it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import select

from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.programs import NOTHING_RUNS, together
from clinic.domain.stopping import has_gone_quiet
from clinic.domain.types import LinkProblemKind, ProgramStatus, StopReason
from clinic.extensions import db
from clinic.models import Client, PracticeStop, Program
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.checkins.opening import open_link
from clinic.services.clock import now, today_in
from clinic.services.programs import noticed, own, tapering
from clinic.services.programs.diary import Diary
from clinic.services.transaction import one_at_a_time, transaction


@dataclass(frozen=True, slots=True)
class StopStanding:
    """Whether a program runs that somebody could have stopped, and whether they have said why."""

    runs: bool
    has_said: bool


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
        client = found.client
        row = _keep(client, found.status, found.today, reason)
        if row is None:
            return
        about = {"client_id": client.id, "subject_id": row.id}
        audit.record(actor, "practice.stopped", reason=reason.value, **about)
        tapering.consider_client(client, now())


def say_by_link(secret: str, reason: StopReason) -> None:
    """The same from the page of a check-in, by whoever has its mail."""
    with transaction():
        opened = open_link(secret)
        client = opened.client
        if opened.visit.is_archived:
            raise LinkProblem(LinkProblemKind.USED)
        one_at_a_time(Client, client.id)
        today = today_in(client.time_zone)
        row = _keep(client, _status(client, today), today, reason)
        if row is None:
            return
        about = {"client_id": client.id, "subject_id": row.id}
        audit.record_for(client.practice_id, client.name, "practice.stopped", reason=reason.value, **about)
        tapering.consider_client(client, now())


def standing(client: Client) -> StopStanding:
    """Whether a client may be asked, for the page that their mail leads to. Two queries."""
    today = today_in(client.time_zone)
    return StopStanding(
        runs=_status(client, today) is ProgramStatus.ACTIVE,
        has_said=noticed.of_client(client, today).stop is not None,
    )


def _status(client: Client, today: date) -> ProgramStatus | None:
    """What a client's programs come to today."""
    query = select(Program).where(
        Program.practice_id == client.practice_id,
        Program.client_id == client.id,
        Program.status != ProgramStatus.ENDED,
    )
    return together([each.on(today) for each in db.session.scalars(query)])


def _keep(
    client: Client, status: ProgramStatus | None, today: date, reason: StopReason
) -> PracticeStop | None:
    """The row of today; None where it says the same already."""
    if status is not ProgramStatus.ACTIVE:
        raise RuleBroken(NOTHING_RUNS)
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
