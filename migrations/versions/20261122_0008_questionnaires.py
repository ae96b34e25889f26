"""Questionnaires and their answers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from alembic.operations import BatchOperations

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

UNFINISHED = sa.text("finished_at IS NULL AND revoked_at IS NULL AND expired_at IS NULL")
POSITIVE = sa.text("screen_positive")
SUBJECTS = ("user_id", "invitation_id", "checkin_id")
OLD_PURPOSES = ("invitation", "reset", "checkin", "unsubscribe")
NEW_SUBJECT = "questionnaire_request_id"
KEPT = "an answer is never changed"

# What each trigger refuses. REPLACE deletes rows without telling a DELETE trigger, so an INSERT over a key that
# is taken is refused too.
LOCKS = (
    (
        "INSERT",
        "EXISTS (SELECT 1 FROM questionnaire_response AS kept WHERE kept.id = NEW.id"
        " OR (kept.practice_id = NEW.practice_id AND kept.request_id = NEW.request_id"
        " AND kept.questionnaire_key = NEW.questionnaire_key AND kept.revision = NEW.revision))",
    ),
    ("UPDATE", "TRUE"),
    ("DELETE", "TRUE"),
)


def upgrade() -> None:
    _create_request()
    _create_response()
    _allow_links(OLD_PURPOSES, (*OLD_PURPOSES, "questionnaire"), SUBJECTS, (*SUBJECTS, NEW_SUBJECT))
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        batch_op.add_column(sa.Column(NEW_SUBJECT, sa.Uuid(), nullable=True))
        _point_at_request(batch_op, "outbox_message")
    _lock()


def downgrade() -> None:
    _unlock()
    op.execute("DELETE FROM outbox_message WHERE questionnaire_request_id IS NOT NULL")
    with op.batch_alter_table("outbox_message", schema=None) as batch_op:
        _let_go_of_request(batch_op, "outbox_message")
    op.execute("DELETE FROM link_token WHERE questionnaire_request_id IS NOT NULL")
    _allow_links((*OLD_PURPOSES, "questionnaire"), OLD_PURPOSES, (*SUBJECTS, NEW_SUBJECT), SUBJECTS)
    op.drop_table("questionnaire_response")
    op.drop_table("questionnaire_request")


def _create_request() -> None:
    op.create_table(
        "questionnaire_request",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("form_key", sa.String(length=32), nullable=False),
        sa.Column("channel", _word("channel", "clinic", "mail", "pages"), nullable=False),
        sa.Column("asks", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("asked_by", sa.Uuid(), nullable=False),
        sa.Column("asked_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("expired_at", sa.DateTime(timezone=True), nullable=True),
        *_of_practice("questionnaire_request"),
        _key("questionnaire_request", "client_id", "client"),
        _key("questionnaire_request", "asked_by", "user_account"),
        sa.UniqueConstraint(
            "practice_id", "form_key", name=op.f("uq_questionnaire_request_practice_id_form_key")
        ),
    )
    op.create_index(
        op.f("ix_questionnaire_request_practice_id_client_id_asked_at"),
        "questionnaire_request",
        ["practice_id", "client_id", "asked_at"],
    )
    op.create_index(
        op.f("ix_questionnaire_request_expires_at_open"),
        "questionnaire_request",
        ["expires_at"],
        sqlite_where=UNFINISHED,
        postgresql_where=UNFINISHED,
    )


def _create_response() -> None:
    op.create_table(
        "questionnaire_response",
        sa.Column("request_id", sa.Uuid(), nullable=False),
        sa.Column("client_id", sa.Uuid(), nullable=False),
        sa.Column("questionnaire_key", sa.String(length=40), nullable=False),
        sa.Column("questionnaire_version", sa.Integer(), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("answers", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("activities", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("since", sa.Date(), nullable=True),
        sa.Column("scores", sa.JSON(none_as_null=True), nullable=False),
        sa.Column("screen_positive", sa.Boolean(), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("source", _word("source", "typed", "tablet", "link", "pages"), nullable=False),
        sa.Column("entered_by", sa.Uuid(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        *_of_practice("questionnaire_response"),
        _key("questionnaire_response", "request_id", "questionnaire_request"),
        _key("questionnaire_response", "client_id", "client"),
        _key("questionnaire_response", "entered_by", "user_account"),
        sa.UniqueConstraint(
            "practice_id",
            "request_id",
            "questionnaire_key",
            "revision",
            name=op.f("uq_questionnaire_response_practice_id_request_id_questionnaire_key_revision"),
        ),
        sa.CheckConstraint("revision >= 1", name=op.f("ck_questionnaire_response_revision")),
        sa.CheckConstraint(
            "revision = 1 OR reason IS NOT NULL", name=op.f("ck_questionnaire_response_corrected_with_reason")
        ),
        sa.CheckConstraint(
            "(source = 'typed') = (entered_by IS NOT NULL)",
            name=op.f("ck_questionnaire_response_typed_by_whom"),
        ),
    )
    op.create_index(
        op.f("ix_questionnaire_response_practice_id_client_id_answered_at"),
        "questionnaire_response",
        ["practice_id", "client_id", "answered_at"],
    )
    op.create_index(
        op.f("ix_questionnaire_response_practice_id_positive"),
        "questionnaire_response",
        ["practice_id", "answered_at"],
        sqlite_where=POSITIVE,
        postgresql_where=POSITIVE,
    )


def _lock() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for verb, refused in LOCKS:
        name = f"questionnaire_response_{verb.lower()}_locked"
        if postgres:
            row = "OLD" if verb == "DELETE" else "NEW"
            _postgres(name, f"{verb} ON questionnaire_response FOR EACH ROW", f"IF {refused} THEN", row)
        else:
            op.execute(
                f"CREATE TRIGGER {name} BEFORE {verb} ON questionnaire_response FOR EACH ROW WHEN {refused}"
                f" BEGIN SELECT RAISE(ABORT, '{KEPT}'); END"
            )
    if postgres:  # a DELETE trigger hears nothing of TRUNCATE
        name = "questionnaire_response_truncate_locked"
        _postgres(name, "TRUNCATE ON questionnaire_response FOR EACH STATEMENT", "IF TRUE THEN", "NULL")


def _postgres(name: str, on: str, when: str, row: str) -> None:
    op.execute(
        f"CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
        f" {when} RAISE EXCEPTION '{KEPT}' USING ERRCODE = 'integrity_constraint_violation'; END IF;"
        f" RETURN {row}; END $$"
    )
    op.execute(f"CREATE TRIGGER {name} BEFORE {on} EXECUTE FUNCTION {name}()")


def _unlock() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    for verb in ("insert", "update", "delete", *(("truncate",) if postgres else ())):
        name = f"questionnaire_response_{verb}_locked"
        op.execute(f"DROP TRIGGER {name} ON questionnaire_response" if postgres else f"DROP TRIGGER {name}")
        if postgres:
            op.execute(f"DROP FUNCTION {name}()")


def _allow_links(
    old_purposes: tuple[str, ...],
    new_purposes: tuple[str, ...],
    old_subjects: tuple[str, ...],
    new_subjects: tuple[str, ...],
) -> None:
    """No table points at link_token, so it may be made anew with its rows."""
    with op.batch_alter_table("link_token", schema=None) as batch_op:
        batch_op.drop_constraint(op.f("ck_link_token_one_subject"), type_="check")
        batch_op.drop_constraint(op.f("ck_link_token_purpose"), type_="check")
        if NEW_SUBJECT in new_subjects:
            batch_op.add_column(sa.Column(NEW_SUBJECT, sa.Uuid(), nullable=True))
            _point_at_request(batch_op, "link_token")
        else:
            _let_go_of_request(batch_op, "link_token")
        batch_op.create_check_constraint(op.f("ck_link_token_one_subject"), _one_of(new_subjects))
        words = ", ".join(f"'{purpose}'" for purpose in new_purposes)
        batch_op.create_check_constraint(op.f("ck_link_token_purpose"), f"purpose IN ({words})")


def _point_at_request(batch_op: BatchOperations, table: str) -> None:
    batch_op.create_foreign_key(
        op.f(f"fk_{table}_practice_id_{NEW_SUBJECT}"),
        "questionnaire_request",
        ["practice_id", NEW_SUBJECT],
        ["practice_id", "id"],
    )
    batch_op.create_index(op.f(f"ix_{table}_practice_id_{NEW_SUBJECT}"), ["practice_id", NEW_SUBJECT])


def _let_go_of_request(batch_op: BatchOperations, table: str) -> None:
    batch_op.drop_index(op.f(f"ix_{table}_practice_id_{NEW_SUBJECT}"))
    batch_op.drop_constraint(op.f(f"fk_{table}_practice_id_{NEW_SUBJECT}"), type_="foreignkey")
    batch_op.drop_column(NEW_SUBJECT)


def _one_of(subjects: tuple[str, ...]) -> str:
    return " + ".join(f"(CASE WHEN {name} IS NULL THEN 0 ELSE 1 END)" for name in subjects) + " = 1"


def _word(name: str, *words: str) -> sa.Enum:
    return sa.Enum(*words, name=name, native_enum=False, create_constraint=True, length=24)


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
