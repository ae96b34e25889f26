"""Signed-in browsers, kept in the database so that they can be ended there."""

from __future__ import annotations

import secrets
import uuid
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Row, and_, select, update

from clinic.domain import sessions as rules
from clinic.domain.types import Role
from clinic.extensions import db
from clinic.models import AuthSession, Client, User
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.links import digest
from clinic.services.transaction import transaction

TOUCH_EVERY = timedelta(minutes=5)  # last_seen_at need not be exact, and a write a page would be waste


@dataclass(frozen=True, slots=True)
class Found:
    """A living session and who it belongs to."""

    session_id: uuid.UUID
    actor: Actor
    email: str


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
            expires_at=rules.absolute_end(user.role, at, persistent=persistent),
            persistent=persistent,
        )
    )
    return secret


def find(secret: str) -> Found | None:
    """The session of a browser's secret, if it lives; notes now and then that it was seen."""
    row = db.session.execute(_query(secret)).one_or_none()
    if row is None:
        return None
    session: AuthSession = row.AuthSession
    at = now()
    if not rules.is_alive(
        row.User.role, at, session.last_seen_at, session.expires_at, persistent=session.persistent
    ):
        return None
    found = _found(row)
    if at - session.last_seen_at >= TOUCH_EVERY:
        _touch(session.id)
    return found


def end(secret: str) -> None:
    """End one session, for good."""
    with transaction():
        _end(AuthSession.token_hash == digest(secret))


def end_all(user: User, *, but: uuid.UUID | None = None) -> None:
    """End every session of a user, within the caller's transaction; `but` spares the one they are in."""
    mine = and_(AuthSession.practice_id == user.practice_id, AuthSession.user_id == user.id)
    _end(mine if but is None else and_(mine, AuthSession.id != but))


def _query(secret: str):  # type: ignore[no-untyped-def]
    return (
        select(AuthSession, User, Client.id.label("client_id"))
        .join(User, and_(User.practice_id == AuthSession.practice_id, User.id == AuthSession.user_id))
        .outerjoin(Client, and_(Client.practice_id == User.practice_id, Client.user_id == User.id))
        .where(
            AuthSession.token_hash == digest(secret),
            AuthSession.ended_at.is_(None),
            User.deactivated_at.is_(None),
        )
    )


def _found(row: Row[tuple[AuthSession, User, uuid.UUID | None]]) -> Found:
    user = row.User
    client_id = row.client_id if user.role is Role.CLIENT else None
    return Found(row.AuthSession.id, Actor(user.id, user.practice_id, user.role, user.name, client_id), user.email)


def _touch(session_id: uuid.UUID) -> None:
    with transaction():
        db.session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_seen_at=now()))


def _end(which) -> None:  # type: ignore[no-untyped-def]
    db.session.execute(
        update(AuthSession)
        .where(which, AuthSession.ended_at.is_(None))
        .values(ended_at=now())
        .execution_options(synchronize_session=False)
    )
