"""News for the practice: each piece is told in the transaction it belongs to, and mailed once a morning.

However much happens, a practitioner gets one mail a day of counts, with no names. Warning signs are not news:
their alert has a mail of its own and goes at once.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select, update

from clinic.domain.access import Permission
from clinic.domain.backups import is_news
from clinic.domain.notices import NoticeKind, morning_of
from clinic.domain.scheduling import DAY, load_zone
from clinic.domain.types import MailKind
from clinic.extensions import db, for_writing
from clinic.models import OutboxMessage, Practice, PracticeNotice, User
from clinic.models.person import who_may
from clinic.services import access, audit, bulk
from clinic.services.actors import Actor
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.reach import across_practices
from clinic.services.transaction import release, transaction
from clinic.services.upkeep import heartbeats
from clinic.services.upkeep.backups import runs

SERVER_PATIENCE = timedelta(minutes=15)  # a hiccup of the mail server is no news


def tell(
    practice_id: uuid.UUID, kind: NoticeKind, *, client_id: uuid.UUID | None = None, key: str = ""
) -> None:
    """Note a piece of news within the caller's transaction; `key` names the event, so it is told once.

    Without a key each call is a piece of its own.
    """
    row = {
        "id": uuid.uuid4(),
        "practice_id": practice_id,
        "kind": kind,
        "key": key or uuid.uuid4().hex,
        "client_id": client_id,
        "happened_at": now(),
    }
    db.session.execute(
        bulk.insert_into(PracticeNotice)
        .values(row)
        .on_conflict_do_nothing(index_elements=("practice_id", "kind", "key"))
    )


@across_practices("the morning of each practice")
def send_due(at: datetime) -> int:
    """Promise the morning mail of each practice that has news from before its morning; returns how many."""
    with for_writing(False):
        troubles = _troubles(at)
        practices = _all() if troubles else _with_news()
        release()
    promised = 0
    for practice in practices:
        day, morning = morning_of(at, load_zone(practice.time_zone))
        with transaction():
            for kind in troubles:
                tell(practice.id, kind, key=day.isoformat())
            promised += _mail(practice, day, morning) if at >= morning else 0
    return promised


def counts(practice_id: uuid.UUID, day: date) -> Mapping[NoticeKind, int]:
    """What the mail of a practice's morning tells: how much of each kind."""
    query = (
        select(PracticeNotice.kind, func.count())
        .where(PracticeNotice.practice_id == practice_id, PracticeNotice.told_on == day)
        .group_by(PracticeNotice.kind)
    )
    return {row[0]: row[1] for row in db.session.execute(query)}


def wanted(actor: Actor) -> bool:
    """Whether somebody of the practice gets the morning mail."""
    return access.user_for(actor, actor.user_id).daily_notice


def want(actor: Actor, wish: bool) -> None:
    """Switch one's own morning mail on or off; warning signs are mailed in any case."""
    with transaction():
        user = access.user_for(actor, actor.user_id)
        if user.daily_notice is wish:
            return
        user.daily_notice = wish
        if not wish:
            mine = and_(OutboxMessage.kind == MailKind.PRACTICE_NOTICE, OutboxMessage.user_id == user.id)
            outbox.cancel(user.practice_id, mine, "switched off")
        audit.record(actor, f"notice.{'wanted' if wish else 'declined'}", subject_id=user.id)


def _with_news() -> Sequence[Practice]:
    waiting = select(PracticeNotice.practice_id).where(PracticeNotice.told_on.is_(None))
    return db.session.scalars(select(Practice).where(Practice.id.in_(waiting))).all()


def _all() -> Sequence[Practice]:
    return db.session.scalars(select(Practice)).all()


def _mail(practice: Practice, day: date, morning: datetime) -> int:
    told = db.session.scalars(
        update(PracticeNotice)
        .where(
            PracticeNotice.practice_id == practice.id,
            PracticeNotice.told_on.is_(None),
            PracticeNotice.happened_at < morning,
        )
        .values(told_on=day)
        .returning(PracticeNotice.id)
        .execution_options(synchronize_session=False)
    ).all()
    if not told:
        return 0
    return sum(_promise(user, day) for user in _readers(practice.id))


def _promise(user: User, day: date) -> bool:
    # unique by the key: two sweeps at once, or a second one later that day, are one mail
    made = outbox.promise(
        user.practice_id,
        MailKind.PRACTICE_NOTICE,
        f"notice:{user.id.hex}:{day.isoformat()}",
        user_id=user.id,
        local_date=day,
        not_after=now() + DAY,
    )
    return made is not None


def _readers(practice_id: uuid.UUID) -> Sequence[User]:
    query = select(User).where(
        User.practice_id == practice_id,
        who_may(Permission.HEAR_NEWS),
        User.daily_notice,
    )
    return db.session.scalars(query).all()


def _troubles(at: datetime) -> list[NoticeKind]:
    """What is wrong with the installation, and so news to everybody on it."""
    found = [NoticeKind.MAIL_PAUSED] if _is_server_in_trouble(at) else []
    return [*found, NoticeKind.BACKUP_FAILED] if is_news(at, runs.status().failing_since) else found


def _is_server_in_trouble(at: datetime) -> bool:
    """Whether the mail server has refused us, and mail has waited for it longer than a hiccup."""
    trouble = heartbeats.last_seen().get(heartbeats.MAIL_SERVER)
    if trouble is None or not trouble[1]:
        return False
    oldest = outbox.oldest_due()
    return oldest is not None and at - oldest >= SERVER_PATIENCE
