"""The form re-check: which move is looked at, what is asked of it, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import select

from clinic.domain import rechecks as rules
from clinic.domain.errors import RuleBroken
from clinic.domain.moves import MoveContent
from clinic.domain.rechecks import RecheckResult, SelfTest
from clinic.domain.types import MistakeAnswer, ProgramStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, FormRecheck
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import noticed, own, tapering
from clinic.services.programs.noticed import Noticed
from clinic.services.programs.own import OwnMove, OwnPrograms
from clinic.services.transaction import one_at_a_time, transaction

NOTHING = say("There is no move to look at just now.")


@dataclass(frozen=True, slots=True)
class AskedRecheck:
    """A move to look at, how to find out whether it is right, and how its client stands."""

    held: OwnPrograms
    move: OwnMove | None  # None: nothing is practised now
    tests: Sequence[SelfTest]
    noticed: Noticed


def of_client(actor: Actor) -> AskedRecheck:
    """The re-check of the signed-in client. A query more than their programs take."""
    found = own.held(actor)
    move = _checked(found)
    tests = rules.self_tests(MoveContent.from_json(move.prescription.content)) if move else ()
    return AskedRecheck(found, move, tests, noticed.of_client(found.client, found.today))


def check(actor: Actor, answers: Sequence[MistakeAnswer | None]) -> RecheckResult:
    """Keep what a client found out today, once; said again it is put right.

    Passed by somebody who manages alone, it is offered to the practice that they graduate.
    """
    with transaction():
        one_at_a_time(Client, actor.client_id)
        asked = of_client(actor)
        if asked.move is None:
            raise RuleBroken(NOTHING)
        rules.check_answers(answers, asked.tests)
        result = rules.recheck_result([each for each in answers if each])
        client = asked.held.client
        if row := _keep(asked, asked.move, [each.value for each in answers if each], result):
            noticed.keep_due(client)
            about = {"client_id": client.id, "subject_id": row.id}
            audit.record(actor, f"recheck.{result.value}", day=asked.held.today.isoformat(), **about)
            tapering.consider_client(client, now())
    return result


def _checked(found: OwnPrograms) -> OwnMove | None:
    """The move that is looked at, of those that are practised now."""
    moves = found.moves if found.status is ProgramStatus.ACTIVE and not found.locked else ()
    number = rules.checked_move([MoveContent.from_json(each.prescription.content) for each in moves])
    return None if number is None else moves[number]


def _keep(
    asked: AskedRecheck, move: OwnMove, answers: list[str], result: RecheckResult
) -> FormRecheck | None:
    """The row of today; None where it says the same already."""
    client, today = asked.held.client, asked.held.today
    query = select(FormRecheck).where(
        FormRecheck.practice_id == client.practice_id,
        FormRecheck.client_id == client.id,
        FormRecheck.local_date == today,
    )
    row = db.session.scalars(query).one_or_none()
    tests = [{"title": each.title, "test": each.test} for each in asked.tests]
    said = {"prescription_id": move.prescription.id, "asked": tests, "answers": answers, "result": result}
    if row is None:
        about = {"practice_id": client.practice_id, "client_id": client.id, "local_date": today}
        row = FormRecheck(**about, **said, said_at=now())
        db.session.add(row)
    elif (row.asked, row.answers) == (tests, answers):
        return None
    else:
        for name, value in said.items():
            setattr(row, name, value)
        row.corrected_at = now()
    db.session.flush()
    return row
