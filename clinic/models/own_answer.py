"""The practice's own answers to what clients ask, and whom they helped."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.own_answers import LONGEST_QUESTION, OwnAnswerStatus, WordsUse, search_key
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant
from clinic.models.exercise import Exercise
from clinic.models.person import User


class OwnAnswer(OfPractice, Base):
    """A question and its answer without the person, in the practice's words; clients see signed ones.

    One that ships has its `key`. One that was removed can be brought back.
    """

    __tablename__ = "own_answer"
    __table_args__ = tenant(
        belongs_to("user_account", "created_by"),
        belongs_to("user_account", "signed_by"),
        UniqueConstraint("practice_id", "key"),
        Index(None, "practice_id", "status"),
        CheckConstraint("(status = 'signed') = (signed_at IS NOT NULL)", name="signed_when"),
        CheckConstraint("(signed_at IS NULL) = (signed_by IS NULL)", name="signed_by_whom"),
    )

    key: Mapped[str | None] = mapped_column(String(60))
    question: Mapped[str] = mapped_column(String(LONGEST_QUESTION))
    text: Mapped[str] = mapped_column(Text)
    status: Mapped[OwnAnswerStatus] = mapped_column(
        choice(OwnAnswerStatus, "status"), default=OwnAnswerStatus.DRAFT
    )
    tags: Mapped[list[str]] = mapped_column(default=list)
    is_public: Mapped[bool] = mapped_column(default=False)  # if the practice has such a page
    created_by: Mapped[uuid.UUID]
    created_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    signed_by: Mapped[uuid.UUID | None]
    signed_at: Mapped[datetime | None]
    removed_at: Mapped[datetime | None]
    search_key: Mapped[str] = mapped_column(Text, default="")
    version: Mapped[int] = mapped_column(default=1)

    moves: Mapped[list[OwnAnswerMove]] = relationship(
        foreign_keys="OwnAnswerMove.own_answer_id", order_by="OwnAnswerMove.move_id", viewonly=True
    )
    signer: Mapped[User | None] = relationship(foreign_keys="OwnAnswer.signed_by", viewonly=True)

    __mapper_args__ = {"version_id_col": version}


@event.listens_for(OwnAnswer, "before_insert")
@event.listens_for(OwnAnswer, "before_update")
def _be_found(mapper: object, connection: object, answer: OwnAnswer) -> None:
    """Whoever changes an answer, it is found by what it says now."""
    answer.search_key = search_key(answer.question, answer.text, answer.tags or ())


class OwnAnswerMove(OfPractice, Base):
    """A move that an answer is about, or its named mistake; under each of them it stands."""

    __tablename__ = "own_answer_move"
    __table_args__ = tenant(
        belongs_to("own_answer", "own_answer_id"),
        belongs_to("exercise", "move_id"),
        UniqueConstraint("practice_id", "own_answer_id", "move_id"),
        Index(None, "practice_id", "move_id"),
    )

    own_answer_id: Mapped[uuid.UUID]
    move_id: Mapped[uuid.UUID]
    about_mistake: Mapped[bool] = mapped_column(default=False)

    move: Mapped[Exercise] = relationship(foreign_keys="OwnAnswerMove.move_id", viewonly=True)


class OwnAnswerHelped(OfPractice, Base):
    """That an answer helped a client; once for each."""

    __tablename__ = "own_answer_helped"
    __table_args__ = tenant(
        belongs_to("own_answer", "own_answer_id"),
        belongs_to("client", "client_id"),
        UniqueConstraint("practice_id", "own_answer_id", "client_id"),
        Index(None, "practice_id", "client_id"),
    )

    own_answer_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    said_at: Mapped[datetime]


class OwnAnswerSource(OfPractice, Base):
    """Out of whose message an answer was made, and whether that client lets their words be used."""

    __tablename__ = "own_answer_source"
    __table_args__ = tenant(
        belongs_to("own_answer", "own_answer_id"),
        belongs_to("client", "client_id"),
        belongs_to("message", "message_id"),
        UniqueConstraint("practice_id", "own_answer_id", "message_id"),
        Index(None, "practice_id", "client_id"),
        Index(None, "practice_id", "message_id"),
        CheckConstraint("(words_use IS NULL) = (asked_at IS NULL)", name="asked_when"),
        CheckConstraint(
            "(decided_at IS NOT NULL) = (words_use IS NOT NULL AND words_use <> 'asked')", name="decided_when"
        ),
    )

    own_answer_id: Mapped[uuid.UUID]
    client_id: Mapped[uuid.UUID]
    message_id: Mapped[uuid.UUID]
    made_at: Mapped[datetime]
    words_use: Mapped[WordsUse | None] = mapped_column(choice(WordsUse, "words_use"))  # None: not asked
    asked_at: Mapped[datetime | None]
    decided_at: Mapped[datetime | None]

    answer: Mapped[OwnAnswer] = relationship(foreign_keys="OwnAnswerSource.own_answer_id", viewonly=True)
