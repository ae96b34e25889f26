"""What a client logs and writes is a reason, and what is done about a reason has more than one kind.

What was said more than two weeks ago stays as the pages of then showed it. Down again only what was done stays.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

BEFORE = (
    *("warning_sign", "screen_positive", "pain_up", "contact_wanted", "not_answered", "bounced"),
    *("practice_dropped", "not_practised", "never_signed_in", "ending"),
)
HEARD = (
    *("log_pain", "answer_pain", "log_hurts", "still_up"),
    *("log_rising", "log_note", "answer_note", "activities"),
)
ACTS = ("done", "snoozed", "handed", "undone")
SHOWN = timedelta(days=14)  # how long answers stood on the first page
CHECKS = {
    "snoozed_until": "(act = 'snoozed') = (until IS NOT NULL)",
    "handed_to_whom": "(act = 'handed') = (handed_to IS NOT NULL)",
    "undone_what": "(act = 'undone') = (undoes IS NOT NULL)",
}
HANDLING = sa.table("reason_handling", sa.column("id", sa.Uuid()), sa.column("press_id", sa.Uuid()))
PRACTICE = sa.table(
    "practice",
    sa.column("heard_from", sa.DateTime(timezone=True)),
    sa.column("reasons_version", sa.Integer()),
)


def upgrade() -> None:
    op.add_column("practice", sa.Column("heard_from", sa.DateTime(timezone=True), nullable=True))
    op.execute(PRACTICE.update().values(heard_from=datetime.now(UTC) - SHOWN))
    for table in ("open_reason", "reason_handling"):
        _allow(table, (*BEFORE, *HEARD))
    with op.batch_alter_table("open_reason", schema=None) as batch:
        batch.add_column(sa.Column("handed_to", sa.Uuid(), nullable=True))
        _key(batch, "open_reason", "handed_to", "user_account")
    acts = sa.Enum(*ACTS, name="act", native_enum=False, create_constraint=False, length=24)
    with op.batch_alter_table("reason_handling", schema=None) as batch:
        batch.add_column(sa.Column("act", acts, nullable=False, server_default="done"))
        batch.add_column(sa.Column("press_id", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("until", sa.DateTime(timezone=True), nullable=True))
        batch.add_column(sa.Column("handed_to", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("undoes", sa.Uuid(), nullable=True))
        batch.add_column(sa.Column("closed", sa.JSON(none_as_null=True), nullable=True))
    op.execute(HANDLING.update().values(press_id=HANDLING.c.id))
    with op.batch_alter_table("reason_handling", schema=None) as batch:
        batch.alter_column("act", existing_type=acts, server_default=None)
        batch.alter_column("press_id", existing_type=sa.Uuid(), nullable=False)
        batch.create_check_constraint(op.f("ck_reason_handling_act"), _among("act", ACTS))
        for name, rule in CHECKS.items():
            batch.create_check_constraint(op.f(f"ck_reason_handling_{name}"), rule)
        batch.create_unique_constraint(
            op.f("uq_reason_handling_practice_id_undoes"), ["practice_id", "undoes"]
        )
        _key(batch, "reason_handling", "handed_to", "user_account")
        _key(batch, "reason_handling", "undoes", "reason_handling")


def downgrade() -> None:
    heard = ", ".join(repr(kind) for kind in HEARD)
    op.execute(
        "DELETE FROM reason_handling WHERE act = 'undone' OR id IN"
        " (SELECT undoes FROM reason_handling WHERE undoes IS NOT NULL)"
    )
    op.execute(f"DELETE FROM reason_handling WHERE act <> 'done' OR kind IN ({heard})")
    op.execute(f"DELETE FROM open_reason WHERE kind IN ({heard})")
    with op.batch_alter_table("reason_handling", schema=None) as batch:
        batch.drop_constraint(op.f("fk_reason_handling_practice_id_undoes"), type_="foreignkey")
        batch.drop_constraint(op.f("fk_reason_handling_practice_id_handed_to"), type_="foreignkey")
        batch.drop_constraint(op.f("uq_reason_handling_practice_id_undoes"), type_="unique")
        for name in (*CHECKS, "act"):
            batch.drop_constraint(op.f(f"ck_reason_handling_{name}"), type_="check")
        for name in ("closed", "undoes", "handed_to", "until", "press_id", "act"):
            batch.drop_column(name)
    with op.batch_alter_table("open_reason", schema=None) as batch:
        batch.drop_constraint(op.f("fk_open_reason_practice_id_handed_to"), type_="foreignkey")
        batch.drop_column("handed_to")
    for table in ("open_reason", "reason_handling"):
        _allow(table, BEFORE)
    op.execute(PRACTICE.update().values(reasons_version=0))  # what was put off or handed over shows again
    op.drop_column("practice", "heard_from")


def _allow(table: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_kind")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, _among("kind", words))


def _among(column: str, words: tuple[str, ...]) -> str:
    return f"{column} IN ({', '.join(repr(word) for word in words)})"


def _key(batch: BatchOperations, table: str, column: str, target: str) -> None:
    name, columns = op.f(f"fk_{table}_practice_id_{column}"), ["practice_id", column]
    batch.create_foreign_key(name, target, columns, ["practice_id", "id"])
