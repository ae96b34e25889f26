"""A client has an address, somebody to call in an emergency, and a number of the practice's own."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0043"
down_revision = "0042"
branch_labels = None
depends_on = None

TEXTS = {
    "own_number": 40,
    "address": 300,
    "postcode": 20,
    "town": 80,
    "country": 80,
    "emergency_name": 120,
    "emergency_phone": 40,
    "emergency_relation": 80,
}
SEXES = "sex IN ('female', 'male', 'other', 'not_said')"
NUMBERED = "ix_client_practice_id_own_number"


def upgrade() -> None:
    # with its check, not in a batch: a table that others point at cannot be made anew while its rows are there
    check = sa.CheckConstraint(SEXES, name=op.f("ck_client_sex"))
    op.add_column("client", sa.Column("sex", sa.String(length=24), check, nullable=True))
    for name, longest in TEXTS.items():
        op.add_column("client", sa.Column(name, sa.String(length=longest), nullable=True))
    op.create_index(op.f(NUMBERED), "client", ["practice_id", "own_number"], unique=True)


def downgrade() -> None:
    # the longer keys are still searched; each is written anew when its record is saved
    op.drop_index(op.f(NUMBERED), "client")
    for name in reversed(TEXTS):
        op.drop_column("client", name)
    op.drop_column("client", "sex")
