"""What people of the practice do about reasons: done, put off, handed over, and taken back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, exists, select, update
from sqlalchemy.orm import aliased

from clinic.domain.attention import OF_ANSWERS, AttentionKind, may_put_off
from clinic.domain.errors import NotFound, RuleBroken, must_hold
from clinic.domain.reason_acts import ReasonAct, snooze_problem
from clinic.domain.staffing import here_problems
from clinic.domain.types import CheckinState
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Checkin, Client, OpenReason, ReasonHandling, User
from clinic.models.base import points_at
from clinic.models.checkin import is_unanswered
from clinic.services import access, audit
from clinic.services.actors import Actor
from clinic.services.attention.cases import ReasonCase
from clinic.services.clock import now, today_in
from clinic.services.outbox import calling_back as checkins
from clinic.services.reasons.marks import touch
from clinic.services.transaction import one_at_a_time, transaction

LONGEST_NOTE = 500
SIGN_IS_CLEARED = say("A warning sign is cleared on its own page, with a note.")
ACTIONS = {
    ReasonAct.DONE: "client.looked_after",
    ReasonAct.SNOOZED: "reason.snoozed",
    ReasonAct.HANDED: "reason.handed",
}


@dataclass(frozen=True, slots=True)
class DoneBefore:
    """What a colleague did in the meantime."""

    name: str
    act: ReasonAct
    at: datetime


@dataclass(frozen=True, slots=True)
class Press:
    """What came of one press: its id, by which it is taken back, and what a colleague had done before."""

    id: uuid.UUID
    changed: int
    before: DoneBefore | None
    until: datetime | None
    handed_to: str | None


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done, with what it needs."""

    act: ReasonAct
    note: str | None = None
    until: datetime | None = None
    colleague: User | None = None

    @property
    def words(self) -> str:
        return (self.note or "")[:LONGEST_NOTE]

    @property
    def colleague_name(self) -> str | None:
        return self.colleague.name if self.colleague else None

    @property
    def told(self) -> dict[str, Any]:
        """As the audit has it; a day is as it was asked, where the practice is."""
        told: dict[str, Any] = {"note": self.words}
        if self.until is not None:
            told["until"] = self.until.date().isoformat()
        return told | ({"colleague": self.colleague.name} if self.colleague else {})


def handle(
    actor: Actor,
    client_id: uuid.UUID,
    cases: Iterable[ReasonCase],
    note: str | None,
    seen: datetime | None = None,
) -> Press:
    """Somebody has looked after these reasons. A warning sign is none of them: it is cleared with a note.

    What is not open any more was dealt with by somebody else, or by itself: nothing is noted twice. What a
    colleague has done since the page was `seen` is told, and nothing is changed.
    """
    return _press(actor, client_id, cases, _Deed(ReasonAct.DONE, note), seen)


def snooze(
    actor: Actor,
    client_id: uuid.UUID,
    cases: Iterable[ReasonCase],
    day: date,
    note: str | None = None,
    seen: datetime | None = None,
) -> Press:
    """Put reasons off up to a day where the practice is; they come back by themselves."""
    zone = ZoneInfo(access.practice_of(actor).time_zone)
    if problem := snooze_problem(day, today_in(zone.key)):
        raise RuleBroken(problem, "until")
    until = datetime.combine(day, time(), zone)
    return _press(actor, client_id, cases, _Deed(ReasonAct.SNOOZED, note, until), seen)


def hand_over(
    actor: Actor,
    client_id: uuid.UUID,
    cases: Iterable[ReasonCase],
    user_id: uuid.UUID,
    note: str | None = None,
    seen: datetime | None = None,
) -> Press:
    """Hand reasons to a colleague, or take them; warning signs, too."""
    colleague = access.colleague_for(actor, user_id)
    must_hold(here_problems(colleague.name, "colleague", is_open=colleague.is_open))
    return _press(actor, client_id, cases, _Deed(ReasonAct.HANDED, note, colleague=colleague), seen)


def undo(actor: Actor, client_id: uuid.UUID, press_id: uuid.UUID) -> int:
    """Take back what was done with one press; returns how many acts. Pressed twice it is taken back once."""
    with transaction():
        client = access.client_for(actor, client_id)
        access.staff_only(actor)
        one_at_a_time(Client, client.id)
        made, back = _standing(client, press_id), uuid.uuid4()
        for handling in made:
            _reopen(handling)
            case = ReasonCase(handling.kind, handling.subject_id)
            db.session.add(_row(actor, client, case, back, ReasonAct.UNDONE, undoes=handling.id))
            audit.record(
                actor,
                "reason.undone",
                client_id=client.id,
                subject_id=handling.subject_id,
                kind=handling.kind.value,
                was=handling.act.value,
            )
    return len(made)


def _press(
    actor: Actor, client_id: uuid.UUID, cases: Iterable[ReasonCase], deed: _Deed, seen: datetime | None
) -> Press:
    press_id = uuid.uuid4()
    with transaction():
        client = access.client_for(actor, client_id)
        access.staff_only(actor)
        one_at_a_time(Client, client.id)
        about = {case: _about(actor, client, case, deed.act) for case in cases}
        there = _open(client, about)
        before = _done_before(actor, client, about, seen, is_open=len(there) == len(about))
        changed = [] if before and seen else there
        for case in changed:
            _do(actor, client, case, press_id, deed, about[case])
    return Press(press_id, len(changed), None if changed else before, deed.until, deed.colleague_name)


