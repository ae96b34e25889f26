"""The second step at sign-in: an app's secret, passkeys, and codes for the day the phone is gone."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class Authenticator(OfPractice, Base):
    """An app that shows codes. Its secret is sealed; until its first right code it is being set up."""

    __tablename__ = "authenticator"
    __table_args__ = tenant(belongs_to("user_account", "user_id"), Index(None, "practice_id", "user_id"))

    user_id: Mapped[uuid.UUID]
    sealed: Mapped[str] = mapped_column(Text)
    last_step: Mapped[int] = mapped_column(BigInteger, default=0)  # of the code last used: it works once
    created_at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class RecoveryCode(OfPractice, Base):
    """The hash of a code that works once in place of the app."""

    __tablename__ = "recovery_code"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"), UniqueConstraint("practice_id", "user_id", "code_hash")
    )

    user_id: Mapped[uuid.UUID]
    code_hash: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


class Passkey(OfPractice, Base):
    """A key that a device or a stick holds: its public half, and how often it has signed."""

    __tablename__ = "passkey"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"), UniqueConstraint("practice_id", "user_id", "credential_id")
    )

    user_id: Mapped[uuid.UUID]
    credential_id: Mapped[str] = mapped_column(String(1400))
    public_key: Mapped[str] = mapped_column(Text)
    sign_count: Mapped[int] = mapped_column(BigInteger)
    device: Mapped[str] = mapped_column(String(80))  # on which it was set up, in words
    created_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
