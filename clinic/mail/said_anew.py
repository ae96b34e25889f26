"""What a reply says by itself: without the mail it answers, as the programs people write with quote it."""

from __future__ import annotations

from functools import cache

from mailparser_reply import EmailReplyParser

# whose "On … wrote:" is known; of any other the quote stays, and is read as a quote
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko", "zh")
LONGEST = 20_000  # characters that are looked at


def said_anew(text: str) -> str:
    """The words above the quote; all of it where nothing else is left, as of an answer among quoted lines."""
    text = text[:LONGEST].replace("\r\n", "\n").strip()
    found = _parser().read(text=text).latest_reply or ""
    return found.strip() or text


@cache
def _parser() -> EmailReplyParser:
    return EmailReplyParser(languages=list(LANGUAGES))
