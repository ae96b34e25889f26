"""What a client agrees to, in which words, how it was given, and what follows when it is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

LONGEST_TEXT = 1000
SHIPPED = 0  # the number of our wording: nobody of the practice has signed it off


class ConsentKind(StrEnum):
    """What is agreed to; one without the other is possible."""

    RECORD = "record"  # that the practice keeps a health record
    MAIL = "mail"  # that it writes by email


class ConsentHow(StrEnum):
    """How it was given, or withdrawn."""

    PAPER = "paper"
    IN_PERSON = "in_person"
    PAGE = "page"  # by the client, on a page of ours
    IMPORTED = "imported"
    EARLIER = "earlier"  # noted before acts were kept, in one tick for both


# What earlier releases asked of whoever joined a course: both in one tick.
JOINING = "I agree that {practice} keeps my health record and writes to me by email"
BY_HAND = (ConsentHow.PAPER, ConsentHow.IN_PERSON)  # what somebody of the practice can say
# Wording of ours, authored: it is marked as such until the practice signs it off or writes its own.
WORDING: Mapping[ConsentKind, str] = MappingProxyType(
    {
        ConsentKind.RECORD: "I agree that {practice} keeps my health record, to look after me.",
        ConsentKind.MAIL: "I agree that {practice} writes to me by email, about my program and how I am.",
    }
)


def shipped_wording(kind: ConsentKind, practice: str) -> str:
    """Our wording, for this practice."""
    return WORDING[kind].format(practice=practice)


def text_problem(text: str) -> RuleBroken | None:
    """What is wrong with a practice's own wording, if anything is."""
    if not text.strip():
        return RuleBroken(say("Write what the client agrees to."), "text")
    if len(text) > LONGEST_TEXT:
        return RuleBroken(say("Use %(longest)s characters or fewer.", longest=LONGEST_TEXT), "text")
    return None
