"""Telling a client that their program has changed: one mail without detail, one a day with all others."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta

from sqlalchemy import and_, select

from clinic.domain.mail_standing import MailSort
from clinic.domain.scheduling import DAY
from clinic.domain.types import MailKind, OutboxState
from clinic.extensions import db
from clinic.models import Client, OutboxMessage, Practice, Program
from clinic.models.base import given
from clinic.services import bulk, mail_standing
from clinic.services.checkins.free_days import free_days
from clinic.services.clock import now
from clinic.services.outbox import promises as outbox
from clinic.services.transaction import before_commit, one_at_a_time

TOLD = frozenset(
    {
        *("assigned", "dose_corrected", "paused", "resumed", "ended", "restarted", "moved"),
        *("phase_passed", "phase_taken_back"),
    }
)
PAUSE = timedelta(minutes=10)  # whoever changes one thing often changes another: they are one mail
WITHDRAWN = "The offer was withdrawn."
KEEPS = 3 * DAY  # longer it is no news
_WAITING = select(OutboxMessage.id).where(
    given(OutboxMessage.practice_id),
    given(OutboxMessage.client_id),
    given(OutboxMessage.kind),
    OutboxMessage.state == OutboxState.READY,
)


def tell(program: Program, verb: str) -> None:
    """Promise the client a mail about this change, at the end of the caller's transaction.

    Only whoever has an account gets one: there is nothing to open for anybody else.
    """
    if verb not in TOLD:
        return
    _at_the_end(program, MailKind.PROGRAM_CHANGED)


def offer(program: Program) -> None:
    """Promise the client a mail that a newer version is there to look at, as one of a change is."""
    _at_the_end(program, MailKind.PROGRAM_OFFERED)


def call_back_offers(programs: Sequence[Program]) -> None:
    """The mails that tell of offers have nothing to tell any more, as far as they have not gone out."""
    if programs:
        is_word = OutboxMessage.kind == MailKind.PROGRAM_OFFERED
        theirs = bulk.among(bulk.table_of(OutboxMessage).c.client_id, {each.client_id for each in programs})
        outbox.cancel(programs[0].practice_id, and_(theirs, is_word), WITHDRAWN)


def _at_the_end(program: Program, kind: MailKind) -> None:
    client_id, practice_id = program.client_id, program.practice_id
    before_commit(f"{kind} {client_id}", lambda: _promise(practice_id, client_id, kind))


def _promise(practice_id: uuid.UUID, client_id: uuid.UUID, kind: MailKind) -> None:
    client = db.session.get_one(Client, client_id)
    practice = db.session.get_one(Practice, practice_id)
    if client.user_id is None or mail_standing.against(client, practice, MailSort.CHECKIN):
        return
    one_at_a_time(Client, client.id)
    if _waits(client, kind):
        return
    day, begins = next(free_days(client, practice), (None, None))
    if begins is None:
        return  # every day of the week has its mail: the page says it all the same
    due = max(begins, now() + PAUSE)
    outbox.promise(
        practice_id,
        kind,
        f"program:{client_id.hex}:{uuid.uuid4().hex}",
        client_id=client_id,
        local_date=day,
        due_at=due,  # the day is taken when it goes out: a check-in asked for meanwhile comes first
        not_after=due + KEEPS,
    )


def _waits(client: Client, kind: MailKind) -> bool:
    """Whether a mail that tells of an earlier change has not gone out: it tells of this one too."""
    which = {"practice_id": client.practice_id, "client_id": client.id, "kind": kind}
    return db.session.scalar(_WAITING, which) is not None
