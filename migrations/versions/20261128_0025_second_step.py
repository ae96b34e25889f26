"""A second step at sign-in: apps with their sealed secrets, recovery codes, and who wants one of everybody."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview", "test_mail"),
)
RESET = "second_step_reset"


def upgrade() -> None:
    op.add_column("auth_session", sa.Column("second_step_at", INSTANT, nullable=True))
    op.add_column("practice", sa.Column("second_step_required", sa.Boolean(), nullable=True))
    op.add_column("user_account", sa.Column("second_step_since", INSTANT, nullable=True))
    op.add_column("user_account", sa.Column("wrong_codes", sa.Integer(), server_default="0", nullable=False))
    op.add_column("user_account", sa.Column("no_code_before", INSTANT, nullable=True))
    op.create_table(
        "authenticator",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("sealed", sa.Text(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        *_of_a_user("authenticator"),
    )
    op.create_index(op.f("ix_authenticator_practice_id_user_id"), "authenticator", ["practice_id", "user_id"])
    op.create_table(
        "recovery_code",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("code_hash", sa.String(length=64), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("used_at", INSTANT, nullable=True),
        *_of_a_user("recovery_code"),
        sa.UniqueConstraint(
            "practice_id", "user_id", "code_hash", name=op.f("uq_recovery_code_practice_id_user_id_code_hash")
        ),
    )
    _allow((*KINDS, RESET))


def downgrade() -> None:
    # what waits is called back: before, there was no such mail
    op.execute(
        "UPDATE outbox_message SET kind = 'password_reset', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{RESET}'"
    )
    _allow(KINDS)
    op.drop_table("recovery_code")
    op.drop_table("authenticator")
    for column in ("no_code_before", "wrong_codes", "second_step_since"):
        op.drop_column("user_account", column)
    op.drop_column("practice", "second_step_required")
    op.drop_column("auth_session", "second_step_at")


def _of_a_user(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id", "user_id"],
            ["user_account.practice_id", "user_account.id"],
            name=op.f(f"fk_{table}_practice_id_user_id"),
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _allow(kinds: tuple[str, ...]) -> None:
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch.create_check_constraint(
            op.f("ck_outbox_message_kind"), f"kind IN ({', '.join(repr(kind) for kind in kinds)})"
        )
