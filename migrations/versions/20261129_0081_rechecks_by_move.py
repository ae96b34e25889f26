"""A form re-check is asked of each move: one row a move and day, and from when on for each move."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa
from alembic import context, op

revision = "0081"
down_revision = "0080"
branch_labels = None
depends_on = None

TABLE = "form_recheck"
OF_CLIENT, OF_MOVE = (
    ("practice_id", "client_id", "local_date"),
    ("practice_id", "prescription_id", "local_date"),
)
CLIENTS = sa.table(
    "client",
    sa.column("id", sa.Uuid()),
    sa.column("practice_id", sa.Uuid()),
    sa.column("recheck_due_on", sa.Date()),
    sa.column("rechecks_due", sa.JSON(none_as_null=True)),
)
MOVES = sa.table(
    "prescription", *(sa.column(name, sa.Uuid()) for name in ("practice_id", "program_id", "exercise_id"))
)
PROGRAMS = sa.table(
    "program",
    *(sa.column(name, sa.Uuid()) for name in ("id", "practice_id", "client_id")),
    sa.column("status", sa.String()),
)
SEVERAL = (
    "This way back would drop re-checks of several moves on one day. Restore the backup from before the release "
    "instead, or lose them on purpose: clinic db downgrade -x drop=yes REVISION"
)


def upgrade() -> None:
    _unique(OF_CLIENT, OF_MOVE)
    op.create_index(op.f(f"ix_{TABLE}_practice_id_client_id"), TABLE, ["practice_id", "client_id"])
    op.add_column("client", sa.Column("rechecks_due", sa.JSON(), nullable=True))
    due: dict[tuple[object, object], dict[str, str]] = {}
    asked = (
        sa.select(CLIENTS.c.practice_id, CLIENTS.c.id, CLIENTS.c.recheck_due_on, MOVES.c.exercise_id)
        .join_from(
            CLIENTS,
            PROGRAMS,
            sa.and_(PROGRAMS.c.practice_id == CLIENTS.c.practice_id, PROGRAMS.c.client_id == CLIENTS.c.id),
        )
        .join(
            MOVES,
            sa.and_(MOVES.c.practice_id == PROGRAMS.c.practice_id, MOVES.c.program_id == PROGRAMS.c.id),
        )
        .where(CLIENTS.c.recheck_due_on.is_not(None), PROGRAMS.c.status != "ended")
    )
    for practice_id, client_id, day, exercise_id in op.get_bind().execute(asked):
        due.setdefault((practice_id, client_id), {})[str(exercise_id)] = day.isoformat()
    for whose, moves in due.items():
        op.execute(_of(*whose).values(rechecks_due=moves))
    op.drop_column("client", "recheck_due_on")


def downgrade() -> None:
    earlier = (
        f"EXISTS (SELECT 1 FROM {TABLE} o WHERE o.practice_id = {TABLE}.practice_id AND o.client_id = "
        f"{TABLE}.client_id AND o.local_date = {TABLE}.local_date AND o.id < {TABLE}.id)"
    )
    loses = op.get_bind().execute(sa.text(f"SELECT 1 FROM {TABLE} WHERE {earlier}")).first()
    if loses and context.get_x_argument(as_dictionary=True).get("drop") != "yes":
        raise RuntimeError(SEVERAL)
    op.execute(f"DELETE FROM {TABLE} WHERE id IN (SELECT id FROM {TABLE} WHERE {earlier})")
    op.drop_index(op.f(f"ix_{TABLE}_practice_id_client_id"), TABLE)
    _unique(OF_MOVE, OF_CLIENT)
    op.add_column("client", sa.Column("recheck_due_on", sa.Date(), nullable=True))
    told = sa.select(CLIENTS.c.practice_id, CLIENTS.c.id, CLIENTS.c.rechecks_due).where(
        CLIENTS.c.rechecks_due.is_not(None)
    )
    for practice_id, client_id, moves in op.get_bind().execute(told).all():
        days = [date.fromisoformat(each) for each in sorted(filter(None, (moves or {}).values()))]
        op.execute(
            _of(practice_id, client_id).values(recheck_due_on=days[0] if days else None, rechecks_due=None)
        )
    op.drop_column("client", "rechecks_due")


def _of(practice_id: object, client_id: object) -> sa.Update:
    return sa.update(CLIENTS).where(CLIENTS.c.practice_id == practice_id, CLIENTS.c.id == client_id)


def _unique(before: tuple[str, ...], after: tuple[str, ...]) -> None:
    with op.batch_alter_table(TABLE, schema=None) as batch:
        batch.drop_constraint(op.f(f"uq_{TABLE}_{'_'.join(before)}"), type_="unique")
        batch.create_unique_constraint(op.f(f"uq_{TABLE}_{'_'.join(after)}"), list(after))
