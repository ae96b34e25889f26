"""Tests and batteries a practice makes itself: a head that names the newest version, and the versions."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.models.base import Base, OfPractice, belongs_to, tenant


class _Head:
    """What a test and a battery share: a key that findings and assessments name, and its newest version."""

    key: Mapped[str] = mapped_column(String(60))
    version: Mapped[int] = mapped_column(default=1)
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    retired_by: Mapped[uuid.UUID | None]
    retired_at: Mapped[datetime | None]


class OwnTest(_Head, OfPractice, Base):
    """A test of the practice's own; retired ones stay for the assessments that recorded them."""

    __tablename__ = "own_test"
    __table_args__ = tenant(
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "retired_by"),
        UniqueConstraint("practice_id", "key"),
        CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired_by_whom"),
    )


class OwnTestVersion(OfPractice, Base):
    """What a test of the practice's own asked in one version; written once."""

    __tablename__ = "own_test_version"
    __table_args__ = tenant(
        belongs_to("own_test", "test_id"),
        belongs_to("user_account", "created_by"),
        UniqueConstraint("practice_id", "test_id", "number"),
    )

    test_id: Mapped[uuid.UUID]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    definition: Mapped[dict[str, Any]]  # a table as the catalogue's files have it
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]


class OwnBattery(_Head, OfPractice, Base):
    """A battery of the practice's own; retired ones are not offered any more."""

    __tablename__ = "own_battery"
    __table_args__ = tenant(
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "retired_by"),
        UniqueConstraint("practice_id", "key"),
        CheckConstraint("(retired_at IS NULL) = (retired_by IS NULL)", name="retired_by_whom"),
    )


class OwnBatteryVersion(OfPractice, Base):
    """What a battery of the practice's own asked in one version, in order; written once."""

    __tablename__ = "own_battery_version"
    __table_args__ = tenant(
        belongs_to("own_battery", "battery_id"),
        belongs_to("user_account", "created_by"),
        UniqueConstraint("practice_id", "battery_id", "number"),
    )

    battery_id: Mapped[uuid.UUID]
    number: Mapped[int]
    name: Mapped[str] = mapped_column(String(120))
    purpose: Mapped[str] = mapped_column(Text, default="")
    items: Mapped[list[dict[str, Any]]]  # test and the fields it asks for
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
