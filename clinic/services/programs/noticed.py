"""What clients have noticed of themselves: how they stand with the form re-check, and why they stopped.

From when on a re-check of each move is asked is kept with the client, whose row each of their pages reads.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ScalarSelect, Select, and_, exists, select, update
from sqlalchemy.orm import InstrumentedAttribute, aliased
from sqlalchemy.orm.attributes import set_committed_value

from clinic.domain import rechecks as rules
from clinic.domain.rechecks import RecheckDone, RecheckStanding
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.stopping import manages_alone, still_stopped
from clinic.domain.types import LogOutcome, MistakeAnswer, ProgramStatus, StopReason
from clinic.extensions import db
from clinic.models import Client, FormRecheck, PracticeLog, PracticeStop, Prescription, Program
from clinic.models.base import among, given, points_at
from clinic.services import rows

_LOOKED = aliased(Prescription)  # the one that was looked at, of whichever program gave the move


def _last_check(what: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """What the last re-check of a move says, whichever program gave it."""
    query = select(what).join(_LOOKED, points_at(FormRecheck.prescription_id, _LOOKED))
    of_move = query.where(
        FormRecheck.practice_id == Client.practice_id,
        FormRecheck.client_id == Client.id,
        _LOOKED.exercise_id == Prescription.exercise_id,
    )
    newest = of_move.order_by(FormRecheck.local_date.desc()).limit(1)
    return newest.correlate(Client, Prescription).scalar_subquery()


def _last_said(what: InstrumentedAttribute[Any]) -> ScalarSelect[Any]:
    """What a client said last of something they say once a day."""
    kind: Any = what.parent.entity
    query = select(what).where(kind.practice_id == Client.practice_id, kind.client_id == Client.id)
    return query.order_by(kind.local_date.desc()).limit(1).correlate(Client).scalar_subquery()


# A row for each move of the programs that have not ended, and one for whoever has none.
NOTICED: Select[*tuple[Any, ...]] = (
    select(
        Client.id,
        *(Prescription.exercise_id, Prescription.content),
        *(_last_check(FormRecheck.local_date), _last_check(FormRecheck.result)),
        *(_last_check(FormRecheck.asked), _last_check(FormRecheck.answers)),
        *(_last_said(PracticeStop.local_date), _last_said(PracticeStop.reason)),
        _last_said(PracticeLog.local_date),
    )
    .outerjoin(
        Program,
        and_(
            Program.practice_id == Client.practice_id,
            Program.client_id == Client.id,
            Program.status != ProgramStatus.ENDED,
        ),
    )
    .outerjoin(
        Prescription,
        and_(Prescription.practice_id == Program.practice_id, Prescription.program_id == Program.id),
    )
    .order_by(Program.assigned_at, Program.id, Prescription.position)
)
WIDTH = len(NOTICED.selected_columns)
_OF_ONE = NOTICED.where(given(Client.practice_id), given(Client.id, "client_id"))
_OF_THE_CONFIDENT = NOTICED.where(
    among(Client.practice_id, "practices"),
    among(Client.id, "clients"),
    exists().where(
        PracticeStop.practice_id == Client.practice_id,
        PracticeStop.client_id == Client.id,
        PracticeStop.reason == StopReason.CONFIDENT,
    ),
)
_PRACTISED = (
    select(Prescription.exercise_id, PracticeLog.local_date)
    .join(Prescription, points_at(PracticeLog.prescription_id, Prescription))
    .where(
        given(PracticeLog.practice_id),
        given(PracticeLog.client_id),
        PracticeLog.outcome != LogOutcome.NOT_DONE,
    )
    .distinct()
)
_CHECKED = (
    select(Prescription.exercise_id, FormRecheck.local_date, FormRecheck.result)
    .join(Prescription, points_at(FormRecheck.prescription_id, Prescription))
    .where(given(FormRecheck.practice_id), given(FormRecheck.client_id))
    .order_by(FormRecheck.local_date)
)


@dataclass(frozen=True, slots=True)
class StopGiven:
    """Why somebody stopped, and the day on which they said so."""

    day: date
    reason: StopReason


@dataclass(frozen=True, slots=True)
class MoveNoticed:
    """How a client stands with the re-check of one of their moves, and what the last one found."""

    move_id: uuid.UUID
    name: str
    recheck: RecheckStanding
    found: Sequence[tuple[str, MistakeAnswer]] = ()  # of each thing looked at last, and how it was


@dataclass(frozen=True, slots=True)
class Noticed:
    """How a client's moves stand with the re-check, and why they stopped, as long as they did not go on."""

    today: date
    moves: Sequence[MoveNoticed] = ()
    stop: StopGiven | None = None

    @property
    def manages_alone(self) -> bool:
        """Whether they are ready to graduate by their own word."""
        all_right = rules.all_passed(each.recheck for each in self.moves)
        return manages_alone(self.stop.reason if self.stop else None, all_right=all_right)


