"""The mail server as its owner set it on a page: one row, and nothing in it can be read without the key."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base

THE_ONE = 1


class MailSetting(Base):
    """Server, user, password and sender of this installation, sealed as one. Of no practice.

    `changed_at` is its version: each process reads the row again when it has moved.
    """

    __tablename__ = "mail_setting"
    __table_args__ = (CheckConstraint("id = 1", name="one"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False, default=THE_ONE)
    sealed: Mapped[str] = mapped_column(Text)
    changed_at: Mapped[datetime]
