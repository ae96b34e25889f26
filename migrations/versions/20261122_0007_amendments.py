"""Amendments, findings that a program answers, flags found in an assessment, and the lock of what is signed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SIGNED = "a signed assessment is never changed"
KEPT = "an amendment is never changed"
OPEN_FLAG = "uq_warning_flag_practice_id_assessment_id_open"

# What each trigger refuses. REPLACE deletes rows without telling a DELETE trigger, so an INSERT over the key of
# a locked row is refused too; and so that no UPDATE can do the same, a key never changes.
LOCKS = (
    (
        "assessment",
        "INSERT",
        "EXISTS (SELECT 1 FROM assessment WHERE id = NEW.id AND status = 'signed')",
        SIGNED,
    ),
    ("assessment", "UPDATE", "OLD.status = 'signed' OR NEW.id <> OLD.id", SIGNED),
    ("assessment", "DELETE", "OLD.status = 'signed'", SIGNED),
    (
        "finding",
        "INSERT",
        "EXISTS (SELECT 1 FROM assessment WHERE id = NEW.assessment_id AND status = 'signed')"
        " OR EXISTS (SELECT 1 FROM finding JOIN assessment ON assessment.id = finding.assessment_id"
        " WHERE finding.id = NEW.id AND assessment.status = 'signed')",
        SIGNED,
    ),
    (
        "finding",
        "UPDATE",
        "NEW.id <> OLD.id OR EXISTS (SELECT 1 FROM assessment"
        " WHERE id IN (OLD.assessment_id, NEW.assessment_id) AND status = 'signed')",
        SIGNED,
    ),
    (
        "finding",
        "DELETE",
        "EXISTS (SELECT 1 FROM assessment WHERE id = OLD.assessment_id AND status = 'signed')",
        SIGNED,
    ),
    ("amendment", "INSERT", "EXISTS (SELECT 1 FROM amendment WHERE id = NEW.id)", KEPT),
    ("amendment", "UPDATE", "TRUE", KEPT),
    ("amendment", "DELETE", "TRUE", KEPT),
)


def upgrade() -> None:
    _amendment()
    _program_finding()
    with op.batch_alter_table("warning_flag", schema=None) as batch_op:
        batch_op.add_column(sa.Column("assessment_id", sa.Uuid(), nullable=True))
        batch_op.add_column(sa.Column("found", sa.JSON(none_as_null=True), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_warning_flag_practice_id_assessment_id"),
            "assessment",
            ["practice_id", "assessment_id"],
            ["practice_id", "id"],
        )
    op.create_index(
        OPEN_FLAG,
        "warning_flag",
        ["practice_id", "assessment_id"],
        unique=True,
        sqlite_where=sa.text("cleared_at IS NULL"),
        postgresql_where=sa.text("cleared_at IS NULL"),
    )
    _lock()


def downgrade() -> None:
    _unlock()
    op.drop_index(OPEN_FLAG, table_name="warning_flag")
    with op.batch_alter_table("warning_flag", schema=None) as batch_op:
        batch_op.drop_constraint(batch_op.f("fk_warning_flag_practice_id_assessment_id"), type_="foreignkey")
        batch_op.drop_column("found")
        batch_op.drop_column("assessment_id")
    op.drop_table("program_finding")
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_amendment_practice_id_assessment_id_made_at"))
    op.drop_table("amendment")


def _side(nullable: bool) -> sa.Column[str]:
    sides = sa.Enum(
        "left", "right", "none", name="side", native_enum=False, create_constraint=True, length=24
    )
    return sa.Column("side", sides, nullable=nullable)


def _belongs(table: str, other: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{other}.practice_id", f"{other}.id"],
        name=op.f(f"fk_{table}_practice_id_{column}"),
    )


def _of_practice(table: str) -> tuple[sa.schema.SchemaItem, ...]:
    return (
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("practice_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(["practice_id"], ["practice.id"], name=op.f(f"fk_{table}_practice_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("practice_id", "id", name=op.f(f"uq_{table}_practice_id_id")),
    )


def _amendment() -> None:
    op.create_table(
        "amendment",
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("test_key", sa.String(length=60), nullable=True),
        sa.Column("field_key", sa.String(length=60), nullable=True),
        _side(nullable=True),
        sa.Column("old_number", sa.Double(), nullable=True),
        sa.Column("old_text", sa.Text(), nullable=True),
        sa.Column("new_number", sa.Double(), nullable=True),
        sa.Column("new_text", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("(test_key IS NULL) = (field_key IS NULL)", name=op.f("ck_amendment_whole_place")),
        sa.CheckConstraint("(test_key IS NULL) = (side IS NULL)", name=op.f("ck_amendment_place_with_side")),
        sa.CheckConstraint(
            "test_key IS NOT NULL OR note IS NOT NULL", name=op.f("ck_amendment_says_something")
        ),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_amendment_with_reason")),
        _belongs("amendment", "assessment", "assessment_id"),
        _belongs("amendment", "user_account", "made_by"),
        *_of_practice("amendment"),
    )
    with op.batch_alter_table("amendment", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_amendment_practice_id_assessment_id_made_at"),
            ["practice_id", "assessment_id", "made_at"],
            unique=False,
        )


def _program_finding() -> None:
    op.create_table(
        "program_finding",
        sa.Column("program_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("test_key", sa.String(length=60), nullable=False),
        sa.Column("field_key", sa.String(length=60), nullable=False),
        _side(nullable=False),
        sa.Column("value_number", sa.Double(), nullable=True),
        sa.Column("value_text", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "value_number IS NOT NULL OR value_text IS NOT NULL", name=op.f("ck_program_finding_has_value")
        ),
        _belongs("program_finding", "program", "program_id"),
        _belongs("program_finding", "assessment", "assessment_id"),
        sa.UniqueConstraint(
            "practice_id",
            "program_id",
            "test_key",
            "field_key",
            "side",
            name=op.f("uq_program_finding_practice_id_program_id_test_key_field_key_side"),
        ),
        *_of_practice("program_finding"),
    )


def _lock() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, verb, refused, why in LOCKS:
        name = f"{table}_{verb.lower()}_locked"
        for statement in (
            _postgres(name, table, verb, refused, why)
            if postgres
            else [
                f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
            ]
        ):
            op.execute(statement)


def _postgres(name: str, table: str, verb: str, refused: str, why: str) -> list[str]:
    row = "OLD" if verb == "DELETE" else "NEW"
    statements = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {refused} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        f" RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {table} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if verb == "DELETE":  # which TRUNCATE does not tell of
        statements += [
            f"CREATE FUNCTION {table}_truncate_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
            f"CREATE TRIGGER {table}_truncate_locked BEFORE TRUNCATE ON {table}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {table}_truncate_locked()",
        ]
    return statements


def _unlock() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for table, verb, _, _ in reversed(LOCKS):
        names = [f"{table}_{verb.lower()}_locked"]
        if postgres and verb == "DELETE":
            names.append(f"{table}_truncate_locked")
        for name in names:
            op.execute(f"DROP TRIGGER {name} ON {table}" if postgres else f"DROP TRIGGER {name}")
            if postgres:
                op.execute(f"DROP FUNCTION {name}()")
