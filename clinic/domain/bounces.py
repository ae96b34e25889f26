"""What a mail that came back, or was refused at the door, says about its address.

One rule weighs three things: the server's words (`bounce_words`), the code in them, and the code of a
report's field (RFC 3463). Words come before codes, and a code in the words before one beside them: whoever
says both knows more. Where two readings are possible the client's address is spared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import takewhile
from types import MappingProxyType

from clinic.domain.bounce_words import BounceSaying, sayings

_ENHANCED = re.compile(r"(?<![\d.])([245]\.[0-7]\.\d{1,3})(?!\d|\.\d)")
_REPLY = re.compile(r"(?<![\d.])([245][0-5]\d)(?=[ \-]|$)")
_EDGE_BLOCKED = re.compile(
    r"(?i)recipient address rejected: access denied"
)  # Microsoft, for who is not there
# Cisco's name for any refusal at all; what the other server said stands behind it in quotes.
_WRAPPED = re.compile(r"(?is)^.*?\bunknown address error\s+(?=\d{3}[ -]['\"])")
_A_DAY = re.compile(
    r"(?i)\bdaily\b|per day|\ba day\b|24 hours?|tomorrow|tageslimit|limite (?:diari|giornalier)"
)


class BounceCause(StrEnum):
    """Why a mail came back."""

    ADDRESS = "address"
    FULL = "full"
    INACTIVE = "inactive"
    FORWARDED = "forwarded"
    TOMORROW = "tomorrow"
    REFUSED = "refused"
    PASSING = "passing"
    UNKNOWN = "unknown"


IN_WORDS: Mapping[BounceCause, str] = MappingProxyType(
    {
        BounceCause.ADDRESS: "came back, there is no such mailbox",
        BounceCause.FULL: "came back, the mailbox is full",
        BounceCause.INACTIVE: "came back, the mailbox takes no mail at present",
        BounceCause.FORWARDED: "came back from another address that it was forwarded to",
        BounceCause.TOMORROW: "came back, too much mail for one day: it is tried again tomorrow",
        BounceCause.REFUSED: (
            "came back, the other mail server did not want it: "
            "this is about the practice's mail, not the client"
        ),
        BounceCause.PASSING: "came back, it could not be delivered in time",
        BounceCause.UNKNOWN: "came back",
    }
)
AT_THE_DOOR: Mapping[BounceCause, str] = MappingProxyType(
    {
        **dict.fromkeys(BounceCause, "refused by the mail server"),
        BounceCause.REFUSED: "refused by the mail server, about the practice's mail and not the client",
        BounceCause.TOMORROW: "too much mail for one day, tried again tomorrow",
    }
)
# What may mend itself, and is told when it goes on: the address is right, but nothing is read there.
LASTING = frozenset({BounceCause.FULL, BounceCause.INACTIVE, BounceCause.FORWARDED})
GOES_ON = timedelta(days=6)  # from one weekly mail to the next, with a day to spare

_MEANING: Mapping[BounceSaying, BounceCause] = MappingProxyType(
    {
        BounceSaying.SENDER: BounceCause.REFUSED,
        BounceSaying.REPUTATION: BounceCause.REFUSED,
        BounceSaying.RATE: BounceCause.TOMORROW,
        BounceSaying.FULL: BounceCause.FULL,
        BounceSaying.ELSEWHERE: BounceCause.FORWARDED,
        BounceSaying.NOBODY: BounceCause.ADDRESS,
        BounceSaying.POLICY: BounceCause.REFUSED,
        BounceSaying.INACTIVE: BounceCause.INACTIVE,
        BounceSaying.REJECTED: BounceCause.ADDRESS,
        BounceSaying.PASSING: BounceCause.PASSING,
    }
)
# RFC 3463 and the registry of RFC 5248, without their first figure. 1.0 may be about either of us.
_CODES: Mapping[str, BounceCause] = MappingProxyType(
    {
        **dict.fromkeys(("1.1", "1.2", "1.3", "1.6", "1.10"), BounceCause.ADDRESS),
        **dict.fromkeys(("1.7", "1.8", "2.3", "3.4"), BounceCause.REFUSED),
        **dict.fromkeys(("1.90", "4.5", "7.28"), BounceCause.TOMORROW),
        "2.1": BounceCause.INACTIVE,
        "2.2": BounceCause.FULL,
        "4.7": BounceCause.PASSING,
    }
)
_SUBJECTS: Mapping[str, BounceCause] = MappingProxyType({"6": BounceCause.REFUSED, "7": BounceCause.REFUSED})
_NO_SUCH_USER = frozenset({"1.1", "1.3", "1.6", "1.10"})
_ABOUT_THE_SENDER = frozenset({"1.7", "1.8"})  # whatever the words, which may name our address too
_SAYS_NOTHING = frozenset({"0.0", "1.0", "2.0", "3.0", "4.0", "5.0"})


@dataclass(frozen=True, slots=True)
class MailEnd:
    """When a mail to somebody was over, and why it came back; None: as far as is known it arrived."""

    at: datetime
    cause: BounceCause | None


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What was said, taken apart: codes are without their first figure, which `is_passing` keeps."""

    said: tuple[BounceSaying, ...]
    spoken: str  # the code in the words
    beside: str  # the code of the report's field
    is_passing: bool

    @property
    def code(self) -> str:
        if self.spoken and self.spoken not in _SAYS_NOTHING:
            return self.spoken
        return self.beside or self.spoken


