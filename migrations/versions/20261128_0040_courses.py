"""Courses, those who ask for a place in one, and messages to all of a group."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = ("draft", "open", "running", "ended", "called_off")
LATE = ("own_week", "group_week")
REQUESTS = ("unconfirmed", "waiting", "listed", "joined", "refused")
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice", "program_offered"),
)
NEW_KINDS = ("course_place", "course_welcome", "group_message")
PURPOSES = ("invitation", "reset", "checkin", "questionnaire", "address")
NEW_PURPOSE = "course_place"
SUBJECTS = ("user_id", "invitation_id", "checkin_id", "questionnaire_request_id")
NEW_SUBJECT = "course_request_id"


def upgrade() -> None:
    op.create_table(
        "course",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("state", _choice("state", STATES), nullable=False),
        sa.Column("starts_on", sa.Date(), nullable=False),
        sa.Column("weeks", sa.Integer(), nullable=False),
        sa.Column("version_id", sa.Uuid(), nullable=False),
        sa.Column("checkin", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("places", sa.Integer(), nullable=True),
        sa.Column("late", _choice("late", LATE), nullable=False),
        sa.Column("needs_approval", sa.Boolean(), nullable=False),
        sa.Column("welcome", sa.Text(), nullable=True),
        sa.Column("join_code", sa.String(length=32), nullable=True),
        sa.Column("ended_at", INSTANT, nullable=True),
        sa.Column("ended_because", sa.String(length=500), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("course"),
        _belongs_to("course", "client_group", "group_id"),
        _belongs_to("course", "routine_version", "version_id"),
        sa.UniqueConstraint("practice_id", "group_id", name=op.f("uq_course_practice_id_group_id")),
        sa.UniqueConstraint("join_code", name=op.f("uq_course_join_code")),
        sa.CheckConstraint("weeks BETWEEN 1 AND 104", name=op.f("ck_course_weeks")),
        sa.CheckConstraint("places BETWEEN 1 AND 2000", name=op.f("ck_course_places")),
    )
    op.create_index(op.f("ix_course_state"), "course", ["state"])
    op.create_table(
        "course_request",
        sa.Column("course_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("email", sa.String(length=254), nullable=False),
        sa.Column("email_key", sa.String(length=254), nullable=False),
        sa.Column("time_zone", sa.String(length=64), nullable=False),
        sa.Column("consented_at", INSTANT, nullable=False),
        sa.Column("state", _choice("state", REQUESTS), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("confirmed_at", INSTANT, nullable=True),
        sa.Column("client_id", sa.Uuid(), nullable=True),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", INSTANT, nullable=True),
        *_of_practice("course_request"),
        _belongs_to("course_request", "course", "course_id"),
        _belongs_to("course_request", "client", "client_id"),
        _belongs_to("course_request", "user_account", "decided_by"),
        sa.UniqueConstraint(
            *("practice_id", "course_id", "email_key"),
            name=op.f("uq_course_request_practice_id_course_id_email_key"),
        ),
    )
    op.create_index(
        op.f("ix_course_request_practice_id_client_id"), "course_request", ["practice_id", "client_id"]
    )
    op.create_table(
        "group_message",
        sa.Column("group_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("written_by", sa.Uuid(), nullable=False),
        sa.Column("written_at", INSTANT, nullable=False),
        sa.Column("taken_back_at", INSTANT, nullable=True),
        *_of_practice("group_message"),
        _belongs_to("group_message", "client_group", "group_id"),
        _belongs_to("group_message", "user_account", "written_by"),
    )
    op.create_index(
        op.f("ix_group_message_practice_id_group_id"), "group_message", ["practice_id", "group_id"]
    )
    with op.batch_alter_table("group_member", schema=None) as batch:
        batch.add_column(sa.Column("program_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("problem", sa.String(length=300), nullable=True))
        batch.create_foreign_key(
            op.f("fk_group_member_practice_id_program_id"),
            *("program", ["practice_id", "program_id"], ["practice_id", "id"]),
        )
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        for column, table in (
            *(("group_id", "client_group"), ("group_message_id", "group_message")),
            ("course_request_id", "course_request"),
        ):
            batch.add_column(sa.Column(column, sa.Uuid(), nullable=True))
            batch.create_foreign_key(
                op.f(f"fk_outbox_message_practice_id_{column}"),
                *(table, ["practice_id", column], ["practice_id", "id"]),
            )
        batch.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_message_kind"), _among("kind", (*KINDS, *NEW_KINDS)))
    op.create_index(
        *(op.f("ix_outbox_message_practice_id_group_message_id"), "outbox_message"),
        ["practice_id", "group_message_id"],
    )
    with op.batch_alter_table("link_token", schema=None) as batch:
        batch.add_column(sa.Column(NEW_SUBJECT, sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f(f"fk_link_token_practice_id_{NEW_SUBJECT}"),
            *("course_request", ["practice_id", NEW_SUBJECT], ["practice_id", "id"]),
        )
        _allow_links(batch, (*PURPOSES, NEW_PURPOSE), (*SUBJECTS, NEW_SUBJECT))
    op.create_index(
        *(op.f(f"ix_link_token_practice_id_{NEW_SUBJECT}"), "link_token"), ["practice_id", NEW_SUBJECT]
    )


def downgrade() -> None:
    # a link to confirm a place opens nothing any more; such mail is called back
    op.execute(f"DELETE FROM link_token WHERE purpose = '{NEW_PURPOSE}'")
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind IN {NEW_KINDS!r}"
    )
    op.drop_index(op.f(f"ix_link_token_practice_id_{NEW_SUBJECT}"), "link_token")
    with op.batch_alter_table("link_token", schema=None) as batch:
        _allow_links(batch, PURPOSES, SUBJECTS)
        batch.drop_constraint(op.f(f"fk_link_token_practice_id_{NEW_SUBJECT}"), type_="foreignkey")
        batch.drop_column(NEW_SUBJECT)
    op.drop_index(op.f("ix_outbox_message_practice_id_group_message_id"), "outbox_message")
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.drop_constraint(op.f("ck_outbox_message_kind"), type_="check")
        batch.create_check_constraint(op.f("ck_outbox_message_kind"), _among("kind", KINDS))
        for column in ("group_id", "group_message_id", "course_request_id"):
            batch.drop_constraint(op.f(f"fk_outbox_message_practice_id_{column}"), type_="foreignkey")
            batch.drop_column(column)
    with op.batch_alter_table("group_member", schema=None) as batch:
        batch.drop_constraint(op.f("fk_group_member_practice_id_program_id"), type_="foreignkey")
        batch.drop_column("program_id")
        batch.drop_column("problem")
    for table in ("group_message", "course_request", "course"):
        op.drop_table(table)


def _allow_links(batch: sa.schema.SchemaItem, purposes: tuple[str, ...], subjects: tuple[str, ...]) -> None:
    one = " + ".join(f"(CASE WHEN {column} IS NULL THEN 0 ELSE 1 END)" for column in subjects)
    for name, condition in (("purpose", _among("purpose", purposes)), ("one_subject", f"{one} = 1")):
        batch.drop_constraint(op.f(f"ck_link_token_{name}"), type_="check")  # type: ignore[attr-defined]
        batch.create_check_constraint(op.f(f"ck_link_token_{name}"), condition)  # type: ignore[attr-defined]


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


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


def _choice(name: str, words: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
