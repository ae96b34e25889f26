"""What the pages show of an act for many: what will become of each client, and what has."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Row, func, select
from sqlalchemy.orm import selectinload

from clinic.domain.bulk_acts import BulkActKind, LineState, Verdict
from clinic.domain.load import DayLoad
from clinic.extensions import db
from clinic.models import BulkAct, BulkActLine, Client, Program, User
from clinic.models.base import among, given, points_at
from clinic.services import access, bulk
from clinic.services.actors import Actor
from clinic.services.bulk_acts.facts import ClientAtHand, at_hand
from clinic.services.bulk_acts.wishes import BulkWish
from clinic.services.programs import assigning, offering, wished

MOST_LISTED = 50

_LINES = (
    select(BulkActLine, Client)
    .join(Client, points_at(BulkActLine.client_id, Client))
    .where(given(BulkActLine.practice_id), given(BulkActLine.act_id))
    .order_by(BulkActLine.position)
)
_COUNTS = (
    select(BulkActLine.act_id, BulkActLine.state, func.count().label("number"))
    .where(given(BulkActLine.practice_id), among(BulkActLine.act_id, "acts"))
    .group_by(BulkActLine.act_id, BulkActLine.state)
)
_ACTS = (
    select(BulkAct, User.name)
    .join(User, points_at(BulkAct.chosen_by, User))
    .where(given(BulkAct.practice_id), BulkAct.begun_at.is_not(None))
    .order_by(BulkAct.begun_at.desc(), BulkAct.id)
    .limit(MOST_LISTED)
)


@dataclass(frozen=True, slots=True)
class ForeseenLine:
    """What will become of one client; `load` is what a day would ask of who has a program already."""

    client: Client
    verdict: Verdict
    load: DayLoad | None = None


@dataclass(frozen=True, slots=True)
class SettledLine:
    """What became of one client."""

    line: BulkActLine
    client: Client


@dataclass(frozen=True, slots=True)
class ActWithCounts:
    """An act in the list of them: who began it, and how many lines stand where."""

    act: BulkAct
    by: str
    counts: Mapping[LineState, int]


def foreseen(actor: Actor, act: BulkAct, wish: BulkWish) -> list[ForeseenLine]:
    """What would become of each client now, in the order of the list; staff only. Four queries.

    Of a program to assign two more, and one for each 500 programs that run.
    """
    access.staff_only(actor)
    clients = [row.Client for row in _lines(act)]
    found = at_hand(act.kind, access.practice_of(actor), clients, wish)
    if act.kind is BulkActKind.ASSIGN and wish.version_id is not None:
        return _assigned(actor, found, wish, wish.version_id)
    return [ForeseenLine(each.client, each.verdict(act.kind, wish)) for each in found]


def settled(actor: Actor, act: BulkAct) -> list[SettledLine]:
    """What became of each client, in the order of the list; staff only. One query."""
    access.staff_only(actor)
    return [SettledLine(row.BulkActLine, row.Client) for row in _lines(act)]


def counts(actor: Actor, act: BulkAct) -> Mapping[LineState, int]:
    """How many lines of an act stand where; staff only. One query."""
    access.staff_only(actor)
    found = db.session.execute(_COUNTS, {"practice_id": act.practice_id, "acts": [act.id]})
    return {row.state: row.number for row in found}


def listed(actor: Actor) -> list[ActWithCounts]:
    """The practice's acts for many, the newest first; staff only. Two queries."""
    access.staff_only(actor)
    whose = {"practice_id": actor.practice_id}
    acts = db.session.execute(_ACTS, whose).all()
    of_each: dict[uuid.UUID, dict[LineState, int]] = {row.BulkAct.id: {} for row in acts}
    for row in db.session.execute(_COUNTS, {**whose, "acts": list(of_each)}):
        of_each[row.act_id][row.state] = row.number
    return [ActWithCounts(row.BulkAct, row.name, of_each[row.BulkAct.id]) for row in acts]


def name_of(actor: Actor, user_id: uuid.UUID) -> str:
    """Who of the practice began an act, or undid it; staff only."""
    return access.user_for(actor, user_id).name


def _assigned(
    actor: Actor, found: Sequence[ClientAtHand], wish: BulkWish, version_id: uuid.UUID
) -> list[ForeseenLine]:
    """What assigning would come to: a retired move stops it, and what runs already counts along."""
    version = assigning.publishable(actor, version_id)
    moves = [(move, move.dose) for move in offering.of_routine(actor, version)]
    problem = next(wished.problems(actor, version, (), ()), None)
    _read_moves([program for each in found for program in each.running])
    lines = []
    for each in found:
        verdict = each.verdict(BulkActKind.ASSIGN, wish)
        is_done = verdict.state is LineState.DONE
        if is_done and problem is not None:
            verdict = Verdict(LineState.LEFT_OUT, said=problem.message)
        load = offering.load(each.running, moves) if is_done and each.running else None
        lines.append(ForeseenLine(each.client, verdict, load))
    return lines


def _read_moves(programs: Sequence[Program]) -> None:
    """Read the moves of many programs at once, as each of them would by itself."""
    if programs:
        which = bulk.among(bulk.table_of(Program).c.id, [program.id for program in programs])
        query = select(Program).where(Program.practice_id == programs[0].practice_id, which)
        db.session.scalars(query.options(selectinload(Program.prescriptions))).all()


def _lines(act: BulkAct) -> Sequence[Row[BulkActLine, Client]]:
    return db.session.execute(_LINES, {"practice_id": act.practice_id, "act_id": act.id}).all()
