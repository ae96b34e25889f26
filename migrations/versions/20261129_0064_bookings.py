"""Clients ask for sessions, times are offered, and appointments are mailed, held or missed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0064"
down_revision = "0063"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
STATES = ("planned", "cancelled")
NEW_STATES = ("held", "missed")
WAYS = ("practice", "video")
BOOKINGS = ("asked", "offered", "taken", "withdrawn", "declined")
KINDS = (
    *("checkin", "checkin_reminder", "questionnaire", "invitation", "program_changed", "password_reset"),
    *("second_step_reset", "warning_sign_alert", "reply_notice", "practice_notice", "checkin_preview"),
    *("test_mail", "screen_alert", "address_proof", "address_notice", "program_offered"),
    *("course_place", "course_welcome", "group_message", "staff_invitation"),
)
NEW_KINDS = ("appointment", "appointment_reminder", "booking_answer", "booking_wish")
STILL_OPEN = sa.text("state IN ('asked', 'offered')")
SLOT = ["practice_id", "with_id", "slot_at"]
ABOUT = ["practice_id", "appointment_id"]


def upgrade() -> None:
    op.add_column(
        "practice", sa.Column("booking_wishes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("appointment", sa.Column("link", sa.String(length=500), nullable=True))
    op.add_column("appointment", sa.Column("because", sa.String(length=300), nullable=True))
    op.add_column("appointment", sa.Column("slot_at", INSTANT, nullable=True))
    with op.batch_alter_table("appointment", schema=None) as batch:
        _allow(batch, "appointment", "state", (*STATES, *NEW_STATES))
    op.create_index(op.f("ix_appointment_starts_at"), "appointment", ["starts_at"])
    op.create_index(op.f(f"ix_appointment_{'_'.join(SLOT)}"), "appointment", SLOT, unique=True)
    op.create_table(
        "booking_request",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("way", _choice("way", WAYS), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("suits", sa.String(length=500), nullable=False),
        sa.Column("state", _choice("state", BOOKINGS), nullable=False),
        sa.Column("asked_at", INSTANT, nullable=False),
        sa.Column("answered_by", sa.Uuid(), nullable=True),
        sa.Column("answered_at", INSTANT, nullable=True),
        sa.Column("words", sa.Text(), nullable=True),
        sa.Column("appointment_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("booking_request"),
        _belongs_to("booking_request", "client", "client_id"),
        _belongs_to("booking_request", "user_account", "answered_by"),
        _belongs_to("booking_request", "appointment", "appointment_id"),
    )
    op.create_index(
        *("uq_booking_request_open", "booking_request", ["practice_id", "client_id"]),
        unique=True,
        sqlite_where=STILL_OPEN,
        postgresql_where=STILL_OPEN,
    )
    _index("booking_request", "practice_id", "state", "asked_at")
    _index("booking_request", "practice_id", "client_id")
    op.create_table(
        "booking_offer",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("with_id", sa.Uuid(), nullable=False),
        sa.Column("starts_at", INSTANT, nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("link", sa.String(length=500), nullable=True),
        sa.Column("offered_by", sa.Uuid(), nullable=False),
        sa.Column("offered_at", INSTANT, nullable=False),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        *_of_practice("booking_offer"),
        _belongs_to("booking_offer", "booking_request", "request_id"),
        _belongs_to("booking_offer", "client", "client_id"),
        _belongs_to("booking_offer", "user_account", "with_id"),
        _belongs_to("booking_offer", "user_account", "offered_by"),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_booking_offer_minutes")),
    )
    _index("booking_offer", "practice_id", "request_id")
    _index("booking_offer", "practice_id", "client_id")
    op.create_table(
        "booking_hours",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("weekly", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("minutes", sa.Integer(), nullable=False),
        sa.Column("place", sa.String(length=200), nullable=False),
        sa.Column("room", sa.String(length=500), nullable=True),
        sa.Column("changed_at", INSTANT, nullable=False),
        *_of_practice("booking_hours"),
        _belongs_to("booking_hours", "user_account", "user_id"),
        sa.UniqueConstraint("practice_id", "user_id", name=op.f("uq_booking_hours_practice_id_user_id")),
        sa.CheckConstraint("minutes BETWEEN 5 AND 480", name=op.f("ck_booking_hours_minutes")),
    )
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        batch.add_column(sa.Column("appointment_id", sa.Uuid(), nullable=True))
        batch.create_foreign_key(
            op.f("fk_outbox_message_practice_id_appointment_id"),
            *("appointment", ABOUT, ["practice_id", "id"]),
        )
        _allow(batch, "outbox_message", "kind", (*KINDS, *NEW_KINDS))
    filled = sa.text("appointment_id IS NOT NULL")
    op.create_index(
        op.f(f"ix_outbox_message_{'_'.join(ABOUT)}"),
        *("outbox_message", ABOUT),
        sqlite_where=filled,
        postgresql_where=filled,
    )


def downgrade() -> None:
    # mail about a session is called back; one that was held or missed had been planned
    op.execute(
        "UPDATE outbox_message SET kind = 'questionnaire', finished_at = COALESCE(finished_at, created_at),"
        " state = CASE WHEN state IN ('ready', 'leased') THEN 'cancelled' ELSE state END"
        f" WHERE kind IN {NEW_KINDS!r}"
    )
    op.drop_index(op.f(f"ix_outbox_message_{'_'.join(ABOUT)}"), "outbox_message")
    with op.batch_alter_table("outbox_message", schema=None) as batch:
        _allow(batch, "outbox_message", "kind", KINDS)
        batch.drop_constraint(op.f("fk_outbox_message_practice_id_appointment_id"), type_="foreignkey")
        batch.drop_column("appointment_id")
    for table in ("booking_hours", "booking_offer", "booking_request"):
        op.drop_table(table)
    op.execute(f"UPDATE appointment SET state = 'planned' WHERE state IN {NEW_STATES!r}")
    op.drop_index(op.f(f"ix_appointment_{'_'.join(SLOT)}"), "appointment")
    op.drop_index(op.f("ix_appointment_starts_at"), "appointment")
    with op.batch_alter_table("appointment", schema=None) as batch:
        _allow(batch, "appointment", "state", STATES)
        for column in ("slot_at", "because", "link"):
            batch.drop_column(column)
    op.drop_column("practice", "booking_wishes")


def _index(table: str, *columns: str) -> None:
    op.create_index(op.f(f"ix_{table}_{'_'.join(columns)}"), table, list(columns))


def _allow(batch: sa.schema.SchemaItem, table: str, column: str, words: tuple[str, ...]) -> None:
    among = f"{column} IN ({', '.join(repr(word) for word in words)})"
    batch.drop_constraint(op.f(f"ck_{table}_{column}"), type_="check")  # type: ignore[attr-defined]
    batch.create_check_constraint(op.f(f"ck_{table}_{column}"), among)  # type: ignore[attr-defined]


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
