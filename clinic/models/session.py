"""Signed-in browsers: their secrets are kept only as hashes."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import Index, String, false
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.models.base import Base, OfPractice, belongs_to, tenant
from clinic.models.person import User


class AuthSession(OfPractice, Base):
    """One signed-in browser. It dies at sign-out, at a password change and when the account is closed."""

    __tablename__ = "auth_session"
    __table_args__ = tenant(belongs_to("user_account", "user_id"), Index(None, "practice_id", "user_id"))

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    proven_at: Mapped[datetime]  # when it was last shown who sits there
    expires_at: Mapped[datetime]  # the absolute end
    persistent: Mapped[bool] = mapped_column(default=False)  # "stay signed in": no idle end
    device: Mapped[str] = mapped_column(String(80), default="", server_default="")  # in words
    challenge: Mapped[str | None] = mapped_column(String(120))  # for a passkey; answered once
    second_step_at: Mapped[datetime | None]  # None, where there is one: it waits for it and opens no page
    # the client says that the device is their own, and it keeps their moves
    own_device: Mapped[bool] = mapped_column(default=False, server_default=false())
    ended_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(foreign_keys="AuthSession.user_id", viewonly=True)
