"""What decides whether a client may be mailed, read for the pages that promise it."""

from __future__ import annotations

from sqlalchemy import bindparam, select

from clinic.domain.mail_standing import (
    MailSort,
    MailStanding,
    before_sending,
    mail_standing_of,
    why_not_mailed,
)
from clinic.domain.types import SkipReason
from clinic.extensions import db
from clinic.models import Client, Practice, has_open_flag

_WARNING_OPEN = select(has_open_flag(bindparam("practice_id"), bindparam("client_id")))


def of_client(client: Client, practice: Practice) -> MailStanding:
    """Where a client stands now. One query."""
    known = _WARNING_OPEN, {"practice_id": client.practice_id, "client_id": client.id}
    return mail_standing_of(
        client, numbers_set=practice.numbers_set, warning_open=bool(db.session.scalar(*known))
    )


def against(client: Client, practice: Practice, sort: MailSort) -> SkipReason | None:
    """Why no mail of this sort goes out to a client now; None if one may. One query."""
    return why_not_mailed(of_client(client, practice), sort)


def problem(
    client: Client, practice: Practice, sort: MailSort, *, warning_open: bool | None = None
) -> str | None:
    """The same in words for whoever wants to send it: whose it is, and what to do.

    No query where it is known whether a warning sign is open.
    """
    if warning_open is None:
        reason = against(client, practice, sort)
    else:
        standing = mail_standing_of(client, numbers_set=practice.numbers_set, warning_open=warning_open)
        reason = why_not_mailed(standing, sort)
    return before_sending(reason, sort, client.name) if reason else None
