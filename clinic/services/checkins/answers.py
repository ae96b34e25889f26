"""Answering a check-in through its mailed link: signs named or denied, answers stored once and corrected."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from typing import Any

from clinic.domain.errors import LinkProblem, RuleBroken
from clinic.domain.notices import NoticeKind
from clinic.domain.types import CheckinState, LinkProblemKind, MistakeAnswer
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Checkin, CheckinAnswer, OutboxMessage, WarningFlag
from clinic.services import audit, notices, warnings
from clinic.services.checkins.opening import OpenedCheckin, open_link
from clinic.services.clock import now
from clinic.services.outbox import calling_back as checkins
from clinic.services.outbox import histories
from clinic.services.outbox import promises as outbox
from clinic.services.outbox.histories import HistoryLine
from clinic.services.transaction import transaction

NO_SIGNS = "none of the warning signs"
LATER_ANSWERED = "a later one was answered"


@dataclass(frozen=True, slots=True)
class CheckinReply:
    """What somebody answers. None for pain is "I would rather not say"."""

    days_practised: int
    pain: int | None
    mistake: MistakeAnswer | None
    contact_wanted: bool
    note: str | None = None


def deny_signs(secret: str) -> None:
    """Somebody says that none of the warning signs is new: noted once a day."""
    with transaction():
        opened = open_link(secret, lock=True)
        _refuse_closed(opened)
        if not opened.visit.may_answer:
            opened.checkin.signs_denied_at = now()
            _add_line(opened.checkin, NO_SIGNS)


def name_signs(secret: str, signs: Collection[str]) -> WarningFlag:
    """Somebody names warning signs: acted on at once, whether the rest is ever answered or not."""
    with transaction():
        opened = open_link(secret, lock=True)
        _refuse_archived(opened)
        flag = warnings.raise_flag(opened.client, signs, opened.checkin)
    return flag


def take_signs_back(secret: str, reason: str) -> None:
    """Somebody ticked a sign in this check-in by mistake; the practice reads why, and clears it or not."""
    with transaction():
        opened = open_link(secret, lock=True)
        _refuse_archived(opened)
        warnings.take_back(opened.client, opened.checkin, reason)


def answer(secret: str, given: CheckinReply) -> None:
    """Store an answer once; the same day it is corrected, later LinkProblem says that it is used."""
    with transaction():
        opened = open_link(secret, lock=True)
        _refuse_closed(opened)
        if not opened.visit.may_answer:
            raise RuleBroken(say("Please look at the warning signs first."))
        if opened.answer is None:
            _store(opened, given)
        else:
            _correct(opened, opened.answer, given)


def _refuse_archived(opened: OpenedCheckin) -> None:
    if opened.visit.is_archived:
        raise LinkProblem(LinkProblemKind.USED)


def _refuse_closed(opened: OpenedCheckin) -> None:
    _refuse_archived(opened)
    if opened.visit.is_closed:
        raise LinkProblem(LinkProblemKind.USED)


def _store(opened: OpenedCheckin, given: CheckinReply) -> None:
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
    checkin.remind_at = checkin.silent_since = None
    db.session.flush()
    _add_line(checkin)
    checkins.close_unanswered(checkin.practice_id, client.id, LATER_ANSWERED, checkin.local_date)
    outbox.cancel(checkin.practice_id, OutboxMessage.checkin_id == checkin.id, "answered already")
    _tell_wish(answer)
    _note(opened, "checkin.answered", **_telling(given))


def _correct(opened: OpenedCheckin, answer: CheckinAnswer, given: CheckinReply) -> None:
    before = _given(answer)
    if before == given:
        return
    for name, value in asdict(given).items():
        setattr(answer, name, value)
    answer.corrected_at = now()
    db.session.flush()
    _tell_wish(answer)
    _note(opened, "checkin.corrected", before=_telling(before), after=_telling(given))


def _given(answer: CheckinAnswer) -> CheckinReply:
    assert answer.days_practised is not None
    return CheckinReply(
        answer.days_practised, answer.pain, answer.mistake, answer.contact_wanted, answer.note
    )


def _telling(given: CheckinReply) -> dict[str, Any]:
    told = asdict(replace(given, mistake=None))
    return told | {"mistake": given.mistake.value if given.mistake else None}


def _tell_wish(answer: CheckinAnswer) -> None:
    if answer.contact_wanted:
        notices.tell(answer.practice_id, NoticeKind.CONTACT, client_id=answer.client_id, key=answer.id.hex)


def _add_line(checkin: Checkin, reason: str = "") -> None:
    histories.add([HistoryLine(checkin.practice_id, checkin.id, checkin.state, now(), reason)])


def _note(opened: OpenedCheckin, action: str, **details: Any) -> None:
    checkin, client = opened.checkin, opened.client
    audit.record_for(
        checkin.practice_id, client.name, action, client_id=client.id, subject_id=checkin.id, **details
    )