def of_client(client: Client, today: date) -> Noticed:
    """What one client has noticed. One query."""
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    return of_rows(client, today, rows.read(_OF_ONE, whose))


def who_manage_alone(clients: Collection[Client], at: datetime) -> Collection[uuid.UUID]:
    """Which of these clients are ready to graduate by their own word. One query."""
    known = {client.id: client for client in clients}
    which = {"practices": list({each.practice_id for each in clients}), "clients": list(known)}
    told: dict[uuid.UUID, list[Any]] = {}
    for row in rows.read(_OF_THE_CONFIDENT, which):
        told.setdefault(row[0], []).append(row)
    return {
        client_id
        for client_id, found in told.items()
        if of_rows(
            known[client_id], local_date(at, load_zone(known[client_id].time_zone)), found
        ).manages_alone
    }


def follow_log(
    client: Client, day: date, near: Mapping[uuid.UUID, Collection[date]], *, is_new: bool
) -> None:
    """A day was logged: ask for a re-check where it begins something, in the caller's transaction.

    `near` are the days by move on which it was done before, as far as a gap may reach. Most days ask for no
    look at all others.
    """
    known = client.rechecks_due or {}
    begins = (str(move) not in known or rules.may_have_changed(days, day) for move, days in near.items())
    if not is_new or any(begins):
        keep_due(client)


def keep_due(client: Client) -> None:
    """Work out anew from when on a re-check of each move is asked of a client. Two queries.

    Their row has no new version by that: it is nothing that somebody corrects.
    """
    whose = {"practice_id": client.practice_id, "client_id": client.id}
    days: dict[uuid.UUID, list[date]] = {}
    for move_id, day in rows.read(_PRACTISED, whose):
        days.setdefault(move_id, []).append(day)
    last = {move_id: RecheckDone(day, result) for move_id, day, result in rows.read(_CHECKED, whose)}
    asked = {move_id: rules.due_on(days.get(move_id, ()), last.get(move_id)) for move_id in {*days, *last}}
    due = {str(move_id): day and day.isoformat() for move_id, day in asked.items()}
    if due != client.rechecks_due:
        is_theirs = (Client.practice_id == client.practice_id, Client.id == client.id)
        put = update(Client).where(*is_theirs).values(rechecks_due=due)
        db.session.execute(put, execution_options={"synchronize_session": False})
        set_committed_value(client, "rechecks_due", due)


def due_on(client: Client, move_id: uuid.UUID) -> date | None:
    """From which day on a re-check of a move is asked of a client; None where none is."""
    day = (client.rechecks_due or {}).get(str(move_id))
    return date.fromisoformat(day) if day else None


def is_any_due(client: Client, moves: Iterable[uuid.UUID], today: date) -> bool:
    """Whether a re-check of one of these moves is asked of a client on their day."""
    return any(rules.is_due(due_on(client, each), today) for each in moves)


def of_rows(client: Client, today: date, told: Sequence[Any]) -> Noticed:
    """What a client has noticed, out of their rows of `NOTICED`; a move that several programs give is one."""
    moves = {row[1]: _of_move(client, today, row[1:7]) for row in told if row[1] is not None}
    stopped_on, reason, logged_on = told[0][7:WIDTH]
    is_over = stopped_on is None or not still_stopped(stopped_on, logged_on)
    return Noticed(today, list(moves.values()), None if is_over else StopGiven(stopped_on, reason))


def _of_move(client: Client, today: date, told: Sequence[Any]) -> MoveNoticed:
    move_id, content, checked_on, result, asked, answers = told
    last = RecheckDone(checked_on, result) if checked_on else None
    found = [
        (each["title"], MistakeAnswer(how)) for each, how in zip(asked or (), answers or (), strict=False)
    ]
    standing = RecheckStanding(today, due_on(client, move_id), last)
    return MoveNoticed(move_id, str(content["name"]), standing, found)
