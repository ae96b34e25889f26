"""The second step at sign-in: who has to take it, which codes are taken, and how wrong ones slow things down.

Codes follow RFC 6238: six digits, another one each 30 seconds, taken a step early or late.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.access import is_staff
from clinic.domain.types import Role

STEP = 30  # seconds
AROUND = 1  # steps that a phone's clock may be early or late
RECOVERY_CODES = 10
TO_ENTER_IT = timedelta(minutes=15)  # from the password to the second step
FREE_TRIES = 5  # wrong codes in a row before there is a wait
LONGEST_WAIT = timedelta(hours=1)

# No letter that is taken for another one, or for a digit.
ALPHABET = "ABCDEFGHJKMNPQRSTVWXYZ23456789"
GROUPS, IN_A_GROUP = 4, 4  # 16 of 30 letters: 78 bits, so that a plain hash of them is enough


class SecondStepDue(StrEnum):
    """What stands between a right password and the pages."""

    ENTER = "enter"
    SET_UP = "set_up"


def still_due(role: Role, *, has_one: bool, has_passed: bool, is_required: bool) -> SecondStepDue | None:
    """What somebody whose password was right has to do first; clients have no second step."""
    if not is_staff(role):
        return None
    if has_one:
        return None if has_passed else SecondStepDue.ENTER
    return SecondStepDue.SET_UP if is_required else None


def is_required(chosen: bool | None, *, production: bool, made_up: bool) -> bool:
    """Whether a practice wants a second step of everybody: what its owner chose, else where it is real."""
    return chosen if chosen is not None else production and not made_up


def usable_steps(at: datetime, last_used: int) -> Sequence[int]:
    """The steps whose codes are taken now: never one that was used, nor an older one.

    A clock that is put back makes no used code good again.
    """
    here = int(at.timestamp()) // STEP
    return [step for step in range(here - AROUND, here + AROUND + 1) if step > last_used]


def wait_after(wrong: int) -> timedelta:
    """How long after so many wrong codes in a row none is looked at: a minute, two, four, at most an hour.

    Nobody is shut out, and a hundred guesses take days.
    """
    if wrong < FREE_TRIES:
        return timedelta(0)
    return min(timedelta(minutes=2 ** min(wrong - FREE_TRIES, 6)), LONGEST_WAIT)


def plain_code(typed: str) -> str:
    """A code as it is compared: capitals and digits, however it was spaced."""
    folded = unicodedata.normalize("NFKC", typed).upper()
    return "".join(letter for letter in folded if letter.isalnum())


def is_app_code(plain: str) -> bool:
    """Whether this may be a code of an app; all others are recovery codes."""
    return len(plain) == 6 and plain.isascii() and plain.isdecimal()


def in_groups(code: str) -> str:
    """A recovery code as it is shown."""
    return "-".join(code[at : at + IN_A_GROUP] for at in range(0, len(code), IN_A_GROUP))
