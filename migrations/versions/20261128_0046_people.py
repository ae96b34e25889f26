"""Colleagues are invited, each client has somebody who is responsible, and many are handed over at once."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0046"
down_revision = "0045"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
ROLES = ("owner", "practitioner", "assistant", "client")
ACTS = ("assign", "invite", "checkin", "group", "archive")
NEW_ACT = "hand_over"
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice", "program_offered"),
    *("course_place", "course_welcome", "group_message"),
)
PURPOSES = ("invitation", "reset", "checkin", "questionnaire", "address", "course_place")
SUBJECTS = ("user_id", "invitation_id", "checkin_id", "questionnaire_request_id", "course_request_id")
REASONS = (
    *("locked", "archived", "no_consent", "unsubscribed", "no_address", "bounced", "numbers_not_set"),
    *(
        "not_started",
        "paused",
        "ended",
        "runs_already",
        "has_account",
        "invited",
        "no_program",
        "asked_today",
    ),
    *("in_group", "not_online", "account_closed", "fault", "practised", "checkin_planned", "changed"),
    *("accepted", "gone_out"),
)
NEW_REASON = "is_theirs"
NEW_KIND = NEW_PURPOSE = "staff_invitation"
NEW_SUBJECT = "staff_invitation_id"
WHOSE = ["practice_id", "responsible_id", "status", "sort_key", "id"]


def upgrade() -> None:
    op.create_table(
        "staff_invitation",
        sa.Column("role", _choice("role", ROLES), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=True),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("expires_at", INSTANT, nullable=False),
        sa.Column("accepted_at", INSTANT, nullable=True),
        sa.Column("revoked_at", INSTANT, nullable=True),
        sa.Column("user_id", sa.Uuid(), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["practice_id"], ["practice.id"], name=op.f("fk_staff_invitation_practice_id")
        ),
        _belongs_to("staff_invitation", "user_account", "created_by"),
        _belongs_to("staff_invitation", "user_account", "user_id"),
        sa.CheckConstraint("role <> 'client'", name=op.f("ck_staff_invitation_of_staff")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_staff_invitation")),
        sa.UniqueConstraint("practice_id", "id", name=op.f("uq_staff_invitation_practice_id_id")),
    )
    with op.batch_alter_table("link_token", schema=None) as batch:
        batch.add_column(sa.Column(NEW_SUBJECT, sa.Uuid(), nullable=True))
        _points_at_invitation(batch, "link_token")
        _allow_links(batch, (*PURPOSES, NEW_PURPOSE), (*SUBJECTS, NEW_SUBJECT))
    op.create_index(
        op.f(f"ix_link_token_practice_id_{NEW_SUBJECT}"), "link_token", ["practice_id", NEW_SUBJECT]
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.add_column(sa.Column(NEW_SUBJECT, sa.Uuid(), nullable=True))
        _points_at_invitation(batch, "outbox_message")
        _allow(batch, "outbox_message", "kind", (*KINDS, NEW_KIND))
    op.create_index(
        op.f(f"ix_outbox_message_practice_id_{NEW_SUBJECT}"), "outbox_message", ["practice_id", NEW_SUBJECT]
    )
    with op.batch_alter_table("bulk_act", schema=None) as batch:
        _allow(batch, "bulk_act", "kind", (*ACTS, NEW_ACT))
    with op.batch_alter_table("bulk_act_line", schema=None) as batch:
        _allow(batch, "bulk_act_line", "reason", (*REASONS, NEW_REASON))
    op.add_column(
        "user_account", sa.Column("only_own", sa.Boolean(), server_default=sa.false(), nullable=False)
    )
    triggers = _triggers_of_clients()
    with op.batch_alter_table("client", schema=None) as batch:
        batch.add_column(sa.Column("responsible_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_client_practice_id_responsible_id"),
            *("user_account", ["practice_id", "responsible_id"], ["practice_id", "id"]),
        )
    _keep(triggers)
    op.create_index(op.f(f"ix_client_{'_'.join(WHOSE)}"), "client", WHOSE)


def downgrade() -> None:
    # an invitation opens nothing any more; its mail is called back, and who was responsible is forgotten
    op.execute(f"DELETE FROM link_token WHERE purpose = '{NEW_PURPOSE}'")
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind = '{NEW_KIND}'"
    )
    lines = f"SELECT id FROM bulk_act WHERE kind = '{NEW_ACT}'"
    op.execute(f"DELETE FROM bulk_act_line WHERE act_id IN ({lines})")
    op.execute(f"DELETE FROM bulk_act WHERE kind = '{NEW_ACT}'")
    op.drop_index(op.f(f"ix_client_{'_'.join(WHOSE)}"), "client")
    triggers = _triggers_of_clients()
    with op.batch_alter_table("client", schema=None) as batch:
        batch.drop_constraint(op.f("fk_client_practice_id_responsible_id"), type_="foreignkey")
        batch.drop_column("responsible_id")
    _keep(triggers)
    op.drop_column("user_account", "only_own")
    with op.batch_alter_table("bulk_act_line", schema=None) as batch:
        _allow(batch, "bulk_act_line", "reason", REASONS)
    with op.batch_alter_table("bulk_act", schema=None) as batch:
        _allow(batch, "bulk_act", "kind", ACTS)
    op.drop_index(op.f(f"ix_outbox_message_practice_id_{NEW_SUBJECT}"), "outbox_message")
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        _allow(batch, "outbox_message", "kind", KINDS)
        batch.drop_constraint(op.f(f"fk_outbox_message_practice_id_{NEW_SUBJECT}"), type_="foreignkey")
        batch.drop_column(NEW_SUBJECT)
    op.drop_index(op.f(f"ix_link_token_practice_id_{NEW_SUBJECT}"), "link_token")
    with op.batch_alter_table("link_token", schema=None) as batch:
        _allow_links(batch, PURPOSES, SUBJECTS)
        batch.drop_constraint(op.f(f"fk_link_token_practice_id_{NEW_SUBJECT}"), type_="foreignkey")
        batch.drop_column(NEW_SUBJECT)
    op.drop_table("staff_invitation")


def _triggers_of_clients() -> list[str]:
    """SQLite drops them with the table that a batch makes anew."""
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        return []
    query = sa.text("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'client'")
    return list(connection.execute(query).scalars())


def _keep(triggers: list[str]) -> None:
    for trigger in triggers:
        op.execute(trigger)


def _points_at_invitation(batch: sa.schema.SchemaItem, table: str) -> None:
    batch.create_foreign_key(  # type: ignore[attr-defined]
        op.f(f"fk_{table}_practice_id_{NEW_SUBJECT}"),
        *("staff_invitation", ["practice_id", NEW_SUBJECT], ["practice_id", "id"]),
    )


def _allow_links(batch: sa.schema.SchemaItem, purposes: tuple[str, ...], subjects: tuple[str, ...]) -> None:
    one = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in subjects)
    _allow(batch, "link_token", "purpose", purposes)
    batch.drop_constraint(op.f("ck_link_token_one_subject"), type_="check")  # type: ignore[attr-defined]
    batch.create_check_constraint(op.f("ck_link_token_one_subject"), f"{one} = 1")  # type: ignore[attr-defined]


def _allow(batch: sa.schema.SchemaItem, table: str, column: str, words: tuple[str, ...]) -> None:
    among = f"{column} IN ({', '.join(repr(word) for word in words)})"
    batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")  # type: ignore[attr-defined]
    batch.create_check_constraint(op.f(f"ck_{table}_{column}"), among)  # type: ignore[attr-defined]


def _belongs_to(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