def cause_of(words: str, status: str = "") -> BounceCause:
    """Why a mail came back: from a server's words, codes and all, and the code of a report's field."""
    words = _WRAPPED.sub("", words)
    verdict = _taken_apart(words, status)
    cause = _weighed(verdict, words)
    if verdict.is_passing and cause in (BounceCause.ADDRESS, BounceCause.INACTIVE, BounceCause.UNKNOWN):
        return BounceCause.PASSING  # one day it may exist
    return cause


def lasts_a_day(words: str, status: str = "") -> bool:
    """Whether a refusal is about a day's limit, so that trying again within the hour is in vain."""
    return cause_of(words, status) is BounceCause.TOMORROW and (
        _A_DAY.search(words) is not None or _taken_apart(words, status).code in ("1.90", "4.5")
    )


def returning_since(ends: Iterable[MailEnd]) -> datetime | None:
    """Since when mail to somebody has come back week after week; `ends` are of their mails, newest first."""
    run = list(takewhile(lambda end: end.cause in LASTING, ends))
    if len(run) < 2 or run[0].at - run[-1].at < GOES_ON:
        return None
    return run[-1].at


def is_elsewhere(original: str, final: str) -> bool:
    """Whether a report is about another mailbox than the one that was written to: it was forwarded."""
    if "@" not in original or "@" not in final:
        return False
    name, _, domain = original.strip(" <>").casefold().rpartition("@")
    other_name, _, other_domain = final.strip(" <>").casefold().rpartition("@")
    inside = f".{domain}".endswith(f".{other_domain}") or f".{other_domain}".endswith(f".{domain}")
    return name != other_name or not inside


def _weighed(verdict: _Verdict, words: str) -> BounceCause:
    first = verdict.said[0] if verdict.said else None
    by_code = _by_code(verdict.code)
    if verdict.code in _ABOUT_THE_SENDER:
        return BounceCause.REFUSED
    if verdict.spoken == "4.1" and _EDGE_BLOCKED.search(words):
        return BounceCause.ADDRESS
    match first:
        case None:
            return by_code
        case BounceSaying.POLICY | BounceSaying.INACTIVE | BounceSaying.PASSING if (
            verdict.spoken in _NO_SUCH_USER
            or (first is BounceSaying.PASSING and verdict.code in _NO_SUCH_USER)
        ):
            return BounceCause.ADDRESS
        case BounceSaying.REJECTED if verdict.code and verdict.code not in _SAYS_NOTHING:
            return by_code
    return _MEANING[first]


def _by_code(code: str) -> BounceCause:
    return _CODES.get(code) or _SUBJECTS.get(code.partition(".")[0], BounceCause.UNKNOWN)


def _taken_apart(words: str, status: str) -> _Verdict:
    spoken = _most_telling(_ENHANCED.findall(words))
    beside = _most_telling(_ENHANCED.findall(status))
    replies = [code for code in _REPLY.findall(words) if code[0] != "2"]
    kind = (replies or [spoken or beside])[0][:1]
    return _Verdict(sayings(words), spoken[2:], beside[2:], kind == "4")


def _most_telling(codes: list[str]) -> str:
    return next(_telling(codes), codes[0] if codes else "")


def _telling(codes: list[str]) -> Iterator[str]:
    return (code for code in codes if code[2:] not in _SAYS_NOTHING)
