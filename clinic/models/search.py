"""The letters of search keys: what makes a search as quick among ten thousand clients as among a hundred."""

from __future__ import annotations

import uuid

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.search import LONGEST_PIECE
from clinic.models.base import Base

# read by its beginning, so byte by byte and not in the order of a language
_PIECE = String(LONGEST_PIECE).with_variant(String(LONGEST_PIECE, collation="C"), "postgresql")


class SearchPiece(Base):
    """A few letters of a client's search key, from one of them on; derived, and kept by the database itself.

    Triggers on `client` write these rows with the key they are made of, whoever changes it and however, and
    delete them with the client: a key to it would only be checked, and at every letter.
    """

    __tablename__ = "search_piece"
    __table_args__ = {"sqlite_with_rowid": False}

    practice_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("practice.id"), primary_key=True)
    piece: Mapped[str] = mapped_column(_PIECE, primary_key=True)
    person_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)  # the client
