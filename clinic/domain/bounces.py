"""What a mail that came back says about its address (RFC 3463)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

_STATUS = re.compile(r"[245]\.\d{1,3}\.\d{1,3}")
ABOUT_THE_SENDER = frozenset({"5.1.7", "5.1.8"})  # our own address, not the client's


class BounceCause(StrEnum):
    """Why a mail came back."""

    ADDRESS = "address"
    FULL = "full"
    REFUSED = "refused"
    PASSING = "passing"
    UNKNOWN = "unknown"


IN_WORDS: Mapping[BounceCause, str] = MappingProxyType(
    {
        BounceCause.ADDRESS: "came back, there is no such mailbox",
        BounceCause.FULL: "came back, the mailbox is full",
        BounceCause.REFUSED: "came back, the other mail server did not want it",
        BounceCause.PASSING: "came back, it could not be delivered in time",
        BounceCause.UNKNOWN: "came back",
    }
)


def fault_of(status: str) -> BounceCause:
    """What a status code such as 5.1.1 says; only ADDRESS is the address' own fault."""
    if not _STATUS.fullmatch(status):
        return BounceCause.UNKNOWN
    kind, subject, _ = status.split(".")
    if is_dead_address(status):
        return BounceCause.ADDRESS
    if status.endswith(".2.2"):
        return BounceCause.FULL
    if kind == "4":
        return BounceCause.PASSING
    return BounceCause.REFUSED if subject == "7" else BounceCause.UNKNOWN


def is_dead_address(status: str) -> bool:
    """Whether a code means that this mailbox does not exist: write to it no more."""
    return status.startswith("5.1.") and status not in ABOUT_THE_SENDER
