"""What a client wants to be able to do again: written down, reached, removed, put back."""

from __future__ import annotations

import uuid

from sqlalchemy import func, select

from clinic.domain.errors import Forbidden, must_hold
from clinic.domain.goals import GoalAct, GoalState, after, problems
from clinic.extensions import db
from clinic.models import Client, ClientGoal
from clinic.services import access, audit, once
from clinic.services.actors import Actor
from clinic.services.clock import now, today_in
from clinic.services.transaction import one_at_a_time, transaction

VERBS = {
    GoalAct.REACHED: "goal.reached",
    GoalAct.OPEN: "goal.open",
    GoalAct.REMOVE: "goal.remove",
    GoalAct.PUT_BACK: "goal.put_back",
}


def add(actor: Actor, key: str, words: str) -> ClientGoal:
    """Write down a goal of the signed-in client's; a form pressed twice makes one."""
    with transaction():
        client = access.own_client(actor)
        one_at_a_time(Client, client.id)
        goal_id = once.id_of(ClientGoal, actor.practice_id, key, client.id, words)
        if made := once.made_before(ClientGoal, actor.practice_id, goal_id):
            return made
        must_hold(problems(words, _open_goals(client)))
        row = ClientGoal(
            id=goal_id, practice_id=client.practice_id, client_id=client.id, words=words.strip(), set_at=now()
        )
        row, is_new = once.add(row)
        if is_new:
            audit.record(actor, "goal.set", client_id=client.id, subject_id=row.id)
    return row


def mark(actor: Actor, goal_id: uuid.UUID, act: GoalAct) -> ClientGoal:
    """What the client says of a goal of theirs; a second press changes nothing."""
    with transaction():
        row = access.goal_for(actor, goal_id)
        if actor.client_id is None:
            raise Forbidden("A goal is the client’s own.")
        one_at_a_time(ClientGoal, row.id)
        db.session.refresh(row)
        client = access.own_client(actor)
        before = GoalState(row.reached_on, is_removed=row.removed_at is not None)
        state = after(before, act, today_in(client.time_zone))
        if state != before:
            if act is GoalAct.PUT_BACK:
                must_hold(problems(row.words, _open_goals(client) if state.reached_on is None else 0))
            row.reached_on = state.reached_on
            row.removed_at = (row.removed_at or now()) if state.is_removed else None
            audit.record(actor, VERBS[act], client_id=client.id, subject_id=row.id)
    return row


def _open_goals(client: Client) -> int:
    query = select(func.count()).where(
        ClientGoal.practice_id == client.practice_id,
        ClientGoal.client_id == client.id,
        ClientGoal.reached_on.is_(None),
        ClientGoal.removed_at.is_(None),
    )
    return db.session.scalar(query) or 0
