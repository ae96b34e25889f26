"""One mail a client and local day, whatever its source: the day it goes out on, as the database holds it.

A promise keeps the day it is planned for. A mail that slips to another day, because it was refused for now or
because the server was off, takes that one when it is claimed; who comes second finds it taken.
"""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.exc import IntegrityError

from clinic.domain.scheduling import local_date
from clinic.domain.sending import Promise, day_key
from clinic.extensions import db
from clinic.models import OutboxMessage
from clinic.services.sending.dues import DueMail


def take(due: DueMail, promise: Promise, at: datetime) -> bool:
    """Whether a check-in's mail is its client's mail of the day, within the caller's transaction."""
    if promise.checkin is None or due.client is None:
        return True
    key = day_key(due.client.id, local_date(at, promise.checkin.zone))
    return due.mail.day_key == key or _taken(due, key)


def _taken(due: DueMail, key: str) -> bool:
    try:
        with db.session.begin_nested():
            db.session.execute(
                update(OutboxMessage)
                .where(OutboxMessage.id == due.mail.id)
                .values(day_key=key)
                .execution_options(synchronize_session=False)
            )
    except IntegrityError:
        return False
    return True
