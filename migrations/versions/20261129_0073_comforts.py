"""How large, how dark and for which hand somebody's pages are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0073"
down_revision = "0072"
branch_labels = None
depends_on = None

CHOICES = {
    "text_size": ("normal", "large", "largest"),
    "contrast": ("normal", "strong"),
    "hand": ("right", "left"),
}


def upgrade() -> None:
    for name, words in CHOICES.items():
        known = sa.CheckConstraint(
            f"{name} IN ({', '.join(repr(word) for word in words)})", name=op.f(f"ck_user_account_{name}")
        )
        op.add_column(
            "user_account", sa.Column(name, sa.String(24), known, nullable=False, server_default=words[0])
        )


def downgrade() -> None:
    for name in CHOICES:
        op.drop_column("user_account", name)
