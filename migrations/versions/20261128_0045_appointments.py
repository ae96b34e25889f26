"""Appointments, and the addresses at which calendars read them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0045"
down_revision = "0044"
branch_labels = None
depends_on = None

STATES = ("planned", "cancelled")


def upgrade() -> None:
    state = sa.Enum(*STATES, name="state", native_enum=False, create_constraint=True, length=24)
    op.create_table(
        "appointment",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("with_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("state", state, nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("appointment"),
        *(_key("appointment", column, "user_account") for column in ("made_by", "with_id")),
        _key("appointment", "client_id", "client"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_appointment_minutes")),
    )
    for column in ("client_id", "with_id"):
        columns = ["practice_id", column, "starts_at"]
        op.create_index(op.f(f"ix_appointment_{'_'.join(columns)}"), "appointment", columns)
    op.create_table(
        "calendar_address",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("secret_hash", sa.String(length=64), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("read_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("calendar_address"),
        _key("calendar_address", "user_id", "user_account"),
        sa.UniqueConstraint("secret_hash", name=op.f("uq_calendar_address_secret_hash")),
    )
    columns = ["practice_id", "user_id"]
    op.create_index(op.f(f"ix_calendar_address_{'_'.join(columns)}"), "calendar_address", columns)


def downgrade() -> None:
    op.drop_table("calendar_address")
    op.drop_table("appointment")


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name, columns = op.f(f"fk_{table}_practice_id_{column}"), ["practice_id", column]
    return sa.ForeignKeyConstraint(columns, [f"{target}.practice_id", f"{target}.id"], name=name)
