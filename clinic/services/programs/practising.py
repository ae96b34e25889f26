"""What a client practises today, one move after another, and what to think of first."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, reduce

from sqlalchemy import select, union_all
from sqlalchemy.orm import joinedload

from clinic.domain.practising import UNCOUNTED, Practised, Repetitions, asked_of, leads_with_fix
from clinic.domain.side_by_side import AskedDose
from clinic.domain.types import LogOutcome, MistakeAnswer, ProgramStatus
from clinic.extensions import db
from clinic.models import CheckinAnswer, Client, PracticeLog, Program
from clinic.models.base import among, given
from clinic.services import rows
from clinic.services.actors import Actor
from clinic.services.programs.diary import Diary, diary, practised_on, stopped_under_way, ways_taken
from clinic.services.programs.own import OwnMove, numbered

# Made once, so that the page costs the query alone. A log and a check-in ask the same question.
_SAID = union_all(
    *(
        select(at.label("at"), source.mistake).where(
            given(source.practice_id), given(source.client_id), source.mistake.is_not(None)
        )
        for source, at in (
            (PracticeLog, PracticeLog.logged_at),
            (CheckinAnswer, CheckinAnswer.answered_at),
        )
    )
).subquery()
_STOPPED = (
    select(Program)
    .where(given(Program.practice_id), among(Program.id, "programs"))
    .order_by(Program.assigned_at, Program.id)
    .options(joinedload(Program.prescriptions))
)
_LAST_SAID = select(_SAID.c.mistake).order_by(_SAID.c.at.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class PartAsked:
    """One move with one dose, the prescriptions that ask it, and what was counted of it today."""

    move: OwnMove
    dose: AskedDose
    prescriptions: Sequence[uuid.UUID]
    before: Repetitions
    allows_harder: bool
    taken: str = ""  # the easier way that was taken this morning

    @property
    def is_done(self) -> bool:
        """Whether it is done for today, as often as is asked."""
        return self.before.outcome(asked_of(self.dose.dose)) is LogOutcome.DONE


@dataclass(frozen=True)
class DayPractice:
    """The client's day as the diary has it, what was counted of it, and whether the fix comes first."""

    diary: Diary
    fix_first: bool
    practised: Mapping[uuid.UUID, Practised]  # by prescription
    taken: Mapping[uuid.UUID, str]  # easier ways of this morning, by move
    stopped: Sequence[Program] = ()  # that ended today, where none goes on

    @cached_property
    def problem(self) -> str | None:
        """Why there is nothing to practise today, in words for the client; None if there is."""
        if self.diary.status is ProgramStatus.PAUSED:
            return "Your program is paused. There is nothing to practise today."
        if self.diary.problem_with(self.diary.today) or not self._all:
            return "There is nothing to practise today."
        return None

    @property
    def was_under_way(self) -> bool:
        """Whether somebody may have been in the middle of it when it stopped: what they did can be kept."""
        return bool(self.problem and self._all and stopped_under_way(self.diary, self.diary.today))

    @cached_property
    def parts(self) -> Sequence[PartAsked]:
        """What there is to do now, one after another: what is not done for today yet, or all of it again."""
        return [each for each in self._all if not each.is_done] or self._all

    @property
    def whole(self) -> Sequence[PartAsked]:
        """All there is on this day, done or not."""
        return self._all

    @property
    def left_out(self) -> Sequence[str]:
        """The moves that are done for today, by name, while others are not."""
        done = [each for each in self._all if each not in self.parts]
        return list(dict.fromkeys(each.move.prescription.content["name"] for each in done))

    @cached_property
    def _all(self) -> Sequence[PartAsked]:
        harder_in = {each.id for each in self.diary.programs if each.allows_harder}
        moves = self.diary.moves or numbered(self.stopped)
        asked = ((move, dose) for move in moves for dose in move.merged.doses)
        parts = (_part(move, dose, self.practised, harder_in) for move, dose in asked)
        return [replace(each, taken=self.taken.get(each.move.prescription.exercise_id, "")) for each in parts]


def _part(
    move: OwnMove,
    asked: AskedDose,
    practised: Mapping[uuid.UUID, Practised],
    harder_in: Collection[uuid.UUID],
) -> PartAsked:
    ids = [each.prescription_id for each in move.merged.given if each.dose == asked.dose]
    before = reduce(Repetitions.further, (practised.get(each, UNCOUNTED).reps for each in ids))
    return PartAsked(move, asked, ids, before, move.prescription.program_id in harder_in)


def of_today(actor: Actor) -> DayPractice:
    """The signed-in client's practice of today.

    A query more than the diary, another once today is logged, and one where yesterday hurt.
    """
    found = diary(actor)
    is_logged = any(log.local_date == found.today for log in found.logs)
    practised = practised_on(found.client, found.today) if is_logged else {}
    fix_first = leads_with_fix(_last_said(found.client))
    taken = ways_taken(found, found.today)
    return DayPractice(found, fix_first, practised, taken, _stopped_today(found))


def _stopped_today(found: Diary) -> Sequence[Program]:
    """The programs that ended while somebody may have practised them. A query where none goes on."""
    ended = stopped_under_way(found, found.today) if not found.programs else ()
    if not ended:
        return ()
    which = {"practice_id": found.client.practice_id, "programs": list(ended)}
    return db.session.scalars(_STOPPED, which).unique().all()


def _last_said(client: Client) -> MistakeAnswer | None:
    """What was said last of the named mistake, in a log or a check-in."""
    return rows.value(_LAST_SAID, {"practice_id": client.practice_id, "client_id": client.id})
