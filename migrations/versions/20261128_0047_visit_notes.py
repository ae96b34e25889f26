"""Notes of visits, locked once they are signed, what is added to them, and phrases to write them with."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0047"
down_revision = "0046"
branch_labels = None
depends_on = None

INSTANT = sa.DateTime(timezone=True)
SIGNED = "a signed note is never changed"
KEPT = "what was added to a note is never changed"
# As for assessments (0007): REPLACE deletes without telling a DELETE trigger, so an INSERT over the key of a
# locked row is refused too; and so that no UPDATE can do the same, a key never changes.
LOCKS = (
    (
        "visit_note",
        "INSERT",
        "EXISTS (SELECT 1 FROM visit_note WHERE id = NEW.id AND status = 'signed')",
        SIGNED,
    ),
    ("visit_note", "UPDATE", "OLD.status = 'signed' OR NEW.id <> OLD.id", SIGNED),
    ("visit_note", "DELETE", "OLD.status = 'signed'", SIGNED),
    (
        "visit_note_amendment",
        "INSERT",
        "EXISTS (SELECT 1 FROM visit_note_amendment WHERE id = NEW.id)",
        KEPT,
    ),
    ("visit_note_amendment", "UPDATE", "TRUE", KEPT),
    ("visit_note_amendment", "DELETE", "TRUE", KEPT),
)


def upgrade() -> None:
    op.create_table(
        "visit_note",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("assessment_id", sa.Uuid(), nullable=True),
        sa.Column("visited_on", sa.Date(), nullable=False),
        sa.Column("status", _choice("status", "draft", "signed"), nullable=False),
        sa.Column("shape", _choice("shape", "free", "soap"), nullable=False),
        *(
            sa.Column(part, sa.Text(), nullable=True)
            for part in ("text", "subjective", "objective", "assessed", "plan")
        ),
        sa.Column("created_by", sa.Uuid(), nullable=False),
        sa.Column("created_at", INSTANT, nullable=False),
        sa.Column("saved_by", sa.Uuid(), nullable=False),
        sa.Column("saved_at", INSTANT, nullable=False),
        sa.Column("signed_by", sa.Uuid(), nullable=True),
        sa.Column("signed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("visit_note"),
        _belongs_to("visit_note", "client", "client_id"),
        _belongs_to("visit_note", "assessment", "assessment_id"),
        *(_belongs_to("visit_note", "user_account", who) for who in ("created_by", "saved_by", "signed_by")),
        sa.CheckConstraint(
            "(status = 'signed') = (signed_at IS NOT NULL)", name=op.f("ck_visit_note_signed_when")
        ),
        sa.CheckConstraint(
            "(signed_at IS NULL) = (signed_by IS NULL)", name=op.f("ck_visit_note_signed_by_whom")
        ),
    )
    _index("visit_note", "client_id", "visited_on")
    _index("visit_note", "assessment_id")
    op.create_table(
        "visit_note_amendment",
        sa.Column("note_id", sa.Uuid(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        *_of_practice("visit_note_amendment"),
        _belongs_to("visit_note_amendment", "visit_note", "note_id"),
        _belongs_to("visit_note_amendment", "user_account", "made_by"),
        sa.CheckConstraint("length(text) > 0", name=op.f("ck_visit_note_amendment_says_something")),
        sa.CheckConstraint("length(reason) > 0", name=op.f("ck_visit_note_amendment_with_reason")),
    )
    _index("visit_note_amendment", "note_id", "made_at")
    op.create_table(
        "phrase",
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=60), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("changed_at", INSTANT, nullable=False),
        sa.Column("removed_at", INSTANT, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_practice("phrase"),
        _belongs_to("phrase", "user_account", "owner_id"),
        sa.UniqueConstraint(
            "practice_id", "owner_id", "name", name=op.f("uq_phrase_practice_id_owner_id_name")
        ),
    )
    _lock()


def downgrade() -> None:
    _unlock()
    for table in ("phrase", "visit_note_amendment", "visit_note"):
        op.drop_table(table)


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


def _index(table: str, *columns: str) -> None:
    named = op.f(f"ix_{table}_practice_id_{'_'.join(columns)}")
    op.create_index(named, table, ["practice_id", *columns])


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


def _choice(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
