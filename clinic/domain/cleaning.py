"""Text as people type it and other systems hand it over, made clean: one rule for forms and for files."""

from __future__ import annotations

import re
import unicodedata

# Seen by nobody though Unicode files them under letters, marks and symbols: fillers and joiners of nothing.
UNSEEN = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
JOINERS = frozenset("\u200c\u200d")  # between letters of scripts that join, and in emoji, they are spelling
JOINED = range(0x0600, 0x1900)  # Arabic to Mongolian, with all of India between
SELECTORS = (
    range(0xFE00, 0xFE10),
    range(0xE0100, 0xE01F0),
)  # pick a form of an emoji or of a Chinese character
PICTURES = 0x2000  # from here on there are no alphabets
LINE_END = re.compile("\r\n|[\n\r\x0b\x0c\x85\u2028\u2029]")


def one_line(text: str) -> str:
    """Text of one line: composed, nothing invisible in it, its white space plain and single."""
    return " ".join(printable(LINE_END.sub(" ", text)).split())


def many_lines(text: str) -> str:
    """Text of several lines, each clean; blank ones at its ends are dropped."""
    lines = (printable(line).rstrip() for line in LINE_END.split(text))
    return "\n".join(lines).strip()


def printable(text: str) -> str:
    """Text in composed form, each white space a plain one, without what nobody can see."""
    if text.isascii() and text.isprintable():
        return text if text.strip() else ""
    told, clean = "", unicodedata.normalize("NFC", text)
    while told != clean:  # what stood between two signs is gone: they may compose, or be strangers, now
        told = clean
        clean = unicodedata.normalize("NFC", "".join(_plain(told, at) for at in range(len(told))))
    return clean if _is_seen(clean) else ""


def has_private_signs(text: str) -> bool:
    """Whether a sign stands in it that one typeface alone knows; our letters mark their blanks by such."""
    return any(unicodedata.category(sign) == "Co" for sign in text)


def has_unseen(text: str) -> bool:
    """Whether anything stands in a text that nobody can see, and that is no plain space."""
    return any(
        unicodedata.category(sign)[0] == "C" or sign in UNSEEN or any(ord(sign) in each for each in SELECTORS)
        for sign in text
    )


def _plain(text: str, at: int) -> str:
    """The sign at this place as it is kept: a plain space for any white space, nothing for the unseen."""
    sign = text[at]
    if sign in JOINERS:
        return sign if _joins(text[:at][-1:], text[at + 1 :][:1]) else ""
    if any(ord(sign) in each for each in SELECTORS):
        return sign if at and ord(text[at - 1]) >= PICTURES else ""
    kind = unicodedata.category(sign)
    if kind == "Zs" or sign == "\t":
        return " "
    return "" if kind in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"} or sign in UNSEEN else sign


def _joins(before: str, after: str) -> bool:
    if not before or not after:
        return False
    return all(ord(sign) in JOINED and unicodedata.category(sign)[0] in "LM" for sign in (before, after)) or (
        _is_drawn(before) and _is_drawn(after)
    )


def _is_drawn(sign: str) -> bool:
    return ord(sign) >= PICTURES and unicodedata.category(sign) in {"So", "Sk", "Mn"}


def _is_seen(text: str) -> bool:
    """Whether anything stands in it but spaces and marks that have no letter to stand on."""
    return any(unicodedata.category(sign)[0] not in "MZ" for sign in text)
