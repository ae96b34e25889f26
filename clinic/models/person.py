"""People: those who sign in, and the clients a practice looks after."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from typing import Any

from sqlalchemy import CheckConstraint, ColumnElement, Index, String, Text, UniqueConstraint, and_, false
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain import staffing
from clinic.domain.access import STAFF, Permission, roles_with
from clinic.domain.comforts import AS_USUAL, ColourContrast, Hand, TextSize
from clinic.domain.types import ClientKind, ClientStatus, Role, Sex
from clinic.models.base import Base, OfPractice, belongs_to, choice, one_of, tenant
from clinic.models.practice import CEILING_BOUNDS, Practice


class User(OfPractice, Base):
    """Somebody who may sign in. `email_key` is the folded address they are found by."""

    __tablename__ = "user_account"
    __table_args__ = tenant(
        UniqueConstraint("practice_id", "email_key"),
        Index(None, "email_key"),  # sign-in knows no practice yet
        Index(None, "practice_id", "role"),  # colleagues are few among the clients who have an account
    )

    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    email_key: Mapped[str] = mapped_column(String(254))
    unproved_since: Mapped[datetime | None]  # the address was only typed: nobody signs in with it yet
    new_email: Mapped[str | None] = mapped_column(String(254))  # in its place, once a mailed link proved it
    new_email_key: Mapped[str | None] = mapped_column(String(254))
    password_hash: Mapped[str | None] = mapped_column(String(200))
    password_changed_at: Mapped[datetime | None]
    created_at: Mapped[datetime]
    deactivated_at: Mapped[datetime | None]
    second_step_since: Mapped[datetime | None]  # from when on the password alone opens nothing
    wrong_codes: Mapped[int] = mapped_column(default=0, server_default="0")  # of it, in a row
    no_code_before: Mapped[datetime | None]  # after many wrong ones: when the next is looked at
    # lists show the clients they are responsible for, and not all of the practice's
    only_own: Mapped[bool] = mapped_column(default=False, server_default=false())
    daily_notice: Mapped[bool] = mapped_column(default=True)  # the morning mail; warning signs come anyway
    # how their pages look
    text_size: Mapped[TextSize] = mapped_column(
        choice(TextSize, "text_size"), server_default=AS_USUAL.text_size
    )
    contrast: Mapped[ColourContrast] = mapped_column(
        choice(ColourContrast, "contrast"), server_default=AS_USUAL.contrast
    )
    hand: Mapped[Hand] = mapped_column(choice(Hand, "hand"), server_default=AS_USUAL.hand)

    practice: Mapped[Practice] = relationship(foreign_keys="User.practice_id")

    @hybrid_property
    def is_open(self) -> bool:
        """Whether nobody has closed the account."""
        return self.deactivated_at is None

    @is_open.inplace.expression
    @classmethod
    def _is_open(cls) -> ColumnElement[bool]:
        return cls.deactivated_at.is_(None)

    @hybrid_property
    def works_here(self) -> bool:
        """Whether they work for the practice now."""
        return staffing.works_here(self.role, is_open=self.is_open)

    @works_here.inplace.expression
    @classmethod
    def _works_here(cls) -> ColumnElement[bool]:
        return and_(one_of(cls.role, sorted(STAFF)), cls.deactivated_at.is_(None))


def who_may(permission: Permission) -> ColumnElement[bool]:
    """That an account is open, and somebody with its role may do such a thing."""
    return and_(one_of(User.role, sorted(roles_with(permission))), User.is_open)


class Client(OfPractice, Base):
    """A person the practice looks after, with or without an account of their own."""

    __tablename__ = "client"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        belongs_to("user_account", "responsible_id"),
        UniqueConstraint("practice_id", "user_id"),
        UniqueConstraint("practice_id", "email_key"),
        # the list is read in this order, its pages start in the middle of it, and a search reads no rows
        Index(None, "practice_id", "status", "sort_key", "id", "search_key"),
        # the same list, of one practitioner
        Index(None, "practice_id", "responsible_id", "status", "sort_key", "id"),
        CheckConstraint(
            "waking_from IS NULL OR waking_until IS NULL OR waking_from < waking_until", name="waking"
        ),
        CheckConstraint(CEILING_BOUNDS, name="pain_ceiling"),
        Index(None, "practice_id", "own_number", unique=True),
    )

    user_id: Mapped[uuid.UUID | None]
    responsible_id: Mapped[uuid.UUID | None]  # whose client they are, of those who work here
    name: Mapped[str] = mapped_column(String(120))
    sort_key: Mapped[str] = mapped_column(String(120))
    search_key: Mapped[str] = mapped_column(String(400))  # folded name, number of one's own and mail address
    email: Mapped[str | None] = mapped_column(String(254))
    email_key: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(40))
    born_on: Mapped[date | None]
    sex: Mapped[Sex | None] = mapped_column(choice(Sex, "sex"))  # None: nobody asked
    own_number: Mapped[str | None] = mapped_column(
        String(40)
    )  # the practice's, of another system or of paper
    address: Mapped[str | None] = mapped_column(String(300))  # lines, without what follows
    postcode: Mapped[str | None] = mapped_column(String(20))
    town: Mapped[str | None] = mapped_column(String(80))
    country: Mapped[str | None] = mapped_column(String(80))
    emergency_name: Mapped[str | None] = mapped_column(String(120))
    emergency_phone: Mapped[str | None] = mapped_column(String(40))
    emergency_relation: Mapped[str | None] = mapped_column(String(80))
    time_zone: Mapped[str] = mapped_column(String(64))
    kind: Mapped[ClientKind] = mapped_column(choice(ClientKind, "kind"))
    group_name: Mapped[str | None] = mapped_column(String(80))
    reason_for_care: Mapped[str | None] = mapped_column(Text)
    history: Mapped[str | None] = mapped_column(Text)  # what was tried before, and what helped
    notes: Mapped[str | None] = mapped_column(Text)  # the practice's own; never shown to the client
    consented_at: Mapped[datetime | None]  # to mail; the acts themselves are `Consent`s
    consent_recorded_by: Mapped[str | None] = mapped_column(String(120))
    mail_withdrawn_at: Mapped[datetime | None]  # the consent to it
    record_consented_at: Mapped[datetime | None]  # that the record is kept
    record_withdrawn_at: Mapped[datetime | None]
    waking_from: Mapped[time | None]
    waking_until: Mapped[time | None]
    pain_ceiling: Mapped[int | None]  # of 10; None: the practice's
    # by move: the client's day from which its form is to be looked at, None: not now
    rechecks_due: Mapped[dict[str, Any] | None]
    status: Mapped[ClientStatus] = mapped_column(choice(ClientStatus, "status"), default=ClientStatus.ACTIVE)
    erase_on: Mapped[date | None]  # archived until then, and erased on this day of the practice's
    unsubscribed_at: Mapped[datetime | None]  # from check-ins and their reminders
    messages_stopped_at: Mapped[datetime | None]  # from all other mail that is not about the account
    bounced_at: Mapped[datetime | None]
    returning_since: Mapped[datetime | None]  # mail comes back week after week, and may arrive again
    bounce_reason: Mapped[str | None] = mapped_column(String(300))  # of either, the other server's words
    created_at: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)

    @hybrid_property
    def is_active(self) -> bool:
        """Whether their record stands among those that go on, and not in the archive."""
        return self.status == ClientStatus.ACTIVE

    practice: Mapped[Practice] = relationship(foreign_keys="Client.practice_id", viewonly=True)
    responsible: Mapped[User | None] = relationship(foreign_keys="Client.responsible_id", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


class Invitation(OfPractice, Base):
    """The offer of an account. Its links are `LinkToken`s; once accepted or revoked, none of them work."""

    __tablename__ = "invitation"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "created_by"),
        Index(None, "practice_id", "client_id"),
    )

    client_id: Mapped[uuid.UUID]
    email: Mapped[str | None] = mapped_column(String(254))  # None: handed over as link or QR code
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]


class StaffInvitation(OfPractice, Base):
    """The offer to work for the practice, with a role. Its links are `LinkToken`s, as a client's are."""

    __tablename__ = "staff_invitation"
    __table_args__ = tenant(
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "user_id"),
        CheckConstraint("role <> 'client'", name="of_staff"),
    )

    role: Mapped[Role] = mapped_column(choice(Role, "role"))
    email: Mapped[str | None] = mapped_column(String(254))  # None: handed over as link or QR code
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    accepted_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    user_id: Mapped[uuid.UUID | None]  # the account that came of it
