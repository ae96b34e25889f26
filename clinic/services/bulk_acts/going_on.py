"""Begun, gone on with line by line, ended and undone: by the page for a few, by the worker for many.

A line is taken, done and settled in one transaction. Whoever dies in the middle of one leaves it waiting;
several workers at one act share its lines.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Sequence
from functools import partial

from sqlalchemy import ColumnElement, Row, exists, func, select, update

from clinic import queue
from clinic.domain.bulk_acts import (
    AT_ONCE,
    BulkActKind,
    BulkActState,
    LineReason,
    LineState,
    Verdict,
    may_be_undone,
)
from clinic.domain.errors import ClinicError, NotFound, RuleBroken, must_hold
from clinic.domain.own_moves import retired_problems
from clinic.domain.programs import first_day_problems
from clinic.domain.traces import trace
from clinic.domain.words import say
from clinic.extensions import db, for_writing
from clinic.models import BulkAct, BulkActLine, Client, User
from clinic.services import access, audit
from clinic.services.accounts.signing_in import actor_of
from clinic.services.actors import Actor
from clinic.services.bulk_acts import doing, undoing
from clinic.services.bulk_acts.facts import at_hand
from clinic.services.bulk_acts.wishes import BulkWish, wish_of
from clinic.services.clients import responsible
from clinic.services.clock import now, today_in
from clinic.services.programs import assigning
from clinic.services.reach import across_practices, from_nothing, stay_in
from clinic.services.transaction import after_commit, one_at_a_time, release, transaction

log = logging.getLogger(__name__)

TASK = "bulk_acts.go_on"
TOO_LATE = say(
    "An hour is over, or it has been undone already: change what is wrong in the records themselves."
)
# which lines an act that is not over is to deal with, and what it is when it has
DEALS_WITH = {BulkActState.UNDER_WAY: LineState.WAITING, BulkActState.BEING_UNDONE: LineState.DONE}
ENDS_AS = {BulkActState.UNDER_WAY: BulkActState.DONE, BulkActState.BEING_UNDONE: BulkActState.UNDONE}
LONGEST_SAID = 300


def begin(actor: Actor, act_id: uuid.UUID, wish: BulkWish) -> BulkAct:
    """Do what was chosen: a few at once, many in the background. Begun twice it is once. Staff only."""
    with transaction():
        act = _held(actor, act_id)
        if act.state is BulkActState.CHOSEN:
            if act.kind is BulkActKind.ASSIGN:
                _check_assignment(actor, wish)
            if act.kind is BulkActKind.HAND_OVER:
                responsible.taker(actor, wish.taker_id)
            act.state, act.wish, act.begun_at = BulkActState.UNDER_WAY, wish.kept(), now()
            act.chosen_by = actor.user_id  # whoever begins it answers for it
            audit.record(
                actor, "bulk_act.begun", subject_id=act.id, act=act.kind, clients=_size(act), of=wish.name
            )
            _go_on_soon(act)
    _now_if_few(act)
    return act


def undo(actor: Actor, act_id: uuid.UUID) -> BulkAct:
    """Undo all of an act that ended within the last hour, as far as it can be. Raises RuleBroken later."""
    with transaction():
        act = _held(actor, act_id)
        if act.state not in (BulkActState.BEING_UNDONE, BulkActState.UNDONE):
            if not may_be_undone(act.state, act.ended_at, now()):
                raise RuleBroken(TOO_LATE)
            act.state, act.undone_by, act.undone_at = BulkActState.BEING_UNDONE, actor.user_id, now()
            audit.record(actor, "bulk_act.undone", subject_id=act.id, act=act.kind)
            _go_on_soon(act)
    _now_if_few(act)
    return act


def go_on_with_all(stopping: Callable[[], bool] = lambda: False) -> int:
    """Go on with every act that is not over; returns how many lines were dealt with."""
    settled = 0
    for act_id, practice_id in _not_over():
        with from_nothing():
            stay_in(practice_id)
            settled += go_on(act_id, stopping)
    return settled


def go_on(act_id: uuid.UUID, stopping: Callable[[], bool] = lambda: False) -> int:
    """Deal with the lines of one act that are left, one transaction each; returns how many that were."""
    settled = 0
    while not stopping() and _next_line(act_id):
        settled += 1
    return settled


def _held(actor: Actor, act_id: uuid.UUID) -> BulkAct:
    """An act for the caller's transaction alone: of two presses the second sees what the first did."""
    act = access.bulk_act_for(actor, act_id)
    one_at_a_time(BulkAct, act.id)
    db.session.refresh(act)
    return act


