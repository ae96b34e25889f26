"""A person is to be erased: asked for by themselves or by the owner, called back, declined."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, ScalarSelect, func, select, update

from clinic.domain.access import Permission
from clinic.domain.erasure import (
    FEWEST_YEARS,
    GRACE,
    MOST_YEARS,
    OPEN,
    ErasureReason,
    ErasureState,
    RecordContents,
    why_no_mistake,
)
from clinic.domain.errors import Forbidden, NotFound, RuleBroken
from clinic.domain.types import ClientStatus
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import (
    Assessment,
    CheckinAnswer,
    Client,
    Erasure,
    LinkToken,
    MailReply,
    OutboxMessage,
    Practice,
    PracticeLog,
    QuestionnaireResponse,
    User,
    VisitNote,
)
from clinic.models.base import OfPractice
from clinic.services import access, audit, links
from clinic.services.accounts import sessions
from clinic.services.actors import Actor
from clinic.services.clients import records
from clinic.services.clock import now, today_in
from clinic.services.erasure import kept
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import one_at_a_time, transaction

NEEDS = Permission.ERASE_RECORDS
CALLED_BACK = "the record is to be erased"
LONGEST_LAW = 200
# What a client says of themselves; it makes a record one that was not added by mistake.
SAID = (PracticeLog, CheckinAnswer, QuestionnaireResponse, MailReply)


@dataclass(frozen=True, slots=True)
class KeepingByLaw:
    """For how many years after the last of them the law keeps signed records, and which law that is."""

    years: int
    law: str


def check_keeping(keep: KeepingByLaw | None) -> None:
    """Raise RuleBroken where it says no law, or no sensible time."""
    if keep is None:
        return
    if not FEWEST_YEARS <= keep.years <= MOST_YEARS:
        raise RuleBroken(
            say(
                "Enter %(fewest)s to %(most)s years.",
                fewest=FEWEST_YEARS,
                most=MOST_YEARS,
            ),
            "keep_years",
        )
    if not keep.law.strip():
        raise RuleBroken(say("Name the law that demands it."), "keep_law")


def open_of(actor: Actor, client_id: uuid.UUID) -> Erasure | None:
    """What is going on about the erasure of a client of the practice. One query."""
    query = select(Erasure).where(
        Erasure.practice_id == actor.practice_id, Erasure.client_id == client_id, Erasure.state.in_(OPEN)
    )
    return db.session.scalars(query).one_or_none()


def ask_as_client(actor: Actor) -> Erasure:
    """Ask for one's own record to be erased: the owner decides. Asked twice it is once."""
    with transaction():
        client = access.own_client(actor)
        one_at_a_time(Client, client.id)
        if asked := open_of(actor, client.id):
            return asked
        erasure = Erasure(
            practice_id=client.practice_id,
            client_id=client.id,
            reason=ErasureReason.WISH,
            state=ErasureState.ASKED,
            asked_at=now(),
        )
        db.session.add(erasure)
        audit.record(actor, "erasure.wished", client_id=client.id, subject_id=erasure.id)
        count_wishes(client.practice_id)
    return erasure


def take_back_as_client(actor: Actor) -> None:
    """Ask for it no more, before the owner has said yes."""
    with transaction():
        client = access.own_client(actor)
        one_at_a_time(Client, client.id)
        erasure = open_of(actor, client.id)
        if erasure is not None and erasure.state is ErasureState.ASKED:
            _end(erasure, ErasureState.CALLED_BACK, None)
            audit.record(actor, "erasure.called_back", client_id=client.id, subject_id=erasure.id)
            count_wishes(client.practice_id)


def begin(
    actor: Actor,
    client_id: uuid.UUID,
    reason: ErasureReason,
    note: str,
    keep: KeepingByLaw | None,
) -> Erasure:
    """Archive a client now and have them erased in thirty days; the owner's alone. Pressed twice it is once.

    Until then no mail goes to them and they cannot sign in. Raises RuleBroken.
    """
    with transaction():
        client = _held_by_owner(actor, client_id)
        db.session.refresh(client)
        check_keeping(keep)
        erasure = open_of(actor, client_id)
        if erasure is not None and erasure.state is not ErasureState.ASKED:
            return erasure
        begin_within(actor, client, erasure, reason, note, keep)
    return found_open(actor, client_id)


