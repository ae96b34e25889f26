"""The audit trail is a chain that is only ever added to: places for number and hash, its end, and its locks.

What is there already is not written to: the chain takes its digests (services/audit/older).
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

WHY = "the audit trail is only added to"
PLACE = "ix_audit_event_practice_id_seq"
# REPLACE deletes rows without telling a DELETE trigger, so an INSERT over a row is refused too.
LOCKS = (
    ("INSERT", "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)"),
    ("UPDATE", "TRUE"),
    ("DELETE", "TRUE"),
)


def upgrade() -> None:
    op.create_table(
        "audit_end",
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.Column("seq", sa.BigInteger(), nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name="fk_audit_end_practice_id"),
        sa.PrimaryKeyConstraint("id", name="pk_audit_end"),
        sa.UniqueConstraint("practice_id", name="uq_audit_end_practice_id"),
        sa.UniqueConstraint("practice_id", "id", name="uq_audit_end_practice_id_id"),
    )
    for name, kind in (
        ("seq", sa.BigInteger()),
        ("salt", sa.String(32)),
        ("words_hash", sa.String(64)),
        ("hash", sa.String(64)),
    ):
        op.add_column("audit_event", sa.Column(name, kind, nullable=True))
    op.create_index(PLACE, "audit_event", ["practice_id", "seq"], unique=True)
    for statement in _locks(op.get_bind().dialect.name):
        op.execute(statement)


def downgrade() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP TRIGGER audit_event_locked ON audit_event")
        op.execute("DROP TRIGGER audit_event_truncate_locked ON audit_event")
        op.execute("DROP FUNCTION audit_event_locked()")
    else:
        for verb, _ in LOCKS:
            op.execute(f"DROP TRIGGER audit_event_{verb.lower()}_locked")
    op.drop_index(PLACE, "audit_event")
    for name in ("hash", "words_hash", "salt", "seq"):
        op.drop_column("audit_event", name)
    op.drop_table("audit_end")


def _locks(dialect: str) -> list[str]:
    if dialect == "postgresql":
        return [
            "CREATE FUNCTION audit_event_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            "CREATE TRIGGER audit_event_locked BEFORE UPDATE OR DELETE ON audit_event"
            " FOR EACH ROW EXECUTE FUNCTION audit_event_locked()",
            "CREATE TRIGGER audit_event_truncate_locked BEFORE TRUNCATE ON audit_event"
            " FOR EACH STATEMENT EXECUTE FUNCTION audit_event_locked()",
        ]
    return [
        f"CREATE TRIGGER audit_event_{verb.lower()}_locked BEFORE {verb} ON audit_event FOR EACH ROW WHEN {refused}"
        f" BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        for verb, refused in LOCKS
    ]
