"""What the pain of an answered check-in means: by the rule that a log is answered by."""

from __future__ import annotations

from sqlalchemy import select

from clinic.domain.pain_rule import PainRuling, ceiling_of, week_ruling
from clinic.domain.progress import PainPoint
from clinic.domain.scheduling import load_zone, local_date
from clinic.extensions import db
from clinic.models import CheckinAnswer
from clinic.models.base import given
from clinic.services.checkins.opening import OpenedCheckin

_PAINS = (
    select(CheckinAnswer.answered_at, CheckinAnswer.pain)
    .where(given(CheckinAnswer.practice_id), given(CheckinAnswer.client_id))
    .order_by(CheckinAnswer.answered_at, CheckinAnswer.id)
)


def ruling(opened: OpenedCheckin) -> PainRuling | None:
    """What is to be done about the pain that was answered; None where it was not said. At most one query."""
    if opened.answer is None or opened.answer.pain is None:
        return None
    client, zone = opened.client, load_zone(opened.client.time_zone)
    rows = db.session.execute(_PAINS, {"practice_id": client.practice_id, "client_id": client.id})
    points = [
        PainPoint(local_date(row.answered_at, zone), row.pain)
        for row in rows
        if row.answered_at <= opened.answer.answered_at
    ]
    return week_ruling(points, ceiling_of(client.pain_ceiling, opened.practice.pain_ceiling))
