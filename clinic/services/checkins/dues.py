"""What planning reads: schedules whose time has come, and what is known of the clients they are about."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Select, and_, func, select
from sqlalchemy.orm.attributes import set_committed_value

from clinic.domain.errors import ClinicError
from clinic.domain.mail_standing import MailStanding, mail_standing_of
from clinic.domain.scheduling import WakingHours, load_zone, local_date, waking_hours
from clinic.domain.sending import day_key
from clinic.domain.skipping import SendingFacts
from clinic.domain.types import MailKind
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinSchedule,
    Client,
    OutboxMessage,
    Practice,
    Program,
    WarningFlag,
)
from clinic.models.base import points_at
from clinic.services import bulk
from clinic.services.checkins import silence as checkin_silence
from clinic.services.checkins.silence import UnansweredRun

NEXT = ("time_zone", "next_on", "next_due_at")
_flag, _answer = bulk.table_of(WarningFlag), bulk.table_of(CheckinAnswer)
_mail = bulk.table_of(OutboxMessage)


@dataclass(frozen=True, slots=True)
class DueCheckin:
    """A program with all that its check-ins are about; `row` None where they are switched off."""

    row: CheckinSchedule | None
    program: Program
    client: Client
    practice: Practice

    @property
    def zone(self) -> ZoneInfo:
        """Where the client lives."""
        try:
            return load_zone(self.client.time_zone)
        except ClinicError:  # told of when its rule is read
            return load_zone(self.practice.time_zone)

    @property
    def hours(self) -> WakingHours:
        """When the client is awake."""
        practice, client = self.practice, self.client
        return waking_hours(
            practice.waking_from, practice.waking_until, client.waking_from, client.waking_until
        )

    def day(self, at: datetime) -> date:
        """The client's date at an instant: the day a mail goes out on."""
        return local_date(at, self.zone)


@dataclass(frozen=True, slots=True)
class KnownClients:
    """What is known of the clients of a batch."""

    locked: Collection[uuid.UUID]
    unanswered: Mapping[uuid.UUID, UnansweredRun]
    answered_at: Mapping[uuid.UUID, datetime]
    # by practice and day: that there is a mail and, of a check-in, which program's it is
    mailed: dict[tuple[uuid.UUID, str], uuid.UUID | None]


def take(at: datetime, most: int) -> list[DueCheckin]:
    """Schedules whose time has come, locked for the caller's transaction; what others hold is left out.

    Their clients are locked as well: two programs of one client are never planned side by side.
    """
    query = _schedules().where(CheckinSchedule.next_due_at <= at).order_by(CheckinSchedule.next_due_at)
    return _read(
        query.limit(most).with_for_update(skip_locked=True, key_share=True, of=[CheckinSchedule, Client])
    )


def put_off(dues: Collection[DueCheckin]) -> None:
    """Write down when schedules are due next, all in one statement, within the caller's transaction."""
    rows = [due.row for due in dues if due.row is not None]
    bulk.change(CheckinSchedule, [{name: getattr(row, name) for name in ("id", *NEXT)} for row in rows])
    for row in rows:
        for name in NEXT:  # written: nothing is left for the session to write row by row
            set_committed_value(row, name, getattr(row, name))


def of_program(program: Program) -> list[DueCheckin]:
    """The same for one program's schedule whatever its time, waited for if somebody else holds it."""
    mine = and_(CheckinSchedule.practice_id == program.practice_id, CheckinSchedule.program_id == program.id)
    return _read(_schedules().where(mine).with_for_update(of=CheckinSchedule))


def known(dues: Collection[DueCheckin], at: datetime) -> KnownClients:
    """What is known of these clients. Four queries."""
    clients = [due.client.id for due in dues]
    practices = {due.practice.id for due in dues}
    keys = [day_key(due.client.id, due.day(at)) for due in dues]
    return KnownClients(
        locked=set(db.session.scalars(_open_flags(practices, clients))),
        unanswered=checkin_silence.runs(practices, clients),
        answered_at=_pairs(_last_answers(practices, clients)),
        mailed=_mailed(practices, keys),
    )


def standing(due: DueCheckin, found: KnownClients) -> MailStanding:
    """Whether its client may be mailed."""
    return mail_standing_of(
        due.client, numbers_set=due.practice.numbers_set, warning_open=due.client.id in found.locked
    )


def facts(due: DueCheckin, due_at: datetime, found: KnownClients, at: datetime) -> SendingFacts:
    """What of itself decides whether a check-in goes out at an instant."""
    client, practice, day = due.client, due.practice, due.day(at)
    key = practice.id, day_key(client.id, day)
    answered_at = found.answered_at.get(client.id)
    return SendingFacts(
        due_at=due_at,
        program=due.program.on(day),
        answered_today=answered_at is not None and due.day(answered_at) == day,
        asked_today=found.mailed.get(key) not in (None, due.program.id),
        mailed_today=key in found.mailed,
        unanswered_in_a_row=found.unanswered.get(client.id, UnansweredRun()).length,
    )


def _schedules() -> Select[CheckinSchedule, Program, Client, Practice]:
    return (
        select(CheckinSchedule, Program, Client, Practice)
        .join(Program, points_at(CheckinSchedule.program_id, Program))
        .join(Client, points_at(Program.client_id, Client))
        .join(Practice, Practice.id == CheckinSchedule.practice_id)
        .execution_options(populate_existing=True)
    )


def _read(query: Select[CheckinSchedule, Program, Client, Practice]) -> list[DueCheckin]:
    return [DueCheckin(*row) for row in db.session.execute(query)]


def _pairs(query: Select[uuid.UUID, Any]) -> dict[uuid.UUID, Any]:
    return {row[0]: row[1] for row in db.session.execute(query)}


def _mailed(
    practices: Collection[uuid.UUID], keys: Sequence[str]
) -> dict[tuple[uuid.UUID, str], uuid.UUID | None]:
    checkin = and_(points_at(OutboxMessage.checkin_id, Checkin), OutboxMessage.kind == MailKind.CHECKIN)
    query = (
        select(OutboxMessage.practice_id, OutboxMessage.day_key, Checkin.program_id)
        .outerjoin(Checkin, checkin)
        .where(bulk.among(_mail.c.practice_id, practices), OutboxMessage.day_key.in_(keys))
    )
    return {(row[0], row[1] or ""): row[2] for row in db.session.execute(query)}


def _open_flags(practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]) -> Select[uuid.UUID]:
    return select(WarningFlag.client_id).where(
        bulk.among(_flag.c.practice_id, practices),
        bulk.among(_flag.c.client_id, clients),
        WarningFlag.is_open,
    )


def _last_answers(
    practices: Collection[uuid.UUID], clients: Collection[uuid.UUID]
) -> Select[uuid.UUID, datetime]:
    return (
        select(CheckinAnswer.client_id, func.max(CheckinAnswer.answered_at))
        .where(bulk.among(_answer.c.practice_id, practices), bulk.among(_answer.c.client_id, clients))
        .group_by(CheckinAnswer.client_id)
    )
