"""The form re-check: which moves are looked at, what is asked of each, and what came of it."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain import rechecks as rules
from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.moves import MoveContent
from clinic.domain.rechecks import RecheckResult, SelfTest
from clinic.domain.types import MistakeAnswer, ProgramStatus
from clinic.extensions import db
from clinic.models import Client, FormRecheck
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import noticed, own, tapering
from clinic.services.programs.noticed import MoveNoticed, Noticed
from clinic.services.programs.own import OwnMove, OwnPrograms
from clinic.services.transaction import one_at_a_time, transaction

NOTHING = "There is no move to look at just now."


@dataclass(frozen=True, slots=True)
class MoveCheck:
    """A move to look at, how to find out whether it is right, and how its client stands with it."""

    move: OwnMove
    tests: Sequence[SelfTest]
    noticed: MoveNoticed


@dataclass(frozen=True, slots=True)
class AskedRechecks:
    """The moves that a client may look at: those they practise now, each once."""

    held: OwnPrograms
    checks: Sequence[MoveCheck]
    noticed: Noticed


def of_client(actor: Actor) -> AskedRechecks:
    """The re-checks of the signed-in client. A query more than their programs take."""
    found = own.held(actor)
    told = noticed.of_client(found.client, found.today)
    standings = {each.move_id: each for each in told.moves}
    moves = found.moves if found.status is ProgramStatus.ACTIVE and not found.locked else ()
    once = {each.prescription.exercise_id: each for each in reversed(moves)}
    checks = [
        MoveCheck(
            each, rules.self_tests(MoveContent.from_json(each.prescription.content)), standings[move_id]
        )
        for move_id, each in reversed(once.items())
    ]
    return AskedRechecks(found, checks, told)


def check(actor: Actor, prescription_id: uuid.UUID, answers: Sequence[MistakeAnswer | None]) -> RecheckResult:
    """Keep what a client found out of a move today, once; said again it is put right.

    With all of their moves right, somebody who manages alone is offered to the practice to graduate.
    """
    with transaction():
        one_at_a_time(Client, actor.client_id)
        asked = of_client(actor)
        if not asked.checks:
            raise RuleBroken(NOTHING)
        of_move = next((each for each in asked.checks if each.move.prescription.id == prescription_id), None)
        if of_move is None:
            raise NotFound
        rules.check_answers(answers, of_move.tests)
        said = [each for each in answers if each]
        result, client = rules.recheck_result(said), asked.held.client
        if row := _keep(asked, of_move, [each.value for each in said], result):
            noticed.keep_due(client)
            audit.record(
                actor,
                f"recheck.{result.value}",
                client_id=client.id,
                subject_id=row.id,
                day=asked.held.today.isoformat(),
                move=str(of_move.move.prescription.content["name"]),
            )
            tapering.consider_client(client, now())
    return result


def _keep(
    asked: AskedRechecks, of_move: MoveCheck, answers: list[str], result: RecheckResult
) -> FormRecheck | None:
    """The row of the move and today; None where it says the same already."""
    client, today = asked.held.client, asked.held.today
    tests = [{"title": each.title, "test": each.test} for each in of_move.tests]
    which = {"practice_id": client.practice_id, "prescription_id": of_move.move.prescription.id}
    row = db.session.scalars(select(FormRecheck).filter_by(**which, local_date=today)).one_or_none()
    said = {"asked": tests, "answers": answers, "result": result}
    if row is None:
        row = FormRecheck(**which, **said, client_id=client.id, local_date=today, said_at=now())
        db.session.add(row)
    elif (row.asked, row.answers) == (tests, answers):
        return None
    else:
        for name, value in said.items():
            setattr(row, name, value)
        row.corrected_at = now()
    db.session.flush()
    return row
