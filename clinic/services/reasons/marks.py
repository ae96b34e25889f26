"""Which clients a transaction has to do with, as far as reasons go: put right before it commits.

Rows that are written as objects are seen here by themselves, so that no use-case can forget it. A statement
that writes rows past them is not: whoever sends one that can change a reason says so with `touch`.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import event, inspect
from sqlalchemy.orm import Session

from clinic.domain.attention import KINDS, OF_ANSWERS, OF_LOGS, AttentionKind
from clinic.extensions import db
from clinic.models import (
    AnswerWait,
    Assessment,
    Checkin,
    CheckinAnswer,
    Client,
    Consent,
    FormRecheck,
    Invitation,
    PainMorning,
    PracticeLog,
    PracticeStop,
    Program,
    QuestionnaireResponse,
    ReasonHandling,
    WarningFlag,
)
from clinic.services.reasons.facts import Key
from clinic.services.reasons.keeping import keep
from clinic.services.transaction import before_commit

TOUCHED = "touched_clients"
OF_ASSESSMENTS = (AttentionKind.RETEST_DUE, AttentionKind.ASSESSMENT_DUE)
OF_PROGRAMS = (
    *(AttentionKind.NOT_PRACTISED, AttentionKind.ENDING, AttentionKind.PRACTICE_DROPPED),
    *OF_ASSESSMENTS,
)


@dataclass(frozen=True, slots=True)
class _Watch:
    """Which kinds of reason hang on a record; of one that is changed, only if one of these columns is."""

    kinds: tuple[AttentionKind, ...]
    columns: frozenset[str]


def _watch(columns: str, *kinds: AttentionKind) -> _Watch:
    return _Watch(kinds, frozenset(columns.split()))


# A pause, an end or a restart is an event of a program and changes its status, too.
WATCHED: dict[type[Any], tuple[_Watch, ...]] = {
    WarningFlag: (_watch("tier raised_at cleared_at", AttentionKind.WARNING_SIGN),),
    QuestionnaireResponse: (
        _watch("screen_positive", AttentionKind.SCREEN_POSITIVE, AttentionKind.ACTIVITIES),
    ),
    CheckinAnswer: (_watch("pain contact_wanted note corrected_at", *OF_ANSWERS),),
    Checkin: (_watch("state silent_since answered_at due_at", AttentionKind.NOT_ANSWERED),),
    Program: (_watch("status starts_on ends_on paused_from paused_until", *OF_PROGRAMS),),
    Consent: (_watch("withdrawn_at", AttentionKind.CONSENT_WITHDRAWN),),
    Assessment: (_watch("status taken_on", *OF_ASSESSMENTS),),
    PracticeLog: (
        _watch("local_date", AttentionKind.NOT_PRACTISED, AttentionKind.STOPPED_HURTS),
        _watch("local_date outcome obstacle pain note corrected_at", *OF_LOGS),
    ),
    PainMorning: (_watch("settled corrected_at", AttentionKind.STILL_UP),),
    AnswerWait: (_watch("asked_at last_at due_at answered_at", AttentionKind.ANSWER_LATE),),
    FormRecheck: (_watch("result corrected_at", AttentionKind.RECHECK_FAILED),),
    PracticeStop: (_watch("reason corrected_at", AttentionKind.STOPPED_HURTS, AttentionKind.NOT_PRACTISED),),
    Invitation: (_watch("accepted_at revoked_at created_at", AttentionKind.NEVER_SIGNED_IN),),
    Client: (
        _watch("status", *KINDS),
        _watch("bounced_at returning_since", AttentionKind.BOUNCED),
        _watch("pain_ceiling", *OF_LOGS, *OF_ANSWERS),
        _watch("user_id", AttentionKind.NEVER_SIGNED_IN),
    ),
}


def touch(practice_id: uuid.UUID, clients: Iterable[uuid.UUID], *kinds: AttentionKind) -> None:
    """What reasons of these kinds hang on has changed of these clients, in the caller's transaction."""
    touched = db.session().info.setdefault(TOUCHED, {})
    for client_id in clients:
        touched.setdefault((practice_id, client_id), set()).update(kinds)
    if touched:
        before_commit(TOUCHED, _keep_touched)


def settle() -> None:
    """Put right now what hangs on the rows written so far, where the rest of a transaction asks about it."""
    db.session.flush()
    if TOUCHED in db.session().info:
        _keep_touched()


def _keep_touched() -> None:
    touched: dict[Key, set[AttentionKind]] = db.session().info.pop(TOUCHED, {})
    keep(touched)


@event.listens_for(Session, "after_flush")
def _see(session: Session, _context: object) -> None:
    for row in (*session.new, *session.dirty, *session.deleted):
        kinds = set(_kinds(session, row))
        if kinds:
            touch(row.practice_id, [row.id if isinstance(row, Client) else row.client_id], *kinds)


def _kinds(session: Session, row: Any) -> Iterator[AttentionKind]:
    if isinstance(row, ReasonHandling):
        yield from _hangs_on(row.kind)
    for watch in WATCHED.get(type(row), ()):
        if _matters(session, row, watch):
            yield from watch.kinds


def _hangs_on(handled: AttentionKind) -> tuple[AttentionKind, ...]:
    """What is done about one reason of a log or an answer counts for the words of that record, too."""
    return next((kinds for kinds in (OF_LOGS, OF_ANSWERS) if handled in kinds), (handled,))


def _matters(session: Session, row: Any, watch: _Watch) -> bool:
    """A client that is new has nothing yet that could ask for somebody, but for an address that is dead."""
    if isinstance(row, Client) and row in session.new:
        return watch.kinds == (AttentionKind.BOUNCED,) and row.bounced_at is not None
    if row in session.new or row in session.deleted:
        return True
    attributes = inspect(row).attrs
    return any(attributes[name].history.has_changes() for name in watch.columns)
