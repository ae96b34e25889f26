"""The second step at sign-in: an app's secret and codes for the day the phone is gone."""

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