def _check_assignment(actor: Actor, wish: BulkWish) -> None:
    """What is wrong with it for all of them is said before anything is done."""
    if wish.version_id is None or wish.starts_on is None:
        raise NotFound
    version = assigning.publishable(actor, wish.version_id)
    moves = (item.exercise for item in version.items)
    must_hold(retired_problems((move.name, move.retired_at) for move in moves))
    today = today_in(access.practice_of(actor).time_zone)
    must_hold(first_day_problems(wish.starts_on, None, today))


def _go_on_soon(act: BulkAct) -> None:
    if _size(act) > AT_ONCE:
        after_commit(TASK, partial(queue.nudge, TASK))


def _now_if_few(act: BulkAct) -> None:
    if act.state in DEALS_WITH and _size(act) <= AT_ONCE:
        go_on(act.id)
        db.session.refresh(act)


def _size(act: BulkAct) -> int:
    return db.session.scalar(select(func.count()).select_from(BulkActLine).where(*_of(act))) or 0


def _of(act: BulkAct) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return BulkActLine.practice_id == act.practice_id, BulkActLine.act_id == act.id


@across_practices("acts for many that are not over")
def _not_over() -> Sequence[Row[uuid.UUID, uuid.UUID]]:
    query = select(BulkAct.id, BulkAct.practice_id).where(BulkAct.state.in_(DEALS_WITH))
    with for_writing(False):
        found = db.session.execute(query.order_by(BulkAct.begun_at)).all()
        release()
    return found


def _next_line(act_id: uuid.UUID) -> bool:
    """Deal with one line; False where none is left, or others have all of them in hand."""
    line_id = None
    try:
        with transaction() as session:
            session.expire_all()  # what was read for the line before may have changed
            act = session.get_one(BulkAct, act_id)
            line = _take(act)
            if line is None:
                _end(act)
                return False
            line_id = line.id
            _deal_with(act, line)
    except Exception as error:
        if line_id is None:
            raise
        _refuse(line_id, error)
    return True


def _take(act: BulkAct) -> BulkActLine | None:
    if act.state not in DEALS_WITH:
        return None
    query = (
        select(BulkActLine)
        .where(*_of(act), BulkActLine.state == DEALS_WITH[act.state])
        .order_by(BulkActLine.position)
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    return db.session.scalars(query).one_or_none()


def _end(act: BulkAct) -> None:
    """It is over once no line is left, those in others' hands included."""
    if act.state not in DEALS_WITH:
        return
    left = exists().where(*_of(act), BulkActLine.state == DEALS_WITH[act.state])
    ended = {"state": ENDS_AS[act.state]} | ({"ended_at": now()} if act.ended_at is None else {})
    db.session.execute(
        update(BulkAct).where(BulkAct.id == act.id, BulkAct.state == act.state, ~left).values(ended)
    )


def _deal_with(act: BulkAct, line: BulkActLine) -> None:
    line.settled_at = now()
    user = db.session.get_one(User, _by(act))
    if not user.is_open:
        line.state = LineState.STAYS if line.state is LineState.DONE else LineState.LEFT_OUT
        line.reason = LineReason.ACCOUNT_CLOSED
        return
    actor = actor_of(user)
    one_at_a_time(Client, line.client_id)
    client = access.client_for(actor, line.client_id)
    if act.state is BulkActState.UNDER_WAY:
        _do(actor, act, line, client)
    else:
        reason = undoing.undo(actor, act.kind, wish_of(act.wish), line, client)
        line.state, line.reason = (LineState.STAYS if reason else LineState.UNDONE), reason


def _by(act: BulkAct) -> uuid.UUID:
    """In whose name it is gone on with."""
    if act.state is BulkActState.BEING_UNDONE and act.undone_by is not None:
        return act.undone_by
    return act.chosen_by


def _do(actor: Actor, act: BulkAct, line: BulkActLine, client: Client) -> None:
    wish = wish_of(act.wish)
    (who,) = at_hand(act.kind, access.practice_of(actor), [client], wish)
    found = who.verdict(act.kind, wish)
    if found.state is LineState.DONE:
        done = doing.do(actor, act, wish, who)
        line.made_id, line.before = done.made_id, done.before.hex if done.before else None
        found = done.verdict or found
    _settle(line, found)


def _settle(line: BulkActLine, found: Verdict) -> None:
    line.state, line.reason, line.said = found.state, found.reason, found.said


def _refuse(line_id: uuid.UUID, error: Exception) -> None:
    """Nothing was done for this client; the words are the use-case's own, those of a fault are ours."""
    with transaction() as session:
        session.expire_all()
        line = session.get_one(BulkActLine, line_id)
        if line.state not in DEALS_WITH.values():
            return
        line.state = LineState.STAYS if line.state is LineState.DONE else LineState.LEFT_OUT
        line.settled_at = now()
        if isinstance(error, ClinicError) and str(error):
            line.reason, line.said = None, str(error)[:LONGEST_SAID]
        else:
            log.error("line %s of an act for many: %s", line_id, trace(error))
            line.reason = LineReason.FAULT
