"""The mail that asks a client: on which day, and calling it back."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import RuleBroken
from clinic.domain.programs import RUNNING
from clinic.domain.scheduling import DAY, load_zone, local_date, local_to_utc, waking_hours
from clinic.domain.sending import day_key, next_waking
from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.models import CheckinSchedule, Client, OutboxMessage, Practice, Program, QuestionnaireRequest
from clinic.models.base import points_at
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox

LOOK_AHEAD = 7  # days in which a mail finds a day of its own


def promise(request: QuestionnaireRequest, client: Client, practice: Practice) -> None:
    """A mail on the first day that is free: one mail a client and day, and a check-in keeps its own.

    RuleBroken while an earlier one of the same asking is on its way, or where no day of the week is free.
    """
    mails = _mails(request)
    if any(mail.state in (OutboxState.READY, OutboxState.LEASED) for mail in mails):
        raise RuleBroken("A mail is on its way already.")
    for day, due in _free_days(client, practice):
        if _promised(request, client, day, due, attempt=len(mails) + 1):
            return
    raise RuleBroken("There is a mail planned for every day of this week. Ask in another way.", "channel")


def call_back(request: QuestionnaireRequest, reason: str) -> None:
    """Call back what is not on its way yet, within the caller's transaction."""
    outbox.cancel(request.practice_id, OutboxMessage.questionnaire_request_id == request.id, reason)


def _mails(request: QuestionnaireRequest) -> Sequence[OutboxMessage]:
    query = select(OutboxMessage).where(
        OutboxMessage.practice_id == request.practice_id,
        OutboxMessage.questionnaire_request_id == request.id,
    )
    return db.session.scalars(query).all()


def _free_days(client: Client, practice: Practice) -> Iterator[tuple[date, datetime]]:
    """The days of the coming week without a mail, each with the time the client is awake from."""
    zone = load_zone(client.time_zone)
    hours = waking_hours(practice.waking_from, practice.waking_until, client.waking_from, client.waking_until)
    begins = next_waking(hours, zone, now())
    first = local_date(begins, zone)
    taken = _taken_days(client, first)
    for day in (first + step * DAY for step in range(LOOK_AHEAD)):
        if day not in taken:
            yield day, begins if day == first else local_to_utc(day, hours.opens, zone)


def _promised(request: QuestionnaireRequest, client: Client, day: date, due: datetime, attempt: int) -> bool:
    try:
        with db.session.begin_nested():
            outbox.promise(
                request.practice_id,
                MailKind.QUESTIONNAIRE,
                f"questionnaire:{request.id.hex}:{attempt}",
                client_id=client.id,
                questionnaire_request_id=request.id,
                local_date=day,
                day_key=day_key(client.id, day),
                due_at=due,
                not_after=request.expires_at - timedelta(hours=1),
            )
    except IntegrityError:  # another mail took the day in this moment
        return False
    return True


def _taken_days(client: Client, first: date) -> set[date]:
    days = {day_key(client.id, first + step * DAY): first + step * DAY for step in range(LOOK_AHEAD)}
    mailed = select(OutboxMessage.day_key).where(
        OutboxMessage.practice_id == client.practice_id, OutboxMessage.day_key.in_(days)
    )
    planned = (
        select(CheckinSchedule.next_on)
        .join(
            Program,
            points_at(CheckinSchedule.program_id, Program),
        )
        .where(
            Program.practice_id == client.practice_id,
            Program.client_id == client.id,
            Program.status.in_(RUNNING),
            CheckinSchedule.next_on.is_not(None),
        )
    )
    taken = {days[key] for key in db.session.scalars(mailed) if key}
    return taken | {day for day in db.session.scalars(planned) if day}
