"""What a client practises today, one move after another, and what to think of first."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, union_all

from clinic.domain.practising import leads_with_fix
from clinic.domain.types import MistakeAnswer
from clinic.extensions import db
from clinic.models import CheckinAnswer, Client, PracticeLog
from clinic.models.base import given
from clinic.services.actors import Actor
from clinic.services.programs.diary import Diary, diary

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
_LAST_SAID = select(_SAID.c.mistake).order_by(_SAID.c.at.desc()).limit(1)


@dataclass(frozen=True, slots=True)
class DayPractice:
    """The client's day as the diary has it, and whether the fix of the mistake comes before its move."""

    diary: Diary
    fix_first: bool

    @property
    def problem(self) -> str | None:
        """Why there is nothing to practise today, in words for the client; None if there is."""
        problem = self.diary.problem_with(self.diary.today)
        if problem is None and not self.diary.moves:
            return "There is no move for today."
        return problem


def of_today(actor: Actor) -> DayPractice:
    """The signed-in client's practice of today. One query more than the diary."""
    found = diary(actor)
    return DayPractice(found, leads_with_fix(_last_said(found.client)))


def _last_said(client: Client) -> MistakeAnswer | None:
    """What was said last of the named mistake, in a log or a check-in."""
    return db.session.scalar(_LAST_SAID, {"practice_id": client.practice_id, "client_id": client.id})
