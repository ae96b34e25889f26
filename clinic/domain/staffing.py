"""Who works for a practice: it always keeps an owner, and clients belong to those who may answer for them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator

from clinic.domain.access import Permission, holds, is_staff
from clinic.domain.errors import RuleBroken
from clinic.domain.types import Role
from clinic.domain.words import say

ROLE_WORDS = {
    Role.OWNER: say("Owner"),
    Role.PRACTITIONER: say("Practitioner"),
    Role.ASSISTANT: say("Assistant"),
}
ROLE_IN_A_SENTENCE = {
    Role.OWNER: say("owner"),
    Role.PRACTITIONER: say("practitioner"),
    Role.ASSISTANT: say("assistant"),
}
ROLE_NOTES = {
    Role.OWNER: say("Everything, and decides who works here."),
    Role.PRACTITIONER: say("Looks after clients, signs, clears warning signs."),
    Role.ASSISTANT: say("Keeps records, programs and check-ins; signs nothing."),
}
LAST_OWNER = "A practice needs an owner. Make somebody else an owner first."


def decides(role: Role) -> bool:
    """Whether somebody of a role decides who works here."""
    return holds(role, Permission.MANAGE_PEOPLE)


def works_here(role: Role, *, is_open: bool) -> bool:
    """Whether somebody works for the practice now."""
    return is_open and is_staff(role)


def here_problems(name: str, field: str, *, is_open: bool) -> Iterator[RuleBroken]:
    """Why a colleague cannot be chosen for what is to come: their account is closed."""
    if not is_open:
        yield RuleBroken(say("The account of %(name)s is closed. Choose somebody else.", name=name), field)


def may_be_responsible(role: Role, *, is_open: bool) -> bool:
    """Whether clients can be somebody's: they work here now, and their role may answer for them."""
    return is_open and holds(role, Permission.BE_RESPONSIBLE)


def leaving_problem(user_id: uuid.UUID, owners: Collection[uuid.UUID]) -> str | None:
    """Why somebody cannot stop being an owner, be it by another role or a closed account; None if they can.

    `owners` are those of now, read while nobody else decides about them.
    """
    return LAST_OWNER if set(owners) == {user_id} else None


def is_ones_own(
    reader: uuid.UUID,
    *,
    responsible: uuid.UUID | None,
    handed_to: uuid.UUID | None = None,
) -> bool:
    """Whether what asks for somebody stands among a reader's own.

    It was handed to them; or to nobody, and the client is theirs or nobody's: so whatever asks is on
    somebody's list always. `responsible` is None for whoever may not be so any more, `handed_to` for whoever
    works here no longer.
    """
    if handed_to is not None:
        return handed_to == reader
    return responsible in (None, reader)
