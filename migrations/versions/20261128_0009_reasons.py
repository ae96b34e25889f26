"""Reasons to look after somebody are kept, and what people did about them has a table of its own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

KINDS = (
    *("warning_sign", "screen_positive", "pain_up", "contact_wanted", "not_answered", "bounced"),
    *("practice_dropped", "not_practised", "never_signed_in", "ending"),
)
READ_BY_THE_FIRST_PAGE = ["practice_id", "shows_from", "shows_until", "client_id", "place"]
# the table stays empty until the rules have filled it: a practice's version says by which ones


def upgrade() -> None:
    op.add_column("practice", sa.Column("reasons_version", sa.Integer(), nullable=False, server_default="0"))
    _create_reasons()
    _create_handlings()
    _carry_over()
    with op.batch_alter_table("checkin_answer", schema=None) as batch:
        batch.drop_index(op.f("ix_checkin_answer_practice_id_handled_at"))
        batch.drop_constraint(op.f("fk_checkin_answer_practice_id_handled_by"), type_="foreignkey")
        batch.drop_column("handled_by")
        batch.drop_column("handled_at")


def downgrade() -> None:
    with op.batch_alter_table("checkin_answer", schema=None) as batch:
        batch.add_column(sa.Column("handled_by", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True))
        batch.create_foreign_key(
            op.f("fk_checkin_answer_practice_id_handled_by"),
            "user_account",
            ["practice_id", "handled_by"],
            ["practice_id", "id"],
        )
        batch.create_index(op.f("ix_checkin_answer_practice_id_handled_at"), ["practice_id", "handled_at"])
    _carry_back()
    op.drop_table("reason_handling")
    op.drop_table("open_reason")
    op.drop_column("practice", "reasons_version")


def _create_reasons() -> None:
    op.create_table(
        "open_reason",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("since", sa.Date(), nullable=False),
        sa.Column("shows_from", sa.DateTime(timezone=True), nullable=False),
        sa.Column("shows_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("figures", sa.JSON(none_as_null=True), nullable=False),
        *_of_practice("open_reason"),
        _key("open_reason", "client_id", "client"),
        sa.UniqueConstraint(
            *("practice_id", "client_id", "kind", "subject_id"),
            name=op.f("uq_open_reason_practice_id_client_id_kind_subject_id"),
        ),
        sa.CheckConstraint(
            "shows_until IS NULL OR shows_from < shows_until", name=op.f("ck_open_reason_shows")
        ),
    )
    op.create_index("ix_open_reason_practice_id_shows_from", "open_reason", READ_BY_THE_FIRST_PAGE)


def _create_handlings() -> None:
    op.create_table(
        "reason_handling",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("kind", _kind(), nullable=False),
        sa.Column("subject_id", sa.Uuid(), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_by", sa.Uuid(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        *_of_practice("reason_handling"),
        _key("reason_handling", "client_id", "client"),
        _key("reason_handling", "handled_by", "user_account"),
    )
    op.create_index(
        op.f("ix_reason_handling_practice_id_client_id_kind"),
        "reason_handling",
        ["practice_id", "client_id", "kind"],
    )


def _carry_over() -> None:
    """What was looked after stood in the audit, and of answers on the answer itself."""
    kind, note = _detail("kind"), _detail("note")
    kinds = ", ".join(f"'{each}'" for each in KINDS)
    columns = "id, practice_id, client_id, kind, subject_id, handled_at, handled_by, note"
    op.execute(
        f"INSERT INTO reason_handling ({columns})"
        f" SELECT id, practice_id, client_id, {kind}, subject_id, happened_at, actor_id, {note}"
        " FROM audit_event WHERE action = 'client.looked_after' AND client_id IS NOT NULL"
        f" AND subject_id IS NOT NULL AND actor_id IS NOT NULL AND {kind} IN ({kinds})"
    )
    for kind, which in (("pain_up", "TRUE"), ("contact_wanted", "contact_wanted")):
        op.execute(
            f"INSERT INTO reason_handling ({columns})"
            f" SELECT {_random_key()}, practice_id, client_id, '{kind}', id, handled_at, handled_by, NULL"
            f" FROM checkin_answer WHERE handled_by IS NOT NULL AND handled_at IS NOT NULL AND {which}"
        )


def _carry_back() -> None:
    """An answer that nobody had to look after was closed as it was stored, or by a later one."""
    mine = (
        "FROM reason_handling WHERE reason_handling.practice_id = checkin_answer.practice_id"
        " AND reason_handling.client_id = checkin_answer.client_id"
        " AND reason_handling.kind IN ('pain_up', 'contact_wanted')"
        " AND reason_handling.subject_id = checkin_answer.id"
        " AND reason_handling.handled_at >= COALESCE(checkin_answer.corrected_at, checkin_answer.answered_at)"
        " ORDER BY reason_handling.handled_at LIMIT 1"
    )
    op.execute(
        f"UPDATE checkin_answer SET handled_at = (SELECT handled_at {mine}),"
        f" handled_by = (SELECT handled_by {mine})"
    )
    op.execute(
        "UPDATE checkin_answer SET handled_at = answered_at WHERE handled_at IS NULL AND NOT contact_wanted"
        " AND EXISTS (SELECT 1 FROM checkin_answer AS later WHERE later.practice_id = checkin_answer.practice_id"
        " AND later.client_id = checkin_answer.client_id AND later.answered_at > checkin_answer.answered_at)"
    )


def _is_postgres() -> bool:
    return op.get_bind().dialect.name == "postgresql"


def _detail(name: str) -> str:
    return f"details->>'{name}'" if _is_postgres() else f"json_extract(details, '$.{name}')"


def _random_key() -> str:
    return "gen_random_uuid()" if _is_postgres() else "lower(hex(randomblob(16)))"


def _kind() -> sa.Enum:
    return sa.Enum(*KINDS, name="kind", native_enum=False, create_constraint=True, length=24)


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{target}.practice_id", f"{target}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )
