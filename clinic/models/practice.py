"""The practice: what its mails and pages say about it, and when it may write to people."""

from __future__ import annotations

import uuid
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy import CheckConstraint, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from clinic.domain.answer_promise import MOST_DAYS, USUAL_DAYS, USUAL_WEEK, AnswerPromise
from clinic.domain.attention import ASSESS_EVERY, LONGEST_WEEKS, RULES_VERSION
from clinic.domain.load import HIGHEST_LIMIT, USUAL_LIMIT, DayLoad
from clinic.domain.own_answers import LONGEST_WORD
from clinic.domain.pain_rule import CEILING, HIGHEST_CEILING, LOWEST_CEILING
from clinic.models.base import Base, OfPractice, belongs_to, tenant

CEILING_BOUNDS = f"pain_ceiling BETWEEN {LOWEST_CEILING} AND {HIGHEST_CEILING}"


class Practice(Base):
    """One practice. The emergency and urgent numbers stay empty until somebody answers for them."""

    __tablename__ = "practice"
    __table_args__ = (
        CheckConstraint("waking_from < waking_until", name="waking_hours"),
        CheckConstraint(CEILING_BOUNDS, name="pain_ceiling"),
        CheckConstraint(f"load_minutes BETWEEN 1 AND {HIGHEST_LIMIT.minutes}", name="load_minutes"),
        CheckConstraint(f"assess_every_weeks BETWEEN 0 AND {LONGEST_WEEKS}", name="assess_every_weeks"),
        CheckConstraint(f"load_moves BETWEEN 1 AND {HIGHEST_LIMIT.moves}", name="load_moves"),
        CheckConstraint(f"answer_days BETWEEN 0 AND {MOST_DAYS}", name="answer_days"),
        CheckConstraint("works_on <> ''", name="works_on"),
        CheckConstraint("closed_from <= closed_until", name="closed_until"),
        Index(None, "answers_word", unique=True),
    )

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str] = mapped_column(String(120))
    time_zone: Mapped[str] = mapped_column(String(64))
    address: Mapped[str | None] = mapped_column(String(300))  # lines of text, on paper
    phone: Mapped[str | None] = mapped_column(String(40))
    email: Mapped[str | None] = mapped_column(String(254))  # Reply-To of every mail
    emergency_number: Mapped[str | None] = mapped_column(String(40))
    urgent_number: Mapped[str | None] = mapped_column(String(80))
    waking_from: Mapped[time] = mapped_column(default=time(8))
    waking_until: Mapped[time] = mapped_column(default=time(20))
    # the pain, of 10, from which clients are told to stop and to tell the practice
    pain_ceiling: Mapped[int] = mapped_column(default=CEILING, server_default=str(CEILING))
    # above how many minutes and moves a day whoever assigns is warned
    load_minutes: Mapped[int] = mapped_column(default=USUAL_LIMIT.minutes, server_default="20")
    load_moves: Mapped[int] = mapped_column(default=USUAL_LIMIT.moves, server_default="5")
    # weeks after which a client who has been assessed is due again; 0: nobody is reminded
    assess_every_weeks: Mapped[int] = mapped_column(default=ASSESS_EVERY, server_default=str(ASSESS_EVERY))
    is_demo: Mapped[bool] = mapped_column(default=False)  # demo people are never mailed through a real server
    second_step_required: Mapped[bool | None]  # of everybody who works here; None: as the installation does
    created_at: Mapped[datetime]
    unread_replies: Mapped[int] = mapped_column(default=0, server_default="0")  # every page of theirs says it
    logo_id: Mapped[uuid.UUID | None]  # the file that `practice_logo` shows: papers ask for no more
    erasure_wishes: Mapped[int] = mapped_column(
        default=0, server_default="0"
    )  # every page of the owner's says it
    booking_wishes: Mapped[int] = mapped_column(default=0, server_default="0")  # to be answered; as above
    retention_years: Mapped[int | None]  # after the last contact; None: nobody is listed for it
    # what the law demands of signed records whose client is erased; None: it is asked each time
    keep_years: Mapped[int | None]
    keep_law: Mapped[str | None] = mapped_column(String(200))
    # by which rules its list of reasons was made; a new practice has nobody yet, so its list is right
    reasons_version: Mapped[int] = mapped_column(default=RULES_VERSION, server_default="0")

    # how soon messages are answered: read where messages are, not with every page
    answer_days: Mapped[int] = mapped_column(  # working days; 0: nothing is promised
        default=USUAL_DAYS, server_default="0", deferred=True, deferred_group="promise"
    )
    works_on: Mapped[str] = mapped_column(  # ISO weekdays, Monday is 1
        String(7), default=USUAL_WEEK, server_default=USUAL_WEEK, deferred=True, deferred_group="promise"
    )
    closed_from: Mapped[date | None] = mapped_column(deferred=True, deferred_group="promise")
    closed_until: Mapped[date | None] = mapped_column(deferred=True, deferred_group="promise")  # the last day

    # under which word anybody reads the answers that it shows; None: there is no such page
    answers_word: Mapped[str | None] = mapped_column(String(LONGEST_WORD), deferred=True)

    heard_from: Mapped[datetime | None]  # logs and words of before it was an older release's to show

    @property
    def has_reasons(self) -> bool:
        """Whether its list of reasons is that of the rules of now; else it is being made."""
        return self.reasons_version == RULES_VERSION

    @property
    def load_limit(self) -> DayLoad:
        """How much of a day its programs should ask at most."""
        return DayLoad(self.load_minutes, self.load_moves)

    @property
    def answer_promise(self) -> AnswerPromise:
        """How soon its clients are answered."""
        zone = ZoneInfo(self.time_zone)
        return AnswerPromise(self.answer_days, self.works_on, zone, self.closed_from, self.closed_until)

    @property
    def numbers_set(self) -> bool:
        return bool(self.emergency_number and self.urgent_number)


class SignOff(OfPractice, Base):
    """A practitioner's name under wording that was marked authored; `digest` is of the very text they saw."""

    __tablename__ = "sign_off"
    __table_args__ = tenant(
        belongs_to("user_account", "user_id"),
        UniqueConstraint("practice_id", "scope", "digest"),
    )

    scope: Mapped[str] = mapped_column(String(60))
    digest: Mapped[str] = mapped_column(String(64))
    text: Mapped[str] = mapped_column(Text)
    user_id: Mapped[uuid.UUID]
    signed_at: Mapped[datetime]


class Heartbeat(Base):
    """When each background process was last seen alive; one row a process kind, not of any practice."""

    __tablename__ = "heartbeat"
    __table_args__ = (Index(None, "seen_at"),)

    name: Mapped[str] = mapped_column(String(60), primary_key=True)
    seen_at: Mapped[datetime]
    detail: Mapped[str] = mapped_column(String(200), default="")
