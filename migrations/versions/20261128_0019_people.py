"""A client has a date of birth, if the practice writes one down, and is found by phone, group and spelling."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None

LONGEST = 400
BATCH = 1000
IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
TWO_LETTERS = re.compile("([aou])e|(a)a")
LETTERS = dict(zip("łøđðıħŧŋĸə", "loddihtnke", strict=True)) | {"þ": "th", "æ": "ae", "œ": "oe", "ß": "ss"}
SIGNS = dict.fromkeys("'’ʼ`", "") | dict.fromkeys("-‐–.,", " ")
FOLDED = str.maketrans(LETTERS | SIGNS)

client = sa.table(
    "client",
    *(sa.column(name) for name in ("name", "email", "phone", "group_name", "search_key")),
    sa.column("id", sa.Uuid()),
)


def upgrade() -> None:
    op.add_column("client", sa.Column("born_on", sa.Date(), nullable=True))
    connection = op.get_bind()
    write = (
        sa.update(client).where(client.c.id == sa.bindparam("of")).values(search_key=sa.bindparam("found_by"))
    )
    rows = connection.execute(sa.select(client)).all()
    for first in range(0, len(rows), BATCH):
        batch = [{"of": row.id, "found_by": _key(row)} for row in rows[first : first + BATCH]]
        connection.execute(write, batch)


def downgrade() -> None:
    # the longer keys are still searched; each is written anew when its record is saved
    op.drop_column("client", "born_on")


def _key(row: Any) -> str:
    """What a client is found by, as the rule stood when this was written."""
    named = f"{row.name} {row.group_name or ''}"
    plain = _fold(named).split()
    written = _fold(named.casefold().translate(IN_TWO_LETTERS)).split()
    short = [TWO_LETTERS.sub(r"\1\2", word) for word in plain]
    others = [word for word in dict.fromkeys([*written, *short]) if word not in plain]
    digits = "".join(str(int(sign)) for sign in row.phone or "" if sign.isdecimal())
    told = [" ".join(plain), *others, digits, _fold(row.email or "")]
    return " ".join(filter(None, told))[:LONGEST]


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text).casefold().translate(FOLDED)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    return " ".join(plain.split())
