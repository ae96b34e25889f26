"""Who asks for a place in a course agrees to the record and to mail, each in its words."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0066"
down_revision = "0065"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("course_request", sa.Column("record_words", sa.Text(), nullable=True))
    op.add_column("course_request", sa.Column("mail_words", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("course_request", "mail_words")
    op.drop_column("course_request", "record_words")