def _do(
    actor: Actor, client: Client, case: ReasonCase, press_id: uuid.UUID, deed: _Deed, about: uuid.UUID
) -> None:
    row = _row(actor, client, case, press_id, deed.act)
    row.note, row.until = deed.words or None, deed.until
    row.handed_to = deed.colleague.id if deed.colleague else None
    if deed.act is ReasonAct.DONE and case.kind is AttentionKind.NOT_ANSWERED:
        row.closed = _close_unanswered(actor, client)
    db.session.add(row)
    kind = case.kind.value
    audit.record(
        actor, _action(case, deed.act), client_id=client.id, subject_id=about, kind=kind, **deed.told
    )


def _row(
    actor: Actor, client: Client, case: ReasonCase, press_id: uuid.UUID, act: ReasonAct, **details: Any
) -> ReasonHandling:
    return ReasonHandling(
        practice_id=client.practice_id,
        client_id=client.id,
        kind=case.kind,
        subject_id=case.subject_id,
        act=act,
        press_id=press_id,
        handled_at=now(),
        handled_by=actor.user_id,
        **details,
    )


def _about(actor: Actor, client: Client, case: ReasonCase, act: ReasonAct) -> uuid.UUID:
    """The record a case is about, as the audit names it; NotFound where it is not this client's."""
    if act is not ReasonAct.HANDED and not may_put_off(case.kind):
        raise RuleBroken(SIGN_IS_CLEARED)
    subject = case.subject_id
    if case.kind in OF_ANSWERS:
        answer = access.answer_for(actor, subject)
        owner, subject = answer.client_id, answer.checkin_id
    else:
        owner = _owner(actor, case)
    if owner != client.id:
        raise NotFound
    return subject


def _owner(actor: Actor, case: ReasonCase) -> uuid.UUID:
    subject = case.subject_id
    match case.kind:
        case AttentionKind.WARNING_SIGN:
            return access.flag_for(actor, subject).client_id
        case AttentionKind.NOT_ANSWERED:
            return access.checkin_for(actor, subject).client_id
        case AttentionKind.NEVER_SIGNED_IN:
            return access.invitation_for(actor, subject).client_id
        case (
            AttentionKind.ENDING
            | AttentionKind.RETEST_DUE
            | AttentionKind.NOT_PRACTISED
            | AttentionKind.PRACTICE_DROPPED
        ):
            return access.program_for(actor, subject).client_id
        case AttentionKind.SCREEN_POSITIVE | AttentionKind.ACTIVITIES:
            return access.questionnaire_response_for(actor, subject).client_id
        case AttentionKind.BOUNCED | AttentionKind.ASSESSMENT_DUE | AttentionKind.CONSENT_WITHDRAWN:
            return access.client_for(actor, subject).id
        case AttentionKind.ANSWER_LATE:
            return access.wait_for(actor, subject).client_id
        case AttentionKind.STILL_UP:
            return access.morning_for(actor, subject).client_id
    owner: uuid.UUID = access.log_for(actor, subject).client_id
    return owner


def _open(client: Client, cases: Collection[ReasonCase]) -> list[ReasonCase]:
    row = OpenReason
    query = select(row.kind, row.subject_id).where(
        row.practice_id == client.practice_id, row.client_id == client.id
    )
    there = {ReasonCase(*found) for found in db.session.execute(query)}
    return [case for case in cases if case in there]


def _done_before(
    actor: Actor, client: Client, cases: Collection[ReasonCase], seen: datetime | None, *, is_open: bool
) -> DoneBefore | None:
    """What a colleague did last about one of these since they were seen, or so that they are gone."""
    row = ReasonHandling
    query = (
        select(User.name, row.act, row.handled_at, row.kind, row.subject_id)
        .join(User, points_at(row.handled_by, User))
        .where(
            row.practice_id == client.practice_id,
            row.client_id == client.id,
            row.handled_by != actor.user_id,
            row.act != ReasonAct.UNDONE,
            ~_taken_back(),
        )
        .order_by(row.handled_at.desc())
    )
    for name, act, at, kind, subject_id in db.session.execute(query):
        is_new = at >= seen if seen is not None else not is_open
        if is_new and ReasonCase(kind, subject_id) in cases:
            return DoneBefore(name, act, at)
    return None


def _taken_back() -> ColumnElement[bool]:
    back = aliased(ReasonHandling)
    return exists().where(back.practice_id == ReasonHandling.practice_id, back.undoes == ReasonHandling.id)


def _standing(client: Client, press_id: uuid.UUID) -> Sequence[ReasonHandling]:
    row = ReasonHandling
    query = select(row).where(
        *(row.practice_id == client.practice_id, row.client_id == client.id, row.press_id == press_id),
        *(row.act != ReasonAct.UNDONE, ~_taken_back()),
    )
    return db.session.scalars(query.order_by(row.kind, row.subject_id)).all()


def _close_unanswered(actor: Actor, client: Client) -> list[str]:
    """Wait no longer for a run of check-ins, so that their mail goes on; returns which they were."""
    mine = (Checkin.practice_id == client.practice_id, Checkin.client_id == client.id, is_unanswered())
    run = [str(each) for each in db.session.scalars(select(Checkin.id).where(*mine))]
    checkins.close_unanswered(client.practice_id, client.id, f"looked after by {actor.name}")
    return run


def _reopen(handling: ReasonHandling) -> None:
    """What was waited for no longer counts as unanswered again, but for what was answered since."""
    if not handling.closed:
        return
    run = [uuid.UUID(each) for each in handling.closed]
    db.session.execute(
        update(Checkin)
        .where(
            Checkin.practice_id == handling.practice_id,
            Checkin.id.in_(run),
            Checkin.state == CheckinState.EXPIRED,
        )
        .values(silent_since=now())
    )
    touch(handling.practice_id, [handling.client_id], AttentionKind.NOT_ANSWERED)


def _action(case: ReasonCase, act: ReasonAct) -> str:
    if act is ReasonAct.DONE and case.kind in OF_ANSWERS:
        return "checkin.handled"
    return ACTIONS[act]
