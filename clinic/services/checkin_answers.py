"""Answering a check-in through its mailed link.

The link shows the page of one check-in and stores what a person sends from it. It never shows what was
answered: whoever holds the mail (a scanner, a shared inbox) could read it there. That somebody said "none of
these" to the warning signs is kept as a line of the check-in's history, not in an address or a cookie.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, and_, select, update

from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.moves import named_mistake_in
from clinic.domain.progress import PainPoint, pain_up
from clinic.domain.redflags import locks_program
from clinic.domain.scheduling import load_zone, local_date
from clinic.domain.types import CheckinState, LinkProblemKind, LinkPurpose, MistakeAnswer
from clinic.extensions import db
from clinic.models import (
    Checkin,
    CheckinAnswer,
    CheckinEvent,
    Client,
    OutboxMessage,
    Practice,
    Prescription,
    WarningFlag,
)
from clinic.services import audit, checkins, links, outbox, warnings
from clinic.services.clock import now
from clinic.services.transaction import transaction

NO_SIGNS = "none of the warning signs"
LATER_ANSWERED = "a later one was answered"


class Stage(StrEnum):
    """Where somebody with a good link stands."""

    SIGNS = "signs"
    QUESTIONS = "questions"
    WARNED = "warned"
    ANSWERED = "answered"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Opened:
    """What a good link opens. `flag` is one that locks the program, wherever it was named."""

    checkin: Checkin
    client: Client
    practice: Practice
    answer: CheckinAnswer | None
    flag: WarningFlag | None
    denied_signs_at: datetime | None
    today: date

    @property
    def stage(self) -> Stage:
        """A warning first, then what was answered, then what is to be asked."""
        if self.flag is not None:
            return Stage.WARNED
        if self.answer is not None:
            return Stage.ANSWERED if self._on(self.answer.answered_at) == self.today else Stage.CLOSED
        return Stage.QUESTIONS if self.may_answer else Stage.SIGNS

    @property
    def may_answer(self) -> bool:
        """Whether the warning signs were asked today, or raised: they come first."""
        if self.flag is not None:
            return True
        return self.denied_signs_at is not None and self._on(self.denied_signs_at) == self.today

    @property
    def is_closed(self) -> bool:
        """Whether it was answered on an earlier day, so that nothing can be corrected any more."""
        return self.answer is not None and self._on(self.answer.answered_at) != self.today

    def _on(self, moment: datetime) -> date:
        return local_date(moment, load_zone(self.client.time_zone))


@dataclass(frozen=True, slots=True)
class Given:
    """What somebody answers. None for pain is "I would rather not say"."""

    days_practised: int
    pain: int | None
    mistake: MistakeAnswer | None
    contact_wanted: bool
    note: str | None = None


def open_link(secret: str) -> Opened:
    """What a link opens, storing nothing; raises LinkProblem if it opens nothing. Four queries."""
    return _opened(secret, lock=False)


def named_mistake(checkin: Checkin) -> str | None:
    """The practice's word for the mistake, as this client's program has it; None where it names none."""
    query = (
        select(Prescription.content)
        .where(Prescription.practice_id == checkin.practice_id, Prescription.program_id == checkin.program_id)
        .order_by(Prescription.position)
    )
    return named_mistake_in(db.session.scalars(query))


def deny_signs(secret: str) -> None:
    """Somebody says that none of the warning signs is new: noted once a day."""
    with transaction():
        opened = _opened(secret, lock=True)
        _refuse_closed(opened)
        if not opened.may_answer:
            checkins.note(opened.checkin.practice_id, opened.checkin.id, opened.checkin.state, NO_SIGNS)


def name_signs(secret: str, signs: Collection[str]) -> WarningFlag:
    """Somebody names warning signs: acted on at once, whether the rest is ever answered or not."""
    with transaction():
        opened = _opened(secret, lock=True)
        flag = warnings.raise_flag(opened.client, signs, opened.checkin)
    return flag


def answer(secret: str, given: Given) -> None:
    """Store an answer once; the same day it is corrected, later LinkProblem says that it is used."""
    with transaction():
        opened = _opened(secret, lock=True)
        _refuse_closed(opened)
        if not opened.may_answer:
            raise RuleBroken("Please look at the warning signs first.")
        if opened.answer is None:
            _store(opened, given)
        else:
            _correct(opened, opened.answer, given)


def needs_somebody(points: Collection[PainPoint], *, contact_wanted: bool) -> bool:
    """Whether an answer asks for a practitioner; one that does not is dealt with as it is stored."""
    return contact_wanted or pain_up(points) is not None


def _opened(secret: str, *, lock: bool) -> Opened:
    token = links.find(secret, LinkPurpose.CHECKIN)
    if lock:
        # twenty answers at once come one after the other; SQLite has one writer anyway
        db.session.scalar(select(Checkin.id).where(Checkin.id == token.checkin_id).with_for_update())
    query = (
        select(Checkin, Client, Practice, CheckinAnswer)
        .join(Client, _same(Client, Client.id == Checkin.client_id))
        .join(Practice, Practice.id == Checkin.practice_id)
        .outerjoin(CheckinAnswer, _same(CheckinAnswer, CheckinAnswer.checkin_id == Checkin.id))
        .where(Checkin.practice_id == token.practice_id, Checkin.id == token.checkin_id)
        .execution_options(populate_existing=lock)
    )
    row = db.session.execute(query).one_or_none()
    if row is None:
        raise LinkProblem(LinkProblemKind.UNKNOWN)
    today = local_date(now(), load_zone(row.Client.time_zone))
    return Opened(*row, _lock_of(row.Client), _denied_at(row.Checkin), today)


def _same(record: Any, condition: ColumnElement[bool]) -> ColumnElement[bool]:
    return and_(record.practice_id == Checkin.practice_id, condition)


def _lock_of(client: Client) -> WarningFlag | None:
    flag = warnings.open_flag(client)
    return flag if flag is not None and locks_program(flag.tier) else None


def _denied_at(checkin: Checkin) -> datetime | None:
    query = (
        select(CheckinEvent.happened_at)
        .where(
            CheckinEvent.practice_id == checkin.practice_id,
            CheckinEvent.checkin_id == checkin.id,
            CheckinEvent.reason == NO_SIGNS,
        )
        .order_by(CheckinEvent.happened_at.desc())
        .limit(1)
    )
    return db.session.scalar(query)


def _refuse_closed(opened: Opened) -> None:
    if opened.is_closed:
        raise LinkProblem(LinkProblemKind.USED)


def _store(opened: Opened, given: Given) -> None:
    checkin, client, at = opened.checkin, opened.client, now()
    answer = CheckinAnswer(
        id=uuid.uuid4(),
        practice_id=checkin.practice_id,
        checkin_id=checkin.id,
        client_id=client.id,
        answered_at=at,
        **asdict(given),
    )
    db.session.add(answer)
    checkin.state, checkin.answered_at, checkin.skip_reason = CheckinState.ANSWERED, at, None
    db.session.flush()
    checkins.note(checkin.practice_id, checkin.id, CheckinState.ANSWERED)
    checkins.close_unanswered(checkin.practice_id, client.id, LATER_ANSWERED)
    outbox.cancel(checkin.practice_id, OutboxMessage.checkin_id == checkin.id, "answered already")
    _settle(answer)
    _note(opened, "checkin.answered", **_telling(given))


def _correct(opened: Opened, answer: CheckinAnswer, given: Given) -> None:
    before = _given(answer)
    if before == given:
        return
    for name, value in asdict(given).items():
        setattr(answer, name, value)
    answer.corrected_at = now()
    db.session.flush()
    _settle(answer)
    _note(opened, "checkin.corrected", before=_telling(before), after=_telling(given))


def _given(answer: CheckinAnswer) -> Given:
    assert answer.days_practised is not None
    return Given(answer.days_practised, answer.pain, answer.mistake, answer.contact_wanted, answer.note)


def _telling(given: Given) -> dict[str, Any]:
    told = asdict(replace(given, mistake=None))
    return told | {"mistake": given.mistake.value if given.mistake else None}


def _settle(answer: CheckinAnswer) -> None:
    """Leave open what asks for a practitioner; the newest answer speaks for the pain of earlier ones."""
    at = now()
    db.session.execute(
        update(CheckinAnswer)
        .where(
            CheckinAnswer.practice_id == answer.practice_id,
            CheckinAnswer.client_id == answer.client_id,
            CheckinAnswer.id != answer.id,
            CheckinAnswer.handled_at.is_(None),
            CheckinAnswer.contact_wanted.is_(False),
        )
        .values(handled_at=at)
    )
    open_for_somebody = needs_somebody(_points(answer), contact_wanted=answer.contact_wanted)
    answer.handled_by, answer.handled_at = None, None if open_for_somebody else at


def _points(answer: CheckinAnswer) -> list[PainPoint]:
    query = (
        select(CheckinAnswer.answered_at, CheckinAnswer.pain)
        .where(CheckinAnswer.practice_id == answer.practice_id, CheckinAnswer.client_id == answer.client_id)
        .order_by(CheckinAnswer.answered_at)
    )
    return [PainPoint(at.date(), pain) for at, pain in db.session.execute(query)]


def _note(opened: Opened, action: str, **details: Any) -> None:
    checkin, client = opened.checkin, opened.client
    audit.record_for(
        checkin.practice_id, client.name, action, client_id=client.id, subject_id=checkin.id, **details
    )
