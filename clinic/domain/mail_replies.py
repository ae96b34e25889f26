"""What of a mail is its writer's own: above the quote, or, where they wrote between its lines, all of it."""

from __future__ import annotations

import re

GOES_ON = "\n\n[The mail goes on. The rest was too long to be kept here.]"
FILES_LEFT_OUT = (
    "[Files came with this mail. They are not kept: please send them on the page of your messages.]"
)
_QUOTED = re.compile(r"\s*>")


def own_words(text: str, newest: str) -> str:
    """The words above the first quote, `newest`; all of a mail that has none, or words under its quote.

    A sentence too much is read in a moment; one too few may be a warning sign.
    """
    text, newest = text.strip(), newest.strip()
    if not newest or not text.startswith(newest):
        return text
    return text if _is_answered_between(text[len(newest) :]) else newest


def fitting(text: str, longest: int) -> str:
    """A text of at most so many characters, with a word where some of it is missing."""
    return text if len(text) <= longest else text[: longest - len(GOES_ON)].rstrip() + GOES_ON


def with_word_of_files(text: str) -> str:
    """A text with a word that files came with it, which nobody here has."""
    return f"{text}\n\n{FILES_LEFT_OUT}".strip()


def _is_answered_between(text: str) -> bool:
    """Whether lines without the mark of a quote follow lines that have one."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = next((number for number, line in enumerate(lines) if _QUOTED.match(line)), len(lines))
    return not all(_QUOTED.match(line) for line in lines[first:])