def begin_within(
    actor: Actor,
    client: Client,
    erasure: Erasure | None,
    reason: ErasureReason,
    note: str,
    keep: KeepingByLaw | None,
) -> None:
    """Do what `begin` does for a client who is held, within the caller's transaction."""
    practice = access.practice_of(actor)
    erasure = erasure or Erasure(
        practice_id=client.practice_id, client_id=client.id, asked_by=actor.user_id, asked_at=now()
    )
    erasure.reason, erasure.state, erasure.note = reason, ErasureState.GRACE, note.strip() or None
    erasure.decided_by, erasure.decided_at = actor.user_id, now()
    erasure.erase_on = today_in(practice.time_zone) + GRACE
    keep = practice_keeps(practice) or keep
    erasure.keep_years, erasure.keep_law = (keep.years, keep.law) if keep else (None, None)
    erasure.was = _freeze(actor, client, erasure.erase_on)
    db.session.add(erasure)
    audit.record(
        actor,
        "erasure.begun",
        client_id=client.id,
        subject_id=erasure.id,
        why=reason.value,
        erase_on=erasure.erase_on.isoformat(),
    )
    count_wishes(client.practice_id)


def call_back(actor: Actor, client_id: uuid.UUID) -> Client:
    """Let everything be as it was before; Forbidden for who may not, RuleBroken when it has begun."""
    if not actor.may(Permission.CALL_BACK_ERASURES):
        raise Forbidden("A practitioner or the owner calls an erasure back.")
    with transaction():
        client = access.client_for(actor, client_id)
        one_at_a_time(Client, client.id)
        erasure = open_of(actor, client_id)
        if erasure is None or erasure.state is ErasureState.ASKED:
            return client  # called back a moment ago
        if erasure.state is not ErasureState.GRACE:
            raise RuleBroken(say("The erasure has begun and cannot be called back any more."))
        _thaw(client, erasure.was)
        _end(erasure, ErasureState.CALLED_BACK, actor.user_id)
        audit.record(actor, "erasure.called_back", client_id=client.id, subject_id=erasure.id)
    return client


def decline(actor: Actor, client_id: uuid.UUID) -> Client:
    """Leave a client's wish unfulfilled; the owner's alone."""
    with transaction():
        client = _held_by_owner(actor, client_id)
        erasure = open_of(actor, client_id)
        if erasure is not None and erasure.state is ErasureState.ASKED:
            _end(erasure, ErasureState.DECLINED, actor.user_id)
            audit.record(actor, "erasure.declined", client_id=client.id, subject_id=erasure.id)
            count_wishes(client.practice_id)
    return client


def mistake_problem(client: Client, practice: Practice) -> str | None:
    """Why a record cannot have been added by mistake, in words. One query."""
    signed = [
        _number(Assessment, *kept.signed_of(Assessment, client)),
        _number(VisitNote, *kept.signed_of(VisitNote, client)),
    ]
    said = [
        _number(kind, kind.practice_id == client.practice_id, kind.client_id == client.id) for kind in SAID
    ]
    numbers = db.session.execute(select(*signed, *said)).one()
    added_on = client.created_at.date()
    found = RecordContents(sum(numbers[: len(signed)]), sum(numbers[len(signed) :]), added_on)
    return why_no_mistake(found, today_in(practice.time_zone))


def begin_mistake(actor: Actor, client_id: uuid.UUID) -> Erasure:
    """Have a record that was added by mistake erased without grace; the owner's alone. Raises RuleBroken."""
    with transaction():
        client = _held_by_owner(actor, client_id)
        practice = access.practice_of(actor)
        if said := mistake_problem(client, practice):
            raise RuleBroken(said)
        begin_within(actor, client, open_of(actor, client_id), ErasureReason.MISTAKE, "", None)
        erasure = found_open(actor, client_id)
        erasure.erase_on = client.erase_on = today_in(practice.time_zone)
    return erasure


