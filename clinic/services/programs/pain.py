"""What a logged pain is answered with, for each move of a day, and how it is the morning after."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, select

from clinic.domain.errors import RuleBroken
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
from clinic.extensions import db
from clinic.models import Client, PainMorning
from clinic.models.base import given
from clinic.services import audit
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.programs import diary as practice_logs
from clinic.services.programs.diary import Diary, LoggedMove
from clinic.services.transaction import one_at_a_time, transaction

_MORNINGS = select(PainMorning.local_date, PainMorning.settled).where(
    given(PainMorning.practice_id),
    given(PainMorning.client_id),
    PainMorning.local_date > bindparam("since"),
)
DAY = timedelta(days=1)
NOTHING_TO_SAY = "There is nothing to answer here this morning."


@dataclass(frozen=True)
class MovePain:
    """What a day's pain means for one move; its stored wording is read once somebody asks for it."""

    content: Mapping[str, Any]
    ruling: PainRuling

    @cached_property
    def move(self) -> MoveContent:
        """The move in the wording that the client has."""
        return MoveContent.from_json(self.content)


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
    """A morning after a pain that was not fine: whether it has settled, and what follows."""

    before: DayPain
    settled: bool | None = None
    answer: MorningAnswer | None = None

    @property
    def affected(self) -> Sequence[MoveContent]:
        """The moves that hurt the day before."""
        return [each.move for each in self.before.moves if each.ruling.needs_care]


def ceiling(client: Client) -> int:
    """The pain, of 10, from which a client is told to stop."""
    return ceiling_of(client.pain_ceiling, client.practice.pain_ceiling)


def of_day(found: Diary, day: date) -> DayPain | None:
    """What the pain logged for a day means; None where nothing was said of it. No query of its own."""
    moves = {move.id: move for move in practice_logs.moves_on(found, day)}
    rulings = {log.prescription_id: _ruling(found, log) for log in found.logs if log.local_date == day}
    told = [
        MovePain(move.content, ruling)
        for move_id, move in moves.items()
        if (ruling := rulings.get(move_id)) is not None
    ]
    return DayPain(day, told) if told else None


def this_morning(found: Diary) -> AskedMorning | None:
    """What is asked today of yesterday's pain, and what was said; None where nothing is.

    One query where yesterday hurt.
    """
    before = _yesterday(found)
    if before is None:
        return None
    mornings = _mornings(found)
    settled = mornings.get(found.today)
    if settled is None:
        return AskedMorning(before)
    return AskedMorning(before, settled, morning_answer(settled, before.ruling, mornings, found.today))


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


def _yesterday(found: Diary) -> DayPain | None:
    """The day before, if its pain is asked about now: not where nothing is practised today."""
    if not found.may_log(found.today):
        return None
    told = of_day(found, found.today - DAY)
    return told if told and told.ruling.needs_care else None


def _mornings(found: Diary) -> Mapping[date, bool]:
    client = found.client
    which = {"practice_id": client.practice_id, "client_id": client.id, "since": found.today - WINDOW}
    return {row.local_date: row.settled for row in db.session.execute(_MORNINGS, which)}


def _ruling(found: Diary, log: LoggedMove) -> PainRuling | None:
    said = PainSaid(log.local_date, log.pain, log.outcome, log.obstacle)
    return pain_ruling(said, ceiling(found.client), _pains(found, log.prescription_id))


def _pains(found: Diary, prescription_id: uuid.UUID) -> Iterator[PainPoint]:
    return (
        PainPoint(log.local_date, log.pain) for log in found.logs if log.prescription_id == prescription_id
    )


def _keep(client: Client, day: date, settled: bool) -> None:
    query = select(PainMorning).where(
        PainMorning.practice_id == client.practice_id,
        PainMorning.client_id == client.id,
        PainMorning.local_date == day,
    )
    kept = db.session.scalars(query).one_or_none()
    if kept is None:
        about = {"practice_id": client.practice_id, "client_id": client.id}
        db.session.add(PainMorning(**about, local_date=day, settled=settled, said_at=now()))
    else:
        kept.settled, kept.corrected_at = settled, now()
