"""Signed-in browsers, kept in the database so that they can be ended there."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, and_, bindparam, case, select, update

from clinic.domain import sessions as rules
from clinic.domain.access import Permission, is_staff
from clinic.domain.comforts import AS_USUAL, Comforts
from clinic.domain.errors import Forbidden, NotFound
from clinic.domain.health import Pulse
from clinic.domain.second_step import TO_ENTER_IT, SecondStepDue, is_required, still_due
from clinic.extensions import db
from clinic.models import AuthSession, Client, Heartbeat, Practice, User
from clinic.models.base import UtcDateTime, points_at
from clinic.services import access, audit, mail_setup, waits
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.links import digest
from clinic.services.outbox import unheard
from clinic.services.reach import across_practices
from clinic.services.transaction import transaction
from config import Settings

TOUCH_EVERY = timedelta(minutes=5)  # last_seen_at need not be exact, and a write a page would be waste


@dataclass(frozen=True, slots=True)
class LivingSession:
    """A living session and who it belongs to; with the practice, which every page asks for next."""

    session_id: uuid.UUID
    actor: Actor
    email: str
    practice: Practice
    client: Client | None = None  # whose pages they are, which ask for it next
    is_archived: bool = False  # a client whose record is archived: there is nothing for them to do here
    proven_at: datetime | None = None  # when it was last shown who sits there
    mail_version: datetime | None = None  # of the mail settings of the page
    may_have_news: bool = False  # somebody of the practice whom a mail did not reach
    sweep_at: datetime | None = None  # when a worker last looked for mail to send
    has_second_step: bool = False
    only_own: bool = False  # lists show what is their own
    comforts: Comforts = AS_USUAL  # how their pages look
    own_device: bool = False  # it keeps the client's moves
    unread: int = 0  # clients who wait, and whose newest words this person has not read
    must_set_up: bool = False  # the practice wants a second step, and there is none yet


@dataclass(frozen=True, slots=True)
class WaitingSession:
    """A browser whose password was right, and that waits for the second step."""

    session_id: uuid.UUID
    user_id: uuid.UUID
    persistent: bool


def begin(user: User, *, persistent: bool, has_passed: bool = False) -> str:
    """Add a session for a user whose password or link was just checked; returns its secret, kept nowhere.

    Where there is a second step and it was not taken (`has_passed`), the session waits for it.
    """
    secret, at = secrets.token_urlsafe(32), now()
    waits = _waits(user, has_passed=has_passed)
    ends_at = rules.absolute_end(user.role, at, persistent=persistent)
    db.session.add(
        AuthSession(
            practice_id=user.practice_id,
            token_hash=digest(secret),
            user_id=user.id,
            created_at=at,
            last_seen_at=at,
            proven_at=at,
            expires_at=at + TO_ENTER_IT if waits else ends_at,
            second_step_at=at if has_passed else None,
            persistent=persistent,
        )
    )
    return secret


# Every page begins with this: made once, and no more is read than is used.
_LIVING = (
    select(
        AuthSession.id.label("session_id"),
        AuthSession.last_seen_at,
        AuthSession.expires_at,
        AuthSession.persistent,
        AuthSession.proven_at,
        AuthSession.second_step_at,
        AuthSession.own_device,
        User.second_step_since,
        User.id.label("user_id"),
        User.role,
        User.name,
        User.email,
        User.only_own,
        User.text_size,
        User.contrast,
        User.hand,
        Client,
        Practice,
        mail_setup.version().label("mail_version"),
        unheard.any_for(User.practice_id, User.id, bindparam("late", type_=UtcDateTime())).label(
            "may_have_news"
        ),
        case((Client.id.is_not(None), None), else_=waits.unread_by(User.practice_id, User.id)).label(
            "unread"
        ),
        select(Heartbeat.seen_at).where(Heartbeat.name == Pulse.SWEEP).scalar_subquery().label("sweep_at"),
    )
    .join(User, points_at(AuthSession.user_id, User))
    .join(Practice, Practice.id == AuthSession.practice_id)
    .outerjoin(Client, points_at(Client.user_id, User))
    .where(
        AuthSession.token_hash == bindparam("token_hash"),
        AuthSession.ended_at.is_(None),
        User.is_open,
    )
)


def find(secret: str, *, by_itself: bool = False) -> LivingSession | None:
    """The session of a browser's secret, if it lives and is open; notes now and then that it was seen.

    A page that asks `by_itself` is nobody's sign of life: a screen that was left alone closes as ever.
    """
    at = now()
    row = _living(secret, at)
    if row is None or _due(row) is SecondStepDue.ENTER:
        return None
    found = _found(row)
    if not by_itself and at - row.last_seen_at >= TOUCH_EVERY:
        _touch(row.session_id)
    return found


@across_practices("whose browser this was")
def is_of_closed_account(secret: str) -> bool:
    """Whether a browser's session was of an account that is closed now."""
    query = (
        select(AuthSession.id)
        .join(User, points_at(AuthSession.user_id, User))
        .where(AuthSession.token_hash == digest(secret), ~User.is_open)
    )
    return db.session.scalar(query) is not None


