"""Which passwords are refused, and why; length counts, mixtures of signs do not (NIST 800-63B)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from itertools import pairwise

from clinic.domain.words import say

SHORTEST = 15
LONGEST = 256
ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm", "qwertzuiop", "azertyuiop", "1234567890")
LEAST_BESIDE_OWN_WORDS = 10
MOSTLY = 0.7  # authored: from this share of neighbouring characters on, it is called a sequence


@dataclass(frozen=True, slots=True)
class OwnWords:
    """What an attacker knows of the person already."""

    email: str = ""
    name: str = ""
    practice: str = ""


NOBODY = OwnWords()


def normalise(password: str) -> str:
    """The form that is hashed: the same signs from another keyboard give the same text (NFKC)."""
    return unicodedata.normalize("NFKC", password)


def squeeze(text: str) -> str:
    """Letters and digits only, lower case: how passwords are compared with common ones and own words."""
    return "".join(sign for sign in normalise(text).casefold() if sign.isalnum())


def stem(bare: str) -> str:
    """A squeezed text without the digits around it."""
    return bare.strip("0123456789")


def password_problem(password: str, common: Collection[str], own: OwnWords = NOBODY) -> str | None:
    """Why a password is refused, as a sentence to show; None if it may be used. `common` is squeezed."""
    text = normalise(password)
    if len(text) < SHORTEST:
        return say(
            "Use at least %(shortest)s characters. A few words in a row are easy to remember.",
            shortest=SHORTEST,
        )
    if len(text) > LONGEST:
        return say("Use at most %(longest)s characters.", longest=LONGEST)
    if _is_common(text, common):
        return say("This password is on the lists that attackers try first. Choose another one.")
    if _is_repeated(text) or _is_sequence(text):
        return say(
            "This password repeats itself or follows the keyboard. Choose one that is harder to guess."
        )
    if _holds_own_words(text, own):
        return say("Leave your name, your e-mail address and the name of the practice out of the password.")
    return None


def _is_common(text: str, common: Collection[str]) -> bool:
    bare = squeeze(text)
    return bare in common or stem(bare) in common


def _is_repeated(text: str) -> bool:
    folded = text.casefold()
    if len(set(folded)) < 5:
        return True
    return any(_repeats_every(folded, length) for length in range(1, len(folded) // 2 + 1))


def _repeats_every(text: str, length: int) -> bool:
    return length < SHORTEST and all(text[i] == text[i - length] for i in range(length, len(text)))


def _is_sequence(text: str) -> bool:
    bare = squeeze(text)
    pairs = list(pairwise(bare))
    return bool(pairs) and sum(_neighbours(*pair) for pair in pairs) / len(pairs) >= MOSTLY


def _neighbours(first: str, second: str) -> bool:
    if abs(ord(first) - ord(second)) <= 1:
        return True
    return any(first + second in row or second + first in row for row in ROWS)


def _holds_own_words(text: str, own: OwnWords) -> bool:
    bare = squeeze(text)
    whole = (own.email, own.email.partition("@")[0], own.name, own.practice)
    if any(len(squeeze(word)) >= 4 and squeeze(word) in bare for word in whole):
        return True
    rest = _without(bare, re.split(r"\W+", own.name))
    return rest != bare and len(rest) < LEAST_BESIDE_OWN_WORDS


def _without(bare: str, words: Iterable[str]) -> str:
    for word in words:
        if len(squeeze(word)) >= 3:
            bare = bare.replace(squeeze(word), "")
    return bare
