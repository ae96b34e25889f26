"""A practice says within how many working days it answers, on which days it works, and when it is closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0059"
down_revision = "0058"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # nobody promised anything before
    _add("answer_days", sa.Integer(), "answer_days BETWEEN 0 AND 10", nullable=False, server_default="0")
    _add("works_on", sa.String(7), "works_on <> ''", nullable=False, server_default="12345")
    op.add_column("practice", sa.Column("closed_from", sa.Date(), nullable=True))
    _add("closed_until", sa.Date(), "closed_from <= closed_until", nullable=True)


def downgrade() -> None:
    for name in ("closed_until", "closed_from", "works_on", "answer_days"):
        op.drop_column("practice", name)


def _add(name: str, kind: sa.types.TypeEngine[object], check: str, **more: object) -> None:
    bounds = sa.CheckConstraint(check, name=op.f(f"ck_practice_{name}"))
    op.add_column("practice", sa.Column(name, kind, bounds, **more))
