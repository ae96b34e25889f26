"""Who has gone quiet and has not said why: read for many at once, where a mail may ask them."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ScalarSelect, bindparam, func, select
from sqlalchemy.orm import InstrumentedAttribute

from clinic.domain.progress import Plan, PlansSideBySide
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.sending import CHECKIN_MAILS
from clinic.domain.stopping import ASKED_AFTER, DAY, asks_by_mail, has_gone_quiet, still_stopped
from clinic.domain.types import OutboxState, ProgramStatus
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, PracticeLog, PracticeStop, Program
from clinic.models.base import among, one_of
from clinic.services import rows
from clinic.services.programs import weeks

_ARRIVED = (OutboxState.SENT, OutboxState.IN_DOUBT)  # what may have been read


def _last(what: InstrumentedAttribute[Any], *conditions: Any) -> ScalarSelect[Any]:
    kind: Any = what.parent.entity
    query = select(func.max(what)).where(kind.practice_id == Client.practice_id, kind.client_id == Client.id)
    return query.where(*conditions).correlate(Client).scalar_subquery()


_LATELY = select(PracticeLog.id).where(
    PracticeLog.practice_id == Client.practice_id,
    PracticeLog.client_id == Client.id,
    PracticeLog.local_date > bindparam("since"),
)
_MAILED = (one_of(OutboxMessage.kind, CHECKIN_MAILS), one_of(OutboxMessage.state, _ARRIVED))
# Most clients practise: they are left out here, and cost no more than that.
_SILENT = select(
    Client.id,
    Client.time_zone,
    _last(PracticeLog.local_date),
    _last(PracticeStop.local_date),
    _last(OutboxMessage.finished_at, *_MAILED),
).where(among(Client.practice_id, "practices"), among(Client.id, "clients"), ~_LATELY.exists())


@dataclass(frozen=True, slots=True)
class Quiet:
    """A client who has gone quiet by what their programs asked; days are theirs."""

    plan: Plan
    today: date
    last_logged: date | None
    last_mailed: date | None  # the last check-in that may have reached them


Known = Mapping[uuid.UUID, uuid.UUID]  # practices by client


def by_mail(clients: Known, at: datetime) -> Collection[uuid.UUID]:
    """Which of these clients the check-in mail that goes out now asks why they stopped.

    One query where all of them practise, and four or five where somebody has gone quiet.
    """
    return {
        client_id
        for client_id, each in _quiet(clients, at).items()
        if asks_by_mail(each.last_logged, each.plan, each.today, each.last_mailed)
    }


def is_asked(client: Client, at: datetime) -> bool:
    """Whether a client is asked why they stopped, as on their own first page. As many queries."""
    return client.id in _quiet({client.id: client.practice_id}, at)


def _quiet(clients: Known, at: datetime) -> dict[uuid.UUID, Quiet]:
    """Those who have gone quiet in a program that runs, and have not said why since."""
    silent = _silent(clients, at) if clients else {}
    programs = _programs(clients, silent) if silent else []
    theirs: dict[uuid.UUID, list[Program]] = defaultdict(list)
    for program in programs:
        theirs[program.client_id].append(program)
    kept = weeks.kept_of(programs, at) if programs else {}
    found = {}
    for client_id, own in theirs.items():
        zone, logged, mailed = silent[client_id]
        today = local_date(at, zone)
        plan = PlansSideBySide(tuple(kept[each.id].plan for each in own))
        runs = any(each.on(today) is ProgramStatus.ACTIVE for each in own)
        if runs and has_gone_quiet([logged] if logged else [], plan, today):
            found[client_id] = Quiet(plan, today, logged, local_date(mailed, zone) if mailed else None)
    return found


def _silent(clients: Known, at: datetime) -> dict[uuid.UUID, tuple[ZoneInfo, date | None, datetime | None]]:
    """Whoever has logged nothing for two weeks and has not said why: when they last did, and were mailed."""
    since = at.date() + DAY - ASKED_AFTER  # wherever they live
    which = {"practices": list(set(clients.values())), "clients": list(clients), "since": since}
    return {
        client_id: (load_zone(zone), logged, mailed)
        for client_id, zone, logged, stopped, mailed in rows.read(_SILENT, which)
        if stopped is None or not still_stopped(stopped, logged)
    }


def _programs(clients: Known, silent: Collection[uuid.UUID]) -> Sequence[Program]:
    """Every program they ever had: what asked for practice on a day may have ended since."""
    query = select(Program).where(
        Program.practice_id.in_({clients[each] for each in silent}), Program.client_id.in_(silent)
    )
    return db.session.scalars(query.order_by(Program.assigned_at, Program.id)).all()