def practice_keeps(practice: Practice) -> KeepingByLaw | None:
    """What the practice has said once and for all; None: it is asked each time."""
    if practice.keep_years is None or practice.keep_law is None:
        return None
    return KeepingByLaw(practice.keep_years, practice.keep_law)


def must_say_keeping(client: Client, practice: Practice) -> bool:
    """Whether whoever begins it has to say what the law demands: something is signed, and nothing is said."""
    return practice_keeps(practice) is None and kept.last_signed(client) is not None


def change_settings(actor: Actor, retention_years: int | None, keep: KeepingByLaw | None) -> None:
    """Say after how many years somebody is listed, and what the law keeps; the owner's alone."""
    _owner_only(actor)
    check_keeping(keep)
    if retention_years is not None and not FEWEST_YEARS <= retention_years <= MOST_YEARS:
        raise RuleBroken(
            say(
                "Enter %(fewest)s to %(most)s years, or leave it empty.",
                fewest=FEWEST_YEARS,
                most=MOST_YEARS,
            ),
            "retention_years",
        )
    with transaction():
        practice = access.practice_of(actor)
        names = ("retention_years", "keep_years", "keep_law")
        before = {name: str(getattr(practice, name) or "") for name in names}
        practice.retention_years = retention_years
        practice.keep_years, practice.keep_law = (keep.years, keep.law) if keep else (None, None)
        changed = audit.changes(before, {name: str(getattr(practice, name) or "") for name in names})
        if changed:
            audit.record(actor, "practice.changed", subject_id=practice.id, changed=changed)


def found_open(actor: Actor, client_id: uuid.UUID) -> Erasure:
    """What is going on about a client; raises NotFound where nothing is."""
    db.session.flush()
    erasure = open_of(actor, client_id)
    if erasure is None:
        raise NotFound
    return erasure


def count_wishes(practice_id: uuid.UUID) -> None:
    """Write down how many clients wait for an answer, within the caller's transaction."""
    db.session.flush()
    waiting = (
        select(func.count())
        .where(Erasure.practice_id == practice_id, Erasure.state == ErasureState.ASKED)
        .scalar_subquery()
    )
    db.session.execute(
        update(Practice)
        .where(Practice.id == practice_id)
        .values(erasure_wishes=waiting)
        .execution_options(synchronize_session="fetch")
    )


def _number(kind: type[OfPractice], *which: ColumnElement[bool]) -> ScalarSelect[int]:
    return select(func.count()).select_from(kind).where(*which).scalar_subquery()


def _held_by_owner(actor: Actor, client_id: uuid.UUID) -> Client:
    client = access.client_for(actor, client_id)
    _owner_only(actor)
    one_at_a_time(Client, client.id)
    return client


def _owner_only(actor: Actor) -> None:
    access.staff_only(actor)
    if not actor.may(NEEDS):
        raise Forbidden("The owner has records erased.")


def _freeze(actor: Actor, client: Client, erase_on: date) -> dict[str, object]:
    """Archive a client and shut their account; returns what is needed to undo that."""
    was: dict[str, object] = {"status": client.status.value, "signed_in": False}
    records.put_away(actor, client, CALLED_BACK)
    client.erase_on = erase_on
    outbox.cancel(
        client.practice_id,
        (OutboxMessage.client_id == client.id) & OutboxMessage.user_id.is_(None),
        CALLED_BACK,
    )
    if client.user_id is not None:
        outbox.cancel(client.practice_id, OutboxMessage.user_id == client.user_id, CALLED_BACK)
        user = db.session.get_one(User, client.user_id)
        if user.is_open:
            was["signed_in"] = True
            user.deactivated_at = now()
        sessions.end_all(user)
        links.revoke(LinkToken.user_id == user.id)
    return was


def _thaw(client: Client, was: dict[str, object]) -> None:
    client.erase_on = None
    client.status = ClientStatus(str(was.get("status", ClientStatus.ARCHIVED)))
    if was.get("signed_in") and client.user_id is not None:
        db.session.get_one(User, client.user_id).deactivated_at = None


def _end(erasure: Erasure, state: ErasureState, by: uuid.UUID | None) -> None:
    erasure.state, erasure.decided_by, erasure.decided_at = state, by, now()
    erasure.note = None