def waiting(secret: str) -> WaitingSession | None:
    """The session of a browser's secret, if it lives and waits for the second step."""
    row = _living(secret, now())
    if row is None or _due(row) is not SecondStepDue.ENTER:
        return None
    return WaitingSession(row.session_id, row.user_id, row.persistent)


@dataclass(frozen=True, slots=True)
class OpenBrowser:
    """A signed-in browser as its list shows it."""

    id: uuid.UUID
    device: str
    began_at: datetime
    last_seen_at: datetime
    is_here: bool


def open_browsers(user: User, here: uuid.UUID | None = None) -> list[OpenBrowser]:
    """Where somebody is signed in now, the latest first; `here` is the session that asks."""
    at = now()
    query = (
        select(AuthSession)
        .where(_of(user), AuthSession.ended_at.is_(None), AuthSession.expires_at > at)
        .order_by(AuthSession.last_seen_at.desc(), AuthSession.id)
    )
    return [
        OpenBrowser(row.id, row.device, row.created_at, row.last_seen_at, row.id == here)
        for row in db.session.scalars(query)
        if rules.is_alive(user.role, at, row.last_seen_at, row.expires_at, persistent=row.persistent)
        and not _waits(user, has_passed=row.second_step_at is not None)
    ]


def end_own(actor: Actor, session_id: uuid.UUID) -> None:
    """Sign one's own other browser out."""
    with transaction():
        _end_one(actor, db.session.get_one(User, actor.user_id), session_id)


def end_others(actor: Actor, here: uuid.UUID) -> None:
    """Sign all of one's browsers out but this one."""
    with transaction():
        end_all(db.session.get_one(User, actor.user_id), but=here)
        audit.record(actor, "session.others_ended", subject_id=actor.user_id)


def end_of(actor: Actor, user_id: uuid.UUID, session_id: uuid.UUID | None) -> User:
    """Sign somebody of the practice out, in one browser or in all (None); owners only."""
    if not actor.may(Permission.HELP_SIGN_IN):
        raise Forbidden("Only the owner signs others out.")
    with transaction():
        user = access.user_for(actor, user_id)
        if session_id is not None:
            _end_one(actor, user, session_id)
        else:
            end_all(user)
            audit.record(actor, "session.others_ended", subject_id=user.id)
    return user


def put_challenge(session_id: uuid.UUID) -> bytes:
    """A new challenge that this session's browser is to answer, within the caller's transaction."""
    challenge = secrets.token_urlsafe(32)
    _change(AuthSession.id == session_id, challenge=challenge)
    return challenge.encode()


def take_challenge(session_id: uuid.UUID) -> bytes:
    """The challenge of a session, used up by this, within the caller's transaction; one of nobody without."""
    held = db.session.scalar(select(AuthSession.challenge).where(AuthSession.id == session_id))
    _change(AuthSession.id == session_id, challenge=None)
    return (held or secrets.token_urlsafe(32)).encode()


def note_device(session_id: uuid.UUID, device: str) -> None:
    """Note in words on which device a session is."""
    with transaction():
        _change(AuthSession.id == session_id, device=device)


def call_own(actor: Actor, session_id: uuid.UUID, *, is_own: bool) -> None:
    """Note that the client says of this browser's device that it is their own, or that it is not."""
    with transaction():
        _change(AuthSession.id == session_id, own_device=is_own)
        audit.record(actor, f"session.{'own' if is_own else 'shared'}_device", subject_id=actor.user_id)


