"""Questionnaires: what a client was asked, and every answer that was given."""

from __future__ import annotations

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    ColumnElement,
    Exists,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    exists,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.asking import AnswerSource, AskChannel
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.person import Client, User

POSITIVE = text("screen_positive")
UNFINISHED = text("finished_at IS NULL AND revoked_at IS NULL AND expired_at IS NULL")


class QuestionnaireRequest(OfPractice, Base):
    """One asking: some questionnaires, for one client, in one way, until one day.

    `asks` is a list of {"key", "version"} and, where the questionnaire needs them, the "activities" named
    before and the day it is "since".
    """

    __tablename__ = "questionnaire_request"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "asked_by"),
        Index(None, "practice_id", "client_id", "asked_at"),
        Index(
            "ix_questionnaire_request_expires_at_open",
            "expires_at",
            sqlite_where=UNFINISHED,
            postgresql_where=UNFINISHED,
        ),
    )

    client_id: Mapped[uuid.UUID]
    channel: Mapped[AskChannel] = mapped_column(choice(AskChannel, "channel"))
    asks: Mapped[list[dict[str, Any]]]
    asked_by: Mapped[uuid.UUID]
    asked_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]  # the last of its questionnaires is answered
    revoked_at: Mapped[datetime | None]
    expired_at: Mapped[datetime | None]  # when it was noticed that nobody will answer any more

    client: Mapped[Client] = relationship(foreign_keys="QuestionnaireRequest.client_id", viewonly=True)
    asker: Mapped[User] = relationship(foreign_keys="QuestionnaireRequest.asked_by", viewonly=True)


def in_reach(client_id: Any, at: Any) -> ColumnElement[bool]:
    """That a request is one its client finds on their own pages at an instant, before its time is up."""
    return and_(
        QuestionnaireRequest.client_id == client_id,
        QuestionnaireRequest.channel != AskChannel.CLINIC,
        QuestionnaireRequest.expires_at > at,
        QuestionnaireRequest.revoked_at.is_(None),
    )


def waits_for_answer(practice_id: Any, client_id: Any, at: Any) -> Exists:
    """Whether the practice waits for an answer that a client can give on their own pages."""
    return exists().where(
        QuestionnaireRequest.practice_id == practice_id,
        in_reach(client_id, at),
        QuestionnaireRequest.finished_at.is_(None),
    )


class QuestionnaireResponse(OfPractice, Base):
    """The answers to one questionnaire of an asking. Rows are only added: a correction is a new revision.

    The database refuses whatever would change or remove one (migration 0008).

    `answers` holds a number or null by question; `activities` the client's own words where they name things,
    in the order of a1, a2, …; `scores` what the rules of its version made of it.
    """

    __tablename__ = "questionnaire_response"
    __table_args__ = tenant(
        belongs_to("questionnaire_request", "request_id"),
        belongs_to("client", "client_id"),
        belongs_to("user_account", "entered_by"),
        UniqueConstraint("practice_id", "request_id", "questionnaire_key", "revision"),
        Index(None, "practice_id", "client_id", "answered_at"),
        Index(
            "ix_questionnaire_response_practice_id_positive",
            "practice_id",
            "answered_at",
            sqlite_where=POSITIVE,
            postgresql_where=POSITIVE,
        ),
        CheckConstraint("revision >= 1", name="revision"),
        CheckConstraint("revision = 1 OR reason IS NOT NULL", name="corrected_with_reason"),
        CheckConstraint("(source = 'typed') = (entered_by IS NOT NULL)", name="typed_by_whom"),
    )

    request_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    questionnaire_key: Mapped[str] = mapped_column(String(40))
    questionnaire_version: Mapped[int]
    revision: Mapped[int]
    answers: Mapped[dict[str, Any]]
    activities: Mapped[list[str] | None]
    since: Mapped[date | None]
    scores: Mapped[dict[str, Any]]
    screen_positive: Mapped[bool]
    answered_at: Mapped[datetime]
    recorded_at: Mapped[datetime]  # later where a correction was written down
    source: Mapped[AnswerSource] = mapped_column(choice(AnswerSource, "source"))
    entered_by: Mapped[uuid.UUID | None]
    reason: Mapped[str | None] = mapped_column(Text)

    request: Mapped[QuestionnaireRequest] = relationship(
        foreign_keys="QuestionnaireResponse.request_id", viewonly=True
    )
    typist: Mapped[User | None] = relationship(foreign_keys="QuestionnaireResponse.entered_by", viewonly=True)
