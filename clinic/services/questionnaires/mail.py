"""The mail that asks a client: on which day, and calling it back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from clinic.domain.errors import RuleBroken
from clinic.domain.sending import day_key
from clinic.domain.types import MailKind, OutboxState
from clinic.domain.words import say
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, Practice, QuestionnaireRequest
from clinic.services.checkins.free_days import free_days
from clinic.services.outbox import promises as outbox


def promise(request: QuestionnaireRequest, client: Client, practice: Practice) -> None:
    """A mail on the first day that is free: one mail a client and day, and a check-in keeps its own.

    RuleBroken while an earlier one of the same asking is on its way, or where no day of the week is free.
    """
    mails = _mails(request)
    if any(mail.state in (OutboxState.READY, OutboxState.LEASED) for mail in mails):
        raise RuleBroken(say("A mail is on its way already."))
    for day, due in free_days(client, practice):
        if _promised(request, client, day, due, attempt=len(mails) + 1):
            return
    raise RuleBroken(
        say("There is a mail planned for every day of this week. Ask in another way."), "channel"
    )


def call_back(request: QuestionnaireRequest, reason: str) -> None:
    """Call back what is not on its way yet, within the caller's transaction."""
    outbox.cancel(request.practice_id, OutboxMessage.questionnaire_request_id == request.id, reason)


def _mails(request: QuestionnaireRequest) -> Sequence[OutboxMessage]:
    query = select(OutboxMessage).where(
        OutboxMessage.practice_id == request.practice_id,
        OutboxMessage.questionnaire_request_id == request.id,
    )
    return db.session.scalars(query).all()


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