@across_practices("whose browser this was")
def was_on_own_device(secret: str) -> bool:
    """Whether a browser's session, living or not, was on a device that keeps a client's moves."""
    query = select(AuthSession.own_device).where(AuthSession.token_hash == digest(secret))
    return bool(db.session.scalar(query))


def go_on(waits: WaitingSession, user: User) -> str:
    """Begin the session of somebody who has taken the second step, within the caller's transaction."""
    _end(AuthSession.id == waits.session_id)
    return begin(user, persistent=waits.persistent, has_passed=True)


def wants_second_step(practice: Practice) -> bool:
    """Whether everybody who works for a practice needs a second step."""
    settings: Settings = current_app.config["SETTINGS"]
    return is_required(
        practice.second_step_required, production=settings.production, made_up=practice.is_demo
    )


def prove(session_id: uuid.UUID, *, by_second_step: bool = False) -> str:
    """Note that it was shown who sits there, within the caller's transaction; the session has a new secret.

    Whoever has taken the old one has nothing from it.
    """
    secret, at = secrets.token_urlsafe(32), now()
    taken = {"second_step_at": at} if by_second_step else {}
    _change(AuthSession.id == session_id, token_hash=digest(secret), proven_at=at, **taken)
    return secret


@across_practices("whose browser this is")
def end(secret: str) -> None:
    """End one session, for good."""
    with transaction():
        _end(AuthSession.token_hash == digest(secret))


def end_all(user: User, *, but: uuid.UUID | None = None) -> None:
    """End every session of a user, within the caller's transaction; `but` spares the one they are in."""
    _end(_of(user) if but is None else and_(_of(user), AuthSession.id != but))


def _waits(user: User, *, has_passed: bool) -> bool:
    """Whether a session of this account waits for the second step, and is not signed in yet."""
    return user.second_step_since is not None and not has_passed


def _living(secret: str, at: datetime) -> Any:
    known = {"token_hash": digest(secret), "late": unheard.late_at(at)}
    with across_practices("whose browser this is") as across:
        row = db.session.execute(_LIVING, known).one_or_none()
        if row is not None:  # a mailed link has said it for its own page, whoever is signed in beside it
            across.found_unless_known(row.Practice.id)
    if row is None or not rules.is_alive(
        row.role, at, row.last_seen_at, row.expires_at, persistent=row.persistent
    ):
        return None
    return row


def _due(row: Any) -> SecondStepDue | None:
    return still_due(
        row.role,
        has_one=row.second_step_since is not None,
        has_passed=row.second_step_at is not None,
        is_required=wants_second_step(row.Practice),
    )


def _found(row: Any) -> LivingSession:
    client = None if is_staff(row.role) else row.Client
    actor = Actor(row.user_id, row.Practice.id, row.role, row.name, client.id if client else None)
    return LivingSession(
        session_id=row.session_id,
        actor=actor,
        email=row.email,
        practice=row.Practice,
        client=client,
        is_archived=client is not None and not client.is_active,
        proven_at=row.proven_at,
        mail_version=row.mail_version,
        may_have_news=row.may_have_news,
        sweep_at=row.sweep_at,
        has_second_step=row.second_step_since is not None,
        only_own=row.only_own,
        own_device=row.own_device,
        comforts=Comforts(row.text_size, row.contrast, row.hand),
        unread=row.unread or 0,
        must_set_up=_due(row) is SecondStepDue.SET_UP,
    )


def _touch(session_id: uuid.UUID) -> None:
    with transaction():
        db.session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_seen_at=now()))


def _of(user: User) -> ColumnElement[bool]:
    return and_(AuthSession.practice_id == user.practice_id, AuthSession.user_id == user.id)


def _end_one(actor: Actor, user: User, session_id: uuid.UUID) -> None:
    if db.session.scalar(select(AuthSession.id).where(_of(user), AuthSession.id == session_id)) is None:
        raise NotFound
    _end(AuthSession.id == session_id)
    audit.record(actor, "session.ended", subject_id=user.id)


def _end(which: ColumnElement[bool]) -> None:
    _change(which, ended_at=now())


def _change(which: ColumnElement[bool], **values: Any) -> None:
    """Change living sessions."""
    db.session.execute(
        update(AuthSession)
        .where(which, AuthSession.ended_at.is_(None))
        .values(values)
        .execution_options(synchronize_session=False)
    )
