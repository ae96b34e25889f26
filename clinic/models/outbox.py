"""The outbox: mails promised in the transaction that decided on them, and what became of each."""

from __future__ import annotations

import uuid
from datetime import date, datetime

from sqlalchemy import Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.bounces import BounceCause
from clinic.domain.types import MailKind, OutboxState
from clinic.domain.unheard import NEWS, NOT_WANTED
from clinic.models.base import Base, OfPractice, belongs_to, choice, index_where_set, spelled, tenant

# as text, so that a query's condition is the index's to the letter; `domain/unheard` decides on what is found
UNSEEN = text(
    f"outbox_message.seen_at IS NULL AND outbox_message.state NOT IN ({spelled(NOT_WANTED)})"
    f" AND outbox_message.kind IN ({spelled(NEWS)})"
)
_UNSEEN = text(UNSEEN.text.replace("outbox_message.", ""))  # an index knows no table but its own


class OutboxMessage(OfPractice, Base):
    """One mail. It is composed when it is sent, from the records it points at: no body is stored.

    `dedupe_key` names the logical event; `day_key` holds client and local date where a client may get one
    mail a day: the day it is promised for, and from its claim on the day it goes out. A row is claimed by
    `lease_token` until `lease_until`.
    """

    __tablename__ = "outbox_message"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "user_id"),
        belongs_to("checkin", "checkin_id"),
        belongs_to("invitation", "invitation_id"),
        belongs_to("warning_flag", "flag_id"),
        belongs_to("questionnaire_request", "questionnaire_request_id"),
        belongs_to("client_group", "group_id"),
        belongs_to("group_message", "group_message_id"),
        belongs_to("course_request", "course_request_id"),
        belongs_to("staff_invitation", "staff_invitation_id"),
        belongs_to("appointment", "appointment_id"),
        UniqueConstraint("practice_id", "dedupe_key"),
        UniqueConstraint("practice_id", "day_key"),
        Index(None, "state", "due_at", "id"),
        index_where_set("lease_token"),
        Index(None, "practice_id", "client_id"),
        Index(None, "practice_id", "checkin_id"),
        index_where_set("practice_id", "questionnaire_request_id"),
        index_where_set("practice_id", "group_message_id"),
        index_where_set("practice_id", "staff_invitation_id"),
        index_where_set("practice_id", "appointment_id"),
        Index(
            "ix_outbox_message_practice_id_user_id_unseen",
            "practice_id",
            "user_id",
            sqlite_where=_UNSEEN,
            postgresql_where=_UNSEEN,
        ),
    )

    kind: Mapped[MailKind] = mapped_column(choice(MailKind, "kind", 40))
    dedupe_key: Mapped[str] = mapped_column(String(120))
    day_key: Mapped[str | None] = mapped_column(String(60))
    client_id: Mapped[uuid.UUID | None]
    user_id: Mapped[uuid.UUID | None]  # a mail to somebody with an account
    checkin_id: Mapped[uuid.UUID | None]
    invitation_id: Mapped[uuid.UUID | None]
    flag_id: Mapped[uuid.UUID | None]
    questionnaire_request_id: Mapped[uuid.UUID | None]
    group_id: Mapped[uuid.UUID | None]  # of which it welcomes somebody
    group_message_id: Mapped[uuid.UUID | None]
    course_request_id: Mapped[uuid.UUID | None]
    staff_invitation_id: Mapped[uuid.UUID | None]
    appointment_id: Mapped[uuid.UUID | None]
    local_date: Mapped[date | None]
    to_address: Mapped[str | None] = mapped_column(String(254))  # where it went; known when claimed
    state: Mapped[OutboxState] = mapped_column(choice(OutboxState, "state"), default=OutboxState.READY)
    due_at: Mapped[datetime]
    start_by: Mapped[datetime | None]  # if it was never tried by then, it is too late
    not_after: Mapped[datetime]
    lease_token: Mapped[uuid.UUID | None]
    lease_until: Mapped[datetime | None]
    sender: Mapped[str | None] = mapped_column(String(120))  # host, boot and process: whose journal knows
    attempts: Mapped[int] = mapped_column(default=0)
    smtp_code: Mapped[int | None]
    smtp_reply: Mapped[str | None] = mapped_column(String(300))
    reason: Mapped[str | None] = mapped_column(String(300))  # why it failed, ended or is in doubt
    came_back: Mapped[BounceCause | None] = mapped_column(choice(BounceCause, "came_back"))
    created_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    seen_at: Mapped[datetime | None]  # of news that did not go out: when its reader pressed "seen" on a page
