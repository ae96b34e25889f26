"""A signed report of progress is locked: it is given and withdrawn once, and says what was signed."""

from __future__ import annotations

from alembic import op

revision = "0079"
down_revision = "0078"
branch_labels = None
depends_on = None

TABLE = "progress_report"
WHY = "a signed report of progress is never changed"
SIGNED = ("id", "practice_id", "client_id", "reader", "since", "until", "words", "signed_by", "signed_at")
ONCE = ("given_at", "withdrawn_at")  # set when that is done, and from then on as they are
GOING = (
    "EXISTS (SELECT 1 FROM erasure WHERE erasure.practice_id = OLD.practice_id"
    " AND erasure.client_id = OLD.client_id AND erasure.state = 'under_way')"
)


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for verb, refused in (
        # REPLACE deletes without telling a DELETE trigger (0007)
        ("INSERT", f"EXISTS (SELECT 1 FROM {TABLE} WHERE id = NEW.id)"),
        ("UPDATE", _changes("IS DISTINCT FROM", "::text") if postgres else _changes("IS NOT", "")),
        ("DELETE", f"NOT {GOING}"),
    ):
        for statement in _on_postgres(verb, refused) if postgres else [_on_sqlite(verb, refused)]:
            op.execute(statement)


def downgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for verb in ("insert", "update", "delete", *(["truncate"] if postgres else [])):
        name = f"{TABLE}_{verb}_locked"
        op.execute(f"DROP TRIGGER {name} ON {TABLE}" if postgres else f"DROP TRIGGER {name}")
        if postgres:
            op.execute(f"DROP FUNCTION {name}()")


def _changes(differs: str, as_text: str) -> str:
    """That an UPDATE changes what was signed, or when it was given or withdrawn. JSON compares as text."""
    signed = [f"NEW.{name} {differs} OLD.{name}" for name in SIGNED]
    signed.append(f"NEW.content{as_text} {differs} OLD.content{as_text}")
    once = [f"(OLD.{name} IS NOT NULL AND NEW.{name} {differs} OLD.{name})" for name in ONCE]
    return " OR ".join(signed + once)


def _on_sqlite(verb: str, refused: str) -> str:
    return (
        f"CREATE TRIGGER {TABLE}_{verb.lower()}_locked BEFORE {verb} ON {TABLE} FOR EACH ROW WHEN {refused}"
        f" BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )


def _on_postgres(verb: str, refused: str) -> list[str]:
    name, row = f"{TABLE}_{verb.lower()}_locked", "OLD" if verb == "DELETE" else "NEW"
    raised = f"RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation';"
    statements = [
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" IF {refused} THEN {raised} END IF; RETURN {row}; END $$",
        f"CREATE TRIGGER {name} BEFORE {verb} ON {TABLE} FOR EACH ROW EXECUTE FUNCTION {name}()",
    ]
    if verb == "DELETE":  # which TRUNCATE does not tell of
        statements += [
            f"CREATE FUNCTION {TABLE}_truncate_locked() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            f" {raised} END $$",
            f"CREATE TRIGGER {TABLE}_truncate_locked BEFORE TRUNCATE ON {TABLE}"
            f" FOR EACH STATEMENT EXECUTE FUNCTION {TABLE}_truncate_locked()",
        ]
    return statements
