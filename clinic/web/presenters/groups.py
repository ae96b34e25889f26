"""Groups in words: how many of one practise, and what somebody answered last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from clinic.domain.dates import count
from clinic.domain.types import MistakeAnswer
from clinic.services.groups.pages import GroupFigures, GroupLine, LastAnswer

NO_LEADER = "No leader yet"
MISTAKES: Mapping[MistakeAnswer, str] = {
    MistakeAnswer.YES: "noticed the mistake",
    MistakeAnswer.NO: "no mistake noticed",
    MistakeAnswer.NOT_SURE: "not sure of the mistake",
}


def leader(group: GroupLine) -> str:
    """Who leads a group, and that they have left where they have."""
    if group.leader is None:
        return NO_LEADER
    return f"{group.leader}, whose account is closed" if group.leader_left else group.leader


def members(group: GroupLine) -> str:
    """How many stand in a group."""
    return count(group.members, "client")


def figures(found: GroupFigures) -> list[tuple[str, str]]:
    """What stands on top of a group's page, each with what it is out of."""
    return [
        ("Practised in the last 7 days", f"{found.practised} of {count(found.members, 'client')}"),
        ("Answered a check-in of the last 7 days", f"{found.answered} of {found.asked} asked"),
        ("Silent", f"{found.silent} of {count(found.members, 'client')}"),
    ]


def answer(found: LastAnswer | None) -> str | None:
    """An answer in a line; what was not said is left out."""
    if found is None:
        return None
    facts: Sequence[str | None] = (
        f"{found.days_practised} of 7 days" if found.days_practised is not None else None,
        f"pain {found.pain} of 10" if found.pain is not None else "pain not said",
        MISTAKES[found.mistake] if found.mistake else None,
        "wants to be called" if found.contact_wanted else None,
    )
    return ", ".join(fact for fact in facts if fact)
