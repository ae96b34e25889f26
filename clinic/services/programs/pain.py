"""What a logged pain is answered with, for each move of a day, and how it is the morning after."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import Row, bindparam, select

from clinic.domain.errors import NotFound, RuleBroken
from clinic.domain.moves import MoveContent
from clinic.domain.pain_rule import (
    WINDOW,
    MorningAnswer,
    PainAnswer,
    PainRuling,
    PainSaid,
    ceiling_of,
    morning_answer,
    most_careful,
    pain_ruling,
)
from clinic.domain.progress import PainPoint
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, PainMorning, Prescription
from clinic.models.base import given
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.diary import Diary, LoggedMove
from clinic.services.transaction import one_at_a_time, transaction

_MORNINGS = select(PainMorning.local_date, PainMorning.settled, PainMorning.easier).where(
    given(PainMorning.practice_id),
    given(PainMorning.client_id),
    PainMorning.local_date > bindparam("since"),
)
DAY = timedelta(days=1)
NOTHING_TO_SAY = say("There is nothing to answer here this morning.")
NOTHING_TO_EASE = say("This is not offered just now. Open the page again.")


@dataclass(frozen=True)
class MovePain:
    """What a day's pain means for one move; its stored wording is read once somebody asks for it."""

    prescription: Prescription
    ruling: PainRuling

    @cached_property
    def move(self) -> MoveContent:
        """The move in the wording that the client has."""
        return MoveContent.from_json(self.prescription.content)


@dataclass(frozen=True, slots=True)
class DayPain:
    """What a day's pain means for the moves of which something was said."""

    day: date
    moves: Sequence[MovePain]

    @property
    def ruling(self) -> PainRuling:
        """That of the day: the most careful answer, and a rise if any move has one."""
        answer = most_careful(each.ruling.answer for each in self.moves)
        rises = [each.ruling.rise for each in self.moves if each.ruling.rise]
        return PainRuling(answer or PainAnswer.FINE, max(rises, key=lambda rise: rise.points, default=None))


@dataclass(frozen=True, slots=True)
class AskedMorning:
    """A morning after a pain that was not fine: whether it has settled, and what follows.

    `taken` are the easier ways that were taken for the day, by move.
    """

    before: DayPain
    settled: bool | None = None
    answer: MorningAnswer | None = None
    taken: Mapping[uuid.UUID, str] = field(default_factory=dict)

    @property
    def affected(self) -> Sequence[MovePain]:
        """The moves that hurt the day before."""
        return [each for each in self.before.moves if each.ruling.needs_care]


def ceiling(client: Client) -> int:
    """The pain, of 10, from which a client is told to stop."""
    return ceiling_of(client.pain_ceiling, client.practice.pain_ceiling)


def of_day(found: Diary, day: date) -> DayPain | None:
    """What the pain logged for a day means; None where nothing was said of it. No query of its own."""
    moves = {move.id: move for move in practice_logs.moves_on(found, day)}
    rulings = {log.prescription_id: _ruling(found, log) for log in found.logs if log.local_date == day}
    told = [
        MovePain(move, ruling)
        for move_id, move in moves.items()
        if (ruling := rulings.get(move_id)) is not None
    ]
    return DayPain(day, told) if told else None


def is_left_for_now(found: Diary, told: DayPain | None, asked: AskedMorning | None) -> bool:
    """Whether the newest word to the client is to leave all of today's moves for now."""
    if told is None:
        return asked is not None and asked.answer is MorningAnswer.STOP
    stopped = {each.prescription.id for each in told.moves if each.ruling.answer is PainAnswer.STOP}
    return all(each.prescription.id in stopped for each in found.moves)


def this_morning(found: Diary) -> AskedMorning | None:
    """What is asked today of yesterday's pain, and what was said; None where nothing is.

    One query where yesterday hurt.
    """
    before = _yesterday(found)
    if before is None:
        return None
    mornings = _mornings(found)
    said = mornings.get(found.today)
    if said is None:
        return AskedMorning(before)
    settled_on = {day: row.settled for day, row in mornings.items()}
    answer = morning_answer(said.settled, before.ruling, settled_on, found.today)
    return AskedMorning(before, said.settled, answer, practice_logs.ways_in(said.easier))


