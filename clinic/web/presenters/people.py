"""The words about those who work here: their roles, what each may do, what is handed over with an account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from clinic.domain.access import WORDS, Permission, holds
from clinic.domain.dates import count
from clinic.domain.dates import day_in_words as day
from clinic.domain.staffing import ROLE_IN_A_SENTENCE, ROLE_WORDS
from clinic.domain.types import InvitationState, OutboxState
from clinic.services.people.handing_over import Belongings
from clinic.services.people.inviting import OpenStaffInvitation
from clinic.web.filters import local_date
from clinic.web.mailing import NO_SERVER, mail_leaves

# What no permission is needed for: whoever works here may.
EVERYBODY_MAY = (
    "add clients, read and change their records",
    "assign programs, record assessments, ask questionnaires",
    "see who needs somebody, and say that they were looked after",
)
STAYS = (
    "Drafts of routines, tests and moves are the practice’s: everybody goes on with them.",
    "What they wrote and signed stays under their name.",
    "What they were typing and had not saved.",
)


@dataclass(frozen=True, slots=True)
class MayLine:
    """One line of the table: what is allowed, and to which roles."""

    words: str
    allowed: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class PendingLine:
    """An invitation as the page lists it."""

    invitation: OpenStaffInvitation
    title: str
    text: str
    is_lapsed: bool


def table() -> list[MayLine]:
    """What each role may do, from the table that the product itself asks; in the order of its words."""
    everybody = [MayLine(_begins_large(words), tuple(True for _ in ROLE_WORDS)) for words in EVERYBODY_MAY]
    return everybody + [_line(permission) for permission in WORDS]


def _line(permission: Permission) -> MayLine:
    return MayLine(_begins_large(WORDS[permission]), tuple(holds(role, permission) for role in ROLE_WORDS))


def _begins_large(words: str) -> str:
    return words[:1].upper() + words[1:]


def pending(found: Sequence[OpenStaffInvitation], zone: str) -> list[PendingLine]:
    """The invitations nobody has accepted yet."""
    return [_pending(each, zone) for each in found]


def _pending(each: OpenStaffInvitation, zone: str) -> PendingLine:
    invitation, is_lapsed = each.invitation, each.state is InvitationState.EXPIRED
    until = day(local_date(invitation.expires_at, zone))
    lasts = f"Ended on {until}." if is_lapsed else f"Works until {until}."
    way = _mailed(each) if invitation.email else "By a link that was handed over."
    title = invitation.email or "Whoever has the link"
    return PendingLine(
        each, f"{title}, as {ROLE_IN_A_SENTENCE[invitation.role]}", f"{way} {lasts}", is_lapsed
    )


def _mailed(each: OpenStaffInvitation) -> str:
    state = each.mail.state if each.mail else None
    match state:
        case OutboxState.SENT:
            return "By mail: sent."
        case OutboxState.FAILED | OutboxState.EXPIRED | OutboxState.CANCELLED:
            why = f": {each.mail.reason}" if each.mail and each.mail.reason else ""
            return f"By mail: not sent{why}."
        case OutboxState.IN_DOUBT:
            return "By mail: it may not have arrived."
        case OutboxState.KEPT:
            return f"By mail: kept here, not sent, because {NO_SERVER}."
    return "By mail: it goes out now." if mail_leaves() else f"By mail: waits, because {NO_SERVER}."


def stays(held: Belongings) -> list[str]:
    """What is not handed over, and what is to be done about it."""
    coming = (
        f"{count(held.appointments, 'appointment')} to come: change each, for a client expects just them."
    )
    return [coming, *STAYS] if held.appointments else list(STAYS)


def belongings(held: Belongings) -> str:
    """What is to be handed over, as a sentence; "" where nothing is."""
    parts = [
        count(held.clients, "client") if held.clients else "",
        count(held.drafts, "assessment draft") if held.drafts else "",
        count(held.notes, "draft note") if held.notes else "",
        count(held.groups, "group") if held.groups else "",
    ]
    told = [part for part in parts if part]
    return " and ".join(filter(None, [", ".join(told[:-1]), *told[-1:]]))


def clients_of(number: int) -> str:
    """How many active clients are somebody's."""
    return f"Responsible for {count(number, 'client')}" if number else ""
