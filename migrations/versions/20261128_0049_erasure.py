"""Erasure: who is to be erased and was, and a named way through the locks of what is signed and of the trail.

The way is open for as long as an erasure is under way, to its own client's rows alone. A line of the trail
can then lose its words and nothing else; on PostgreSQL by a function of the owner of the tables, because
the app itself may not write to the trail.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0049"
down_revision = "0048"
branch_labels = None
depends_on = None

SIGNED = "a signed assessment is never changed"
AMENDED = "an amendment is never changed"
ANSWERED = "an answer is never changed"
NOTED = "a signed note is never changed"
ADDED = "what was added to a note is never changed"
TRAIL = "the audit trail is only added to"
FORGOTTEN = '{"erased": true}'
GOING = (
    "EXISTS (SELECT 1 FROM erasure WHERE erasure.practice_id = {row}.practice_id"
    " AND erasure.client_id = {row}.client_id AND erasure.state = 'under_way')"
)
OF_SIGNED = (
    "EXISTS (SELECT 1 FROM assessment WHERE id = OLD.assessment_id AND status = 'signed' AND NOT "
    + GOING.format(row="assessment")
    + ")"
)
# table, what a DELETE was refused by, what it is refused by now, and the words
LOCKS = (
    (
        "assessment",
        "OLD.status = 'signed'",
        "OLD.status = 'signed' AND NOT " + GOING.format(row="OLD"),
        SIGNED,
    ),
    (
        "finding",
        "EXISTS (SELECT 1 FROM assessment WHERE id = OLD.assessment_id AND status = 'signed')",
        OF_SIGNED,
        SIGNED,
    ),
    (
        "amendment",
        "TRUE",
        "NOT EXISTS (SELECT 1 FROM assessment WHERE id = OLD.assessment_id AND "
        + GOING.format(row="assessment")
        + ")",
        AMENDED,
    ),
    ("questionnaire_response", "TRUE", "NOT " + GOING.format(row="OLD"), ANSWERED),
    (
        "visit_note",
        "OLD.status = 'signed'",
        "OLD.status = 'signed' AND NOT " + GOING.format(row="OLD"),
        NOTED,
    ),
    (
        "visit_note_amendment",
        "TRUE",
        "NOT EXISTS (SELECT 1 FROM visit_note WHERE id = OLD.note_id AND "
        + GOING.format(row="visit_note")
        + ")",
        ADDED,
    ),
)
UNCHANGED = (
    *("id", "practice_id", "happened_at", "action", "actor_id", "client_id", "subject_id"),
    *("seq", "words_hash", "hash"),
)


def upgrade() -> None:
    op.create_table(
        "erasure",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        _choice("reason", "wish", "retention", "mistake"),
        _choice("state", "asked", "grace", "under_way", "done", "called_back", "declined"),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("asked_by", sa.Uuid(), nullable=True),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", sa.Uuid(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erase_on", sa.Date(), nullable=True),
        sa.Column("was", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("keep_years", sa.Integer(), nullable=True),
        sa.Column("keep_law", sa.String(200), nullable=True),
        sa.Column("pseudonym", sa.String(60), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("counts", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("files", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("again_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("erasure"),
        _belongs("erasure", "user_account", "asked_by"),
        _belongs("erasure", "user_account", "decided_by"),
        sa.UniqueConstraint("practice_id", "pseudonym", name=op.f("uq_erasure_practice_id_pseudonym")),
        sa.CheckConstraint("(keep_years IS NULL) = (keep_law IS NULL)", name=op.f("ck_erasure_kept_by_law")),
        sa.CheckConstraint(
            "state IN ('asked', 'called_back', 'declined') OR erase_on IS NOT NULL",
            name=op.f("ck_erasure_erase_on"),
        ),
        sa.CheckConstraint("(state = 'done') = (erased_at IS NOT NULL)", name=op.f("ck_erasure_erased_at")),
    )
    is_open = sa.text("state IN ('asked', 'grace', 'under_way')")
    op.create_index(op.f("ix_erasure_practice_id_client_id"), "erasure", ["practice_id", "client_id"])
    op.create_index(
        "ix_erasure_open", "erasure", ["state", "erase_on"], sqlite_where=is_open, postgresql_where=is_open
    )
    op.create_index(
        "uq_erasure_open_client",
        "erasure",
        ["practice_id", "client_id"],
        unique=True,
        sqlite_where=is_open,
        postgresql_where=is_open,
    )
    op.create_table(
        "kept_record",
        sa.Column("erasure_id", sa.Uuid(), nullable=False),
        sa.Column("until", sa.Date(), nullable=False),
        sa.Column("files", sa.JSON(none_as_null=True), nullable=False),
        *_of_practice("kept_record"),
        _belongs("kept_record", "erasure", "erasure_id"),
        sa.UniqueConstraint("practice_id", "erasure_id", name=op.f("uq_kept_record_practice_id_erasure_id")),
    )
    op.create_index(op.f("ix_kept_record_until"), "kept_record", ["until"])
    op.add_column("client", sa.Column("erase_on", sa.Date(), nullable=True))
    op.add_column("practice", sa.Column("erasure_wishes", sa.Integer(), nullable=False, server_default="0"))
    for name, kind in (
        ("retention_years", sa.Integer()),
        ("keep_years", sa.Integer()),
        ("keep_law", sa.String(200)),
    ):
        op.add_column("practice", sa.Column(name, kind, nullable=True))
    _keys_of_the_trail(there=False)
    for table, _, refused, why in LOCKS:
        _lock(table, refused, why)


def downgrade() -> None:
    for table, refused, _, why in LOCKS:
        _lock(table, refused, why)
    _keys_of_the_trail(there=True)
    for name in ("keep_law", "keep_years", "retention_years", "erasure_wishes"):
        op.drop_column("practice", name)
    op.drop_column("client", "erase_on")
    op.drop_table("kept_record")
    op.drop_table("erasure")


def _keys_of_the_trail(*, there: bool) -> None:
    """The trail goes on naming by id whom nobody finds any more; its words may be forgotten, or not."""
    keys = (("client", "client_id"), ("user_account", "actor_id"))
    if op.get_bind().dialect.name == "postgresql":
        for other, column in keys:
            name = f"fk_audit_event_practice_id_{column}"
            if there:
                pair = ["practice_id", column]
                op.create_foreign_key(name, "audit_event", other, pair, ["practice_id", "id"])
            else:
                op.drop_constraint(name, "audit_event", type_="foreignkey")
        _forgetting_on_postgres(allowed=not there)
        return
    for verb in ("insert", "update", "delete"):
        op.execute(f"DROP TRIGGER audit_event_{verb}_locked")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        for other, column in keys:
            name = f"fk_audit_event_practice_id_{column}"
            if there:
                pair = ["practice_id", column]
                batch_op.create_foreign_key(name, other, pair, ["practice_id", "id"])
            else:
                batch_op.drop_constraint(name, type_="foreignkey")
    for verb, refused in (
        ("INSERT", "EXISTS (SELECT 1 FROM audit_event WHERE id = NEW.id)"),
        ("UPDATE", "TRUE" if there else f"NOT ({_only_forgets('IS')})"),
        ("DELETE", "TRUE"),
    ):
        op.execute(
            f"CREATE TRIGGER audit_event_{verb.lower()}_locked BEFORE {verb} ON audit_event FOR EACH ROW"
            f" WHEN {refused} BEGIN SELECT RAISE(ABORT, '{TRAIL}'); END"
        )


def _only_forgets(same: str, details: str = "NEW.details") -> str:
    """That an UPDATE takes the words off a line and changes nothing else, while somebody is being erased."""
    unchanged = " AND ".join(f"NEW.{name} {same} OLD.{name}" for name in UNCHANGED)
    return (
        f"NEW.salt IS NULL AND {details} = '{FORGOTTEN}' AND {unchanged} AND EXISTS (SELECT 1 FROM erasure"
        " WHERE erasure.practice_id = OLD.practice_id AND erasure.state = 'under_way')"
    )


def _forgetting_on_postgres(*, allowed: bool) -> None:
    raised = f"RAISE EXCEPTION '{TRAIL}' USING ERRCODE = 'integrity_constraint_violation';"
    if not allowed:
        op.execute("DROP FUNCTION audit_event_forget(uuid, uuid[], text)")
        op.execute(
            "CREATE OR REPLACE FUNCTION audit_event_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" {raised} END $$"
        )
        return
    forgets = _only_forgets("IS NOT DISTINCT FROM", "NEW.details::text")
    op.execute(
        "CREATE OR REPLACE FUNCTION audit_event_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF TG_OP = 'UPDATE' THEN IF {forgets} THEN RETURN NEW; END IF; END IF;"
        f" {raised} END $$"
    )
    # run as the owner of the tables, whom the walls between practices hold as well
    op.execute(
        "CREATE FUNCTION audit_event_forget(whose uuid, lines uuid[], said text) RETURNS void"
        " LANGUAGE sql SECURITY DEFINER SET search_path FROM CURRENT AS $$"
        f" UPDATE audit_event SET actor_name = coalesce(said, actor_name), details = '{FORGOTTEN}', salt = NULL"
        " WHERE practice_id = whose AND id = ANY(lines) $$"
    )


def _lock(table: str, refused: str, why: str) -> None:
    name = f"{table}_delete_locked"
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" IF {refused} THEN RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
            " RETURN OLD; END $$"
        )
        return
    op.execute(f"DROP TRIGGER {name}")
    op.execute(
        f"CREATE TRIGGER {name} BEFORE DELETE ON {table} FOR EACH ROW WHEN {refused}"
        f" BEGIN SELECT RAISE(ABORT, '{why}'); END"
    )


def _choice(name: str, *words: str) -> sa.Column[str]:
    kind = sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)
    return sa.Column(name, kind, nullable=False)


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