def say_morning(actor: Actor, settled: bool) -> AskedMorning:
    """Keep how it is this morning, once a day, and answer; said again it is put right."""
    with transaction():
        one_at_a_time(Client, actor.client_id)
        found = practice_logs.diary(actor)
        asked = this_morning(found)
        if asked is None:
            raise RuleBroken(NOTHING_TO_SAY)
        if asked.settled is settled:
            return asked
        _keep(found.client, found.today, settled)
        audit.record(
            actor,
            "pain.settled" if settled else "pain.still_up",
            client_id=found.client.id,
            day=found.today.isoformat(),
            corrected=asked.settled is not None,
        )
        follows = this_morning(found)
        assert follows is not None
    return follows


def take_easier(actor: Actor, prescription_id: uuid.UUID, number: int) -> str:
    """Do a move that still hurts in one of its easier ways today, by its number among them; says which.

    Today's log has it from then on, and guided practice begins with it. NotFound for another move or way;
    RuleBroken where it is not offered this morning.
    """
    with transaction():
        one_at_a_time(Client, actor.client_id)
        found = practice_logs.diary(actor)
        asked = this_morning(found)
        if asked is None or asked.answer is not MorningAnswer.EASIER:
            raise RuleBroken(NOTHING_TO_EASE)
        affected = {each.prescription.id: each for each in asked.affected}
        ways = affected[prescription_id].move.easier if prescription_id in affected else ()
        if not 0 <= number < len(ways):
            raise NotFound
        move = affected[prescription_id].prescription
        if asked.taken.get(move.exercise_id) != ways[number]:
            _take(found.client, found.today, move, ways[number])
            about = {"client_id": found.client.id, "subject_id": move.id}
            audit.record(actor, "practice.easier", day=found.today.isoformat(), **about)
    return ways[number]


def _take(client: Client, day: date, move: Prescription, way: str) -> None:
    row = _morning_of(client, day)
    assert row is not None
    row.easier = {**(row.easier or {}), move.exercise_id.hex: way}


def _yesterday(found: Diary) -> DayPain | None:
    """The day before, if its pain is asked about now: not where nothing is practised today."""
    if not found.may_log(found.today):
        return None
    told = of_day(found, found.today - DAY)
    return told if told and told.ruling.needs_care else None


def _mornings(found: Diary) -> Mapping[date, Row[Any]]:
    client = found.client
    which = {"practice_id": client.practice_id, "client_id": client.id, "since": found.today - WINDOW}
    return {row.local_date: row for row in db.session.execute(_MORNINGS, which)}


def _ruling(found: Diary, log: LoggedMove) -> PainRuling | None:
    said = PainSaid(log.local_date, log.pain, log.outcome, log.obstacle)
    return pain_ruling(said, ceiling(found.client), _pains(found, log.prescription_id))


def _pains(found: Diary, prescription_id: uuid.UUID) -> Iterator[PainPoint]:
    return (
        PainPoint(log.local_date, log.pain) for log in found.logs if log.prescription_id == prescription_id
    )


def _morning_of(client: Client, day: date) -> PainMorning | None:
    query = select(PainMorning).where(
        PainMorning.practice_id == client.practice_id,
        PainMorning.client_id == client.id,
        PainMorning.local_date == day,
    )
    return db.session.scalars(query).one_or_none()


def _keep(client: Client, day: date, settled: bool) -> None:
    kept = _morning_of(client, day)
    if kept is None:
        about = {"practice_id": client.practice_id, "client_id": client.id}
        db.session.add(PainMorning(**about, local_date=day, settled=settled, said_at=now()))
    else:
        kept.settled, kept.corrected_at = settled, now()
