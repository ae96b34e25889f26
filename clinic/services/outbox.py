"""Promises of mail: a row in the same transaction as the decision, then a nudge once that is committed."""

from __future__ import annotations

import uuid
from datetime import date, datetime, timedelta

from sqlalchemy import select, update

from clinic import queue
from clinic.domain.types import OutboxState
from clinic.extensions import db
from clinic.models import Invitation, OutboxMessage, User, WarningFlag
from clinic.services.clock import now
from clinic.services.transaction import after_commit

KEEP_TRYING = timedelta(days=3)


def promise(
    practice_id: uuid.UUID,
    kind: str,
    dedupe_key: str,
    *,
    client_id: uuid.UUID | None = None,
    user_id: uuid.UUID | None = None,
    checkin_id: uuid.UUID | None = None,
    invitation_id: uuid.UUID | None = None,
    flag_id: uuid.UUID | None = None,
    local_date: date | None = None,
    day_key: str | None = None,
    due_at: datetime | None = None,
    not_after: datetime | None = None,
) -> OutboxMessage | None:
    """Add a mail to the outbox within the caller's transaction; None if this event has its mail already."""
    taken = select(OutboxMessage.id).where(
        OutboxMessage.practice_id == practice_id, OutboxMessage.dedupe_key == dedupe_key
    )
    if db.session.scalar(taken) is not None:
        return None
    due = due_at or now()
    message = OutboxMessage(
        id=uuid.uuid4(),
        practice_id=practice_id,
        kind=kind,
        dedupe_key=dedupe_key,
        day_key=day_key,
        client_id=client_id,
        user_id=user_id,
        checkin_id=checkin_id,
        invitation_id=invitation_id,
        flag_id=flag_id,
        local_date=local_date,
        state=OutboxState.READY,
        due_at=due,
        not_after=not_after or due + KEEP_TRYING,
        created_at=now(),
    )
    db.session.add(message)
    after_commit("outbox.deliver", lambda: queue.nudge("outbox.deliver"))
    return message


def promise_reset(user: User) -> None:
    """A mail with a link to choose a new password; asked twice in a minute, it is one mail."""
    minute = now().strftime("%Y%m%d%H%M")
    promise(user.practice_id, "password_reset", f"reset:{user.id.hex}:{minute}", user_id=user.id)


def promise_invitation(invitation: Invitation, attempt: int) -> None:
    """The mail of an invitation; a resend is a new attempt."""
    promise(
        invitation.practice_id,
        "invitation",
        f"invitation:{invitation.id.hex}:{attempt}",
        client_id=invitation.client_id,
        invitation_id=invitation.id,
        not_after=invitation.expires_at,
    )


def promise_alert(flag: WarningFlag, practitioner: User) -> None:
    """Tell one practitioner that a client named a warning sign: a link, no detail."""
    promise(
        flag.practice_id,
        "warning_sign_alert",
        f"flag:{flag.id.hex}:{practitioner.id.hex}",
        user_id=practitioner.id,
        flag_id=flag.id,
    )


def cancel_for_client(practice_id: uuid.UUID, client_id: uuid.UUID, kinds: tuple[str, ...], reason: str) -> int:
    """Call back what is still waiting for a client, within the caller's transaction; returns how many."""
    cancelled = db.session.execute(
        update(OutboxMessage)
        .where(
            OutboxMessage.practice_id == practice_id,
            OutboxMessage.client_id == client_id,
            OutboxMessage.kind.in_(kinds),
            OutboxMessage.state == OutboxState.READY,
        )
        .values(state=OutboxState.CANCELLED, reason=reason, finished_at=now())
        .execution_options(synchronize_session=False)
    )
    return int(cancelled.rowcount)  # type: ignore[attr-defined]
