"""Consents as acts: what a client agreed to and when, until they withdrew it; and the practice's wording."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.consents import ConsentHow, ConsentKind
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant

STANDING = text("withdrawn_at IS NULL")


class Consent(OfPractice, Base):
    """One act of a client: given, and withdrawn where it was. Of each kind one stands at a time.

    `client.consented_at` and its neighbours say the same of the latest ones, for whoever reads many clients.
    """

    __tablename__ = "consent"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("document", "document_id"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_how IS NULL)", name="how_it_ended"),
        Index(
            "uq_consent_standing",
            *("practice_id", "client_id", "kind"),
            unique=True,
            sqlite_where=STANDING,
            postgresql_where=STANDING,
        ),
        Index(None, "practice_id", "document_id"),
    )

    client_id: Mapped[uuid.UUID]
    kind: Mapped[ConsentKind] = mapped_column(choice(ConsentKind, "kind"))
    text: Mapped[str] = mapped_column(Text, default="")  # as it was read; empty: the words were not kept
    text_number: Mapped[int | None]  # its version; 0: ours
    given_on: Mapped[date]  # where the practice is
    given_how: Mapped[ConsentHow] = mapped_column(choice(ConsentHow, "given_how"))
    recorded_by: Mapped[str] = mapped_column(String(120), default="")
    recorded_at: Mapped[datetime]
    document_id: Mapped[uuid.UUID | None]  # the form that was signed
    withdrawn_at: Mapped[datetime | None]
    withdrawn_how: Mapped[ConsentHow | None] = mapped_column(choice(ConsentHow, "withdrawn_how"))
    withdrawn_by: Mapped[str] = mapped_column(String(120), default="")


class ConsentText(OfPractice, Base):
    """A version of the practice's own wording. The latest is asked; whoever wrote it has signed it off."""

    __tablename__ = "consent_text"
    __table_args__ = tenant(
        belongs_to("user_account", "made_by"),
        UniqueConstraint("practice_id", "kind", "number"),
        CheckConstraint("number > 0", name="number"),
    )

    kind: Mapped[ConsentKind] = mapped_column(choice(ConsentKind, "kind"))
    number: Mapped[int]
    text: Mapped[str] = mapped_column(Text)
    made_by: Mapped[uuid.UUID | None]
    made_by_name: Mapped[str] = mapped_column(String(120))
    made_at: Mapped[datetime]
