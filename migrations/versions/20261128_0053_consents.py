"""Consents as acts: to the record and to mail, with the words, the day, how, by whom, and withdrawn when.

What stood on a client until now was one tick for both: it becomes two acts. The columns stay, and are kept in step.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from alembic import op

revision = "0053"
down_revision = "0052"
branch_labels = None
depends_on = None

KINDS = ("record", "mail")
HOWS = ("paper", "in_person", "page", "imported", "earlier")
SKIPS = (
    *("late", "not_started", "paused", "ended", "locked", "archived", "no_consent", "unsubscribed"),
    *("no_address", "bounced", "numbers_not_set", "unanswered_twice", "answered_today", "one_mail_a_day"),
    *("other_program", "demonstration"),
)
LINES = (
    *("locked", "archived", "no_consent", "unsubscribed", "no_address", "bounced", "numbers_not_set"),
    *("not_started", "paused", "ended", "runs_already", "has_account", "invited", "no_program"),
    *("asked_today", "in_group", "not_online", "account_closed", "fault", "practised", "checkin_planned"),
    *("changed", "accepted", "gone_out", "is_theirs"),
)
WITHDRAWN = "consent_withdrawn"
INSTANT = sa.DateTime(timezone=True)
COLUMNS = ("record_consented_at", "record_withdrawn_at", "mail_withdrawn_at")
AT_ONCE = 1000

client = sa.table(
    "client",
    *(sa.column(name, sa.Uuid()) for name in ("id", "practice_id")),
    sa.column("consented_at", INSTANT),
    sa.column("consent_recorded_by", sa.String()),
)
practice = sa.table("practice", sa.column("id", sa.Uuid()), sa.column("time_zone", sa.String()))


def upgrade() -> None:
    for name in COLUMNS:
        op.add_column("client", sa.Column(name, INSTANT, nullable=True))
    _allow("checkin", "skip_reason", (*SKIPS, WITHDRAWN))
    _allow("bulk_act_line", "reason", (*LINES, WITHDRAWN))
    op.create_table(
        "consent_text",
        _choice("kind", "consent_text", KINDS),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("made_by", sa.Uuid(), nullable=True),
        sa.Column("made_by_name", sa.String(120), nullable=False),
        sa.Column("made_at", INSTANT, nullable=False),
        _belongs("consent_text", "user_account", "made_by"),
        sa.CheckConstraint("number > 0", name=op.f("ck_consent_text_number")),
        sa.UniqueConstraint(
            *("practice_id", "kind", "number"), name=op.f("uq_consent_text_practice_id_kind_number")
        ),
        *_of_practice("consent_text"),
    )
    acts = op.create_table(
        "consent",
        sa.Column("client_id", sa.Uuid(), nullable=False),
        _choice("kind", "consent", KINDS),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("text_number", sa.Integer(), nullable=True),
        sa.Column("given_on", sa.Date(), nullable=False),
        _choice("given_how", "consent", HOWS),
        sa.Column("recorded_by", sa.String(120), nullable=False),
        sa.Column("recorded_at", INSTANT, nullable=False),
        sa.Column("document_id", sa.Uuid(), nullable=True),
        sa.Column("withdrawn_at", INSTANT, nullable=True),
        _choice("withdrawn_how", "consent", HOWS, nullable=True),
        sa.Column("withdrawn_by", sa.String(120), nullable=False),
        sa.CheckConstraint(
            "(withdrawn_at IS NULL) = (withdrawn_how IS NULL)", name=op.f("ck_consent_how_it_ended")
        ),
        _belongs("consent", "client", "client_id"),
        _belongs("consent", "document", "document_id"),
        *_of_practice("consent"),
    )
    standing = sa.text("withdrawn_at IS NULL")
    op.create_index(
        "uq_consent_standing",
        "consent",
        ["practice_id", "client_id", "kind"],
        unique=True,
        sqlite_where=standing,
        postgresql_where=standing,
    )
    op.create_index(op.f("ix_consent_practice_id_document_id"), "consent", ["practice_id", "document_id"])
    _take_over(acts)


def downgrade() -> None:
    # acts that were made of one tick for both: it still stands on the client
    op.execute("DELETE FROM consent WHERE given_how = 'earlier' AND withdrawn_at IS NULL")
    op.drop_table("consent")
    op.drop_table("consent_text")
    op.execute(f"UPDATE checkin SET skip_reason = 'no_consent' WHERE skip_reason = '{WITHDRAWN}'")
    op.execute(f"UPDATE bulk_act_line SET reason = 'no_consent' WHERE reason = '{WITHDRAWN}'")
    _allow("checkin", "skip_reason", SKIPS)
    _allow("bulk_act_line", "reason", LINES)
    # what they say stands in the acts, too: whoever goes back with those has been asked above
    op.execute("UPDATE client SET record_consented_at = NULL")
    for name in reversed(COLUMNS):
        op.drop_column("client", name)


def _take_over(acts: sa.Table) -> None:
    connection = op.get_bind()
    op.execute("UPDATE client SET record_consented_at = consented_at WHERE consented_at IS NOT NULL")
    zones = {row.id: ZoneInfo(row.time_zone) for row in connection.execute(sa.select(practice)).all()}
    given = sa.select(client).where(client.c.consented_at.is_not(None))
    rows = [
        {
            "id": uuid.uuid4(),
            "practice_id": each.practice_id,
            "client_id": each.id,
            "kind": kind,
            "text": "",
            "given_on": _aware(each.consented_at).astimezone(zones[each.practice_id]).date(),
            "given_how": "earlier",
            "recorded_by": each.consent_recorded_by or "",
            "recorded_at": _aware(each.consented_at),
            "withdrawn_by": "",
        }
        for each in connection.execute(given).all()
        for kind in KINDS
    ]
    for begin in range(0, len(rows), AT_ONCE):
        connection.execute(sa.insert(acts), rows[begin : begin + AT_ONCE])


def _aware(at: datetime) -> datetime:
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _allow(table: str, column: str, words: tuple[str, ...]) -> None:
    name = op.f(f"ck_{table}_{column}")
    with op.batch_alter_table(table, schema=None) as batch:
        batch.drop_constraint(name, type_="check")
        batch.create_check_constraint(name, f"{column} IN ({', '.join(repr(word) for word in words)})")


def _choice(name: str, table: str, words: tuple[str, ...], *, nullable: bool = False) -> sa.Column[str]:
    kind = sa.Enum(
        *words, name=op.f(f"ck_{table}_{name}"), native_enum=False, create_constraint=True, length=24
    )
    return sa.Column(name, kind, nullable=nullable)


def _belongs(table: str, owner: str, column: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["practice_id", column],
        [f"{owner}.practice_id", f"{owner}.id"],
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
