"""Signed-in browsers, kept in the database so that they can be ended there."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, select, update

from clinic.domain import sessions as rules
from clinic.domain.access import is_staff
from clinic.domain.health import Pulse
from clinic.domain.types import ClientStatus
from clinic.extensions import db
from clinic.models import AuthSession, Client, Heartbeat, Practice, User
from clinic.models.base import UtcDateTime, points_at
from clinic.services import mail_setup
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.links import digest
from clinic.services.outbox import unheard
from clinic.services.transaction import transaction

TOUCH_EVERY = timedelta(minutes=5)  # last_seen_at need not be exact, and a write a page would be waste


@dataclass(frozen=True, slots=True)
class LivingSession:
    """A living session and who it belongs to; with the practice, which every page asks for next."""

    session_id: uuid.UUID
    actor: Actor
    email: str
    practice: Practice
    is_archived: bool = False  # a client whose record is archived: there is nothing for them to do here
    proven_at: datetime | None = None  # when it was last shown who sits there
    mail_version: datetime | None = None  # of the mail settings of the page
    may_have_news: bool = False  # somebody of the practice whom a mail did not reach
    sweep_at: datetime | None = None  # when a worker last looked for mail to send


def begin(user: User, *, persistent: bool) -> str:
    """Add a session for a user whose password or link was just checked; returns its secret, kept nowhere."""
    secret = secrets.token_urlsafe(32)
    at = now()
    db.session.add(
        AuthSession(
            practice_id=user.practice_id,
            token_hash=digest(secret),
            user_id=user.id,
            created_at=at,
            last_seen_at=at,
            proven_at=at,
            expires_at=rules.absolute_end(user.role, at, persistent=persistent),
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
        User.id.label("user_id"),
        User.role,
        User.name,
        User.email,
        Client.id.label("client_id"),
        Client.status.label("client_status"),
        Practice,
        mail_setup.version().label("mail_version"),
        unheard.any_for(User.practice_id, User.id, bindparam("late", type_=UtcDateTime())).label(
            "may_have_news"
        ),
        select(Heartbeat.seen_at).where(Heartbeat.name == Pulse.SWEEP).scalar_subquery().label("sweep_at"),
    )
    .join(User, points_at(AuthSession.user_id, User))
    .join(Practice, Practice.id == AuthSession.practice_id)
    .outerjoin(Client, points_at(Client.user_id, User))
    .where(
        AuthSession.token_hash == bindparam("token_hash"),
        AuthSession.ended_at.is_(None),
        User.deactivated_at.is_(None),
    )
)


def find(secret: str) -> LivingSession | None:
    """The session of a browser's secret, if it lives; notes now and then that it was seen."""
    at = now()
    known = {"token_hash": digest(secret), "late": unheard.late_at(at)}
    row = db.session.execute(_LIVING, known).one_or_none()
    if row is None or not rules.is_alive(
        row.role, at, row.last_seen_at, row.expires_at, persistent=row.persistent
    ):
        return None
    found = _found(row)
    if at - row.last_seen_at >= TOUCH_EVERY:
        _touch(row.session_id)
    return found


def prove(session_id: uuid.UUID) -> str:
    """Note that it was shown who sits there, within the caller's transaction; the session has a new secret.

    Whoever has taken the old one has nothing from it.
    """
    secret = secrets.token_urlsafe(32)
    _change(AuthSession.id == session_id, token_hash=digest(secret), proven_at=now())
    return secret


def end(secret: str) -> None:
    """End one session, for good."""
    with transaction():
        _end(AuthSession.token_hash == digest(secret))


def end_all(user: User, *, but: uuid.UUID | None = None) -> None:
    """End every session of a user, within the caller's transaction; `but` spares the one they are in."""
    mine = and_(AuthSession.practice_id == user.practice_id, AuthSession.user_id == user.id)
    _end(mine if but is None else and_(mine, AuthSession.id != but))


def _found(row: Any) -> LivingSession:
    client_id = None if is_staff(row.role) else row.client_id
    actor = Actor(row.user_id, row.Practice.id, row.role, row.name, client_id)
    is_archived = client_id is not None and row.client_status is ClientStatus.ARCHIVED
    return LivingSession(
        session_id=row.session_id,
        actor=actor,
        email=row.email,
        practice=row.Practice,
        is_archived=is_archived,
        proven_at=row.proven_at,
        mail_version=row.mail_version,
        may_have_news=row.may_have_news,
        sweep_at=row.sweep_at,
    )


def _touch(session_id: uuid.UUID) -> None:
    with transaction():
        db.session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_seen_at=now()))


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
