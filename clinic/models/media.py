"""Files that people send in, as they are kept, and which of them show a move."""

from __future__ import annotations

import uuid
from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, Index, String, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from clinic.domain.media import MediaKind, MediaState, MoveSpot
from clinic.models.base import Base, OfPractice, belongs_to, choice, tenant

ON_SHOW = text("removed_at IS NULL")


class MediaFile(OfPractice, Base):
    """A file of the practice's library or, with `client_id`, of one client; kept under its id, in our making.

    What it was called where it came from is shown to staff and used for nothing.
    """

    __tablename__ = "media_file"
    __table_args__ = tenant(
        belongs_to("client", "client_id"),
        belongs_to("user_account", "sent_by"),
        belongs_to("media_file", "poster_id"),
        CheckConstraint("(state = 'ready') = (ready_at IS NOT NULL)", name="ready_when"),
        CheckConstraint("received >= 0 AND received <= expected", name="received"),
        Index(None, "practice_id", "client_id"),
        Index(None, "state", "created_at"),  # what waits for the worker, asked every few seconds
    )

    client_id: Mapped[uuid.UUID | None]
    sent_by: Mapped[uuid.UUID | None]
    kind: Mapped[MediaKind] = mapped_column(choice(MediaKind, "kind"))
    state: Mapped[MediaState] = mapped_column(choice(MediaState, "state"), default=MediaState.ARRIVING)
    original_name: Mapped[str] = mapped_column(String(200), default="")
    expected: Mapped[int] = mapped_column(BigInteger)  # bytes, as it was announced
    received: Mapped[int] = mapped_column(BigInteger, default=0)
    fingerprint: Mapped[str] = mapped_column(String(64), default="")  # by which a browser finds it again
    said: Mapped[str] = mapped_column(String(300), default="")  # why it was refused
    # of what is kept
    type: Mapped[str] = mapped_column(String(40), default="")
    size: Mapped[int] = mapped_column(BigInteger, default=0)  # bytes
    digest: Mapped[str] = mapped_column(String(64), default="")  # SHA-256, in hex
    width: Mapped[int | None]
    height: Mapped[int | None]
    seconds: Mapped[int | None]
    poster_id: Mapped[uuid.UUID | None]  # a picture out of a video
    lease_token: Mapped[uuid.UUID | None]  # of the worker that makes it ready
    lease_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]
    ready_at: Mapped[datetime | None]

    poster: Mapped[MediaFile | None] = relationship(
        foreign_keys="MediaFile.poster_id", remote_side="MediaFile.id", viewonly=True
    )


class MediaPiece(OfPractice, Base):
    """A part of a file that is still arriving; its bytes are kept under its own id until all are here."""

    __tablename__ = "media_piece"
    __table_args__ = tenant(
        belongs_to("media_file", "media_id"),
        UniqueConstraint("practice_id", "media_id", "begins"),
    )

    media_id: Mapped[uuid.UUID]
    begins: Mapped[int] = mapped_column(BigInteger)  # byte of the whole
    length: Mapped[int]


class ExercisePicture(OfPractice, Base):
    """A file on show at a move. One that was removed can be put back for a day."""

    __tablename__ = "exercise_picture"
    __table_args__ = tenant(
        belongs_to("exercise", "exercise_id"),
        belongs_to("media_file", "media_id"),
        belongs_to("user_account", "shown_by"),
        Index(
            "uq_exercise_picture_on_show",
            *("practice_id", "exercise_id", "spot"),
            unique=True,
            sqlite_where=ON_SHOW,
            postgresql_where=ON_SHOW,
        ),
        Index(None, "practice_id", "media_id"),
        CheckConstraint("part_from >= 0", name="part_from"),
        CheckConstraint("part_until > coalesce(part_from, 0)", name="part_until"),
    )

    exercise_id: Mapped[uuid.UUID]
    media_id: Mapped[uuid.UUID]
    spot: Mapped[MoveSpot] = mapped_column(choice(MoveSpot, "spot"))
    alt: Mapped[str] = mapped_column(String(300), default="")  # what it shows, for whoever cannot see it
    part_from: Mapped[int | None]  # seconds: the part of a video that shows the move
    part_until: Mapped[int | None]  # None: to its end
    shown_by: Mapped[uuid.UUID | None]
    shown_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    media: Mapped[MediaFile] = relationship(foreign_keys="ExercisePicture.media_id", viewonly=True)


class PracticeLogo(OfPractice, Base):
    """The picture in the practice's letterhead. One that was removed can be put back for a day."""

    __tablename__ = "practice_logo"
    __table_args__ = tenant(
        belongs_to("media_file", "media_id"),
        belongs_to("user_account", "shown_by"),
        Index(
            "uq_practice_logo_on_show",
            "practice_id",
            unique=True,
            sqlite_where=ON_SHOW,
            postgresql_where=ON_SHOW,
        ),
        Index(None, "practice_id", "media_id"),
    )

    media_id: Mapped[uuid.UUID]
    shown_by: Mapped[uuid.UUID | None]
    shown_at: Mapped[datetime]
    removed_at: Mapped[datetime | None]

    media: Mapped[MediaFile] = relationship(foreign_keys="PracticeLogo.media_id", viewonly=True)
