"""Groups are records of their own; whoever had a group's name in their record stands in it.

The column with the name stays, and is kept as it was for the last release.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "client_group",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("leader_id", sa.Uuid(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("client_group"),
        _belongs_to("client_group", "user_account", "leader_id"),
        sa.UniqueConstraint("practice_id", "name", name=op.f("uq_client_group_practice_id_name")),
    )
    op.create_table(
        "group_member",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("joined_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("left_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("group_member"),
        _belongs_to("group_member", "client_group", "group_id"),
        _belongs_to("group_member", "client", "client_id"),
        sa.UniqueConstraint(
            "practice_id",
            "group_id",
            "client_id",
            name=op.f("uq_group_member_practice_id_group_id_client_id"),
        ),
    )
    op.create_index(
        op.f("ix_group_member_practice_id_client_id"), "group_member", ["practice_id", "client_id"]
    )
    _stand_in_them()


def downgrade() -> None:
    # the name of the group that a client came to last stands in their record; who left which is forgotten
    op.drop_table("group_member")
    op.drop_table("client_group")


def _stand_in_them() -> None:
    client = sa.table("client", *_columns("id", "practice_id"), sa.column("group_name", sa.String()))
    group = sa.table(
        "client_group",
        *_columns("id", "practice_id"),
        sa.column("name", sa.String()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("version", sa.Integer()),
    )
    member = sa.table(
        "group_member",
        *_columns("id", "practice_id", "group_id", "client_id"),
        sa.column("joined_at", sa.DateTime(timezone=True)),
    )
    bind, at = op.get_bind(), datetime.now(UTC)
    named = bind.execute(sa.select(client).where(client.c.group_name.is_not(None), client.c.group_name != ""))
    groups: dict[tuple[uuid.UUID, str], uuid.UUID] = {}
    members: list[dict[str, Any]] = []
    for row in named:
        group_id = groups.setdefault((row.practice_id, row.group_name), uuid.uuid4())
        whose = {"id": uuid.uuid4(), "practice_id": row.practice_id}
        members.append({**whose, "group_id": group_id, "client_id": row.id, "joined_at": at})
    if members:
        of_groups = [
            {"id": group_id, "practice_id": practice_id, "name": name, "created_at": at, "version": 1}
            for (practice_id, name), group_id in groups.items()
        ]
        bind.execute(group.insert(), of_groups)
        bind.execute(member.insert(), members)


def _columns(*names: str) -> tuple[sa.ColumnClause[uuid.UUID], ...]:
    return tuple(sa.column(name, sa.Uuid()) for name in names)


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )
