"""A newer version of a routine is offered to those who have an older one, and a mail tells them of it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0039"
down_revision = "0038"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice"),
)
NEW_KIND = "program_offered"
OF_CLIENT = (("client", "client_id"), ("program", "program_id"), ("routine_version", "version_id"))
OF_PEOPLE = (("user_account", "offered_by"), ("program", "follow_on_id"))
OPEN = sa.text("decided_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "version_offer",
        *(sa.Column(column, sa.Uuid(), nullable=False) for _, column in OF_CLIENT),
        sa.Column("note", sa.Text(), nullable=False, server_default=""),
        sa.Column("keeps_doses", sa.Boolean(), nullable=False, server_default=sa.true()),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("decided_at", INSTANT, nullable=True),
        sa.Column("decision", sa.String(24), nullable=True),
        sa.Column("follow_on_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.CheckConstraint(
            "decision IN ('taken', 'kept', 'withdrawn')", name=op.f("ck_version_offer_decision")
        ),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (decision IS NULL)", name=op.f("ck_version_offer_decided")
        ),
        sa.CheckConstraint(
            "follow_on_id IS NULL OR decision = 'taken'", name=op.f("ck_version_offer_taken_over")
        ),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f("fk_version_offer_practice_id")),
        *(
            sa.ForeignKeyConstraint(
                ["practice_id", column],
                [f"{table}.practice_id", f"{table}.id"],
                name=op.f(f"fk_version_offer_practice_id_{column}"),
            )
            for table, column in (*OF_CLIENT, *OF_PEOPLE)
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_version_offer")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_version_offer_practice_id_id")),
    )
    with op.batch_alter_table("version_offer", schema=None) as batch:
        for column in ("client_id", "program_id", "version_id"):
            batch.create_index(op.f(f"ix_version_offer_practice_id_{column}"), ["practice_id", column])
        batch.create_index(
            "uq_version_offer_open", ["program_id"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
        )
    _allow((*KINDS, NEW_KIND))


def downgrade() -> None:
    # word of an offer is word of a program; what waits of it is called back
    op.execute(
        "UPDATE outbox_message SET kind = 'program_changed', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{NEW_KIND}'"
    )
    _allow(KINDS)
    op.drop_table("version_offer")


def _allow(kinds: tuple[str, ...]) -> None:
    name = op.f("ck_outbox_message_kind")
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"kind IN ({', '.join(repr(kind) for kind in kinds)})")
