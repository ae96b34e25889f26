"""Mailed links: secrets that open one thing, kept only as hashes."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.types import LinkPurpose
from clinic.models.base import Base, OfPractice, belongs_to, choice, index_where_set, tenant


class LinkToken(OfPractice, Base):
    """The hash of a random secret that was mailed or handed over: one purpose, one subject, one end."""

    __tablename__ = "link_token"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        belongs_to("invitation", "invitation_id"),
        belongs_to("checkin", "checkin_id"),
        belongs_to("questionnaire_request", "questionnaire_request_id"),
        belongs_to("course_request", "course_request_id"),
        belongs_to("staff_invitation", "staff_invitation_id"),
        CheckConstraint(
            "(CASE WHEN user_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN invitation_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN checkin_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN questionnaire_request_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN course_request_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN staff_invitation_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_subject",
        ),
        Index(None, "practice_id", "checkin_id"),
        index_where_set("practice_id", "questionnaire_request_id"),
        index_where_set("practice_id", "course_request_id"),
        index_where_set("practice_id", "staff_invitation_id"),
        index_where_set("practice_id", "invitation_id"),
        index_where_set("practice_id", "user_id"),
    )

    purpose: Mapped[LinkPurpose] = mapped_column(choice(LinkPurpose, "purpose"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[uuid.UUID | None]
    invitation_id: Mapped[uuid.UUID | None]
    checkin_id: Mapped[uuid.UUID | None]
    questionnaire_request_id: Mapped[uuid.UUID | None]
    course_request_id: Mapped[uuid.UUID | None]
    staff_invitation_id: Mapped[uuid.UUID | None]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
