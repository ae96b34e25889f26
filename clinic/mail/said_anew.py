"""What a reply says by itself: without the mail it answers, as the programs people write with quote it."""

from __future__ import annotations

import re
from functools import cache

from mailparser_reply import EmailReplyParser

from clinic.domain.mail_replies import own_words

# whose "On … wrote:" is known; of any other the quote stays, and is read as a quote
LANGUAGES = ("en", "de", "fr", "es", "it", "nl", "pl", "sv", "da", "cs", "ja", "ko", "zh")
LONGEST = 20_000  # characters that are looked at
# thousands of either keep the library's patterns busy for minutes
_BLANKS, _BLANK_LINES = re.compile(r"[^\S\n]+"), re.compile(r"\n(?: ?\n){2,}")


def said_anew(text: str) -> str:
    """The words above the quote; all of it where nothing else is left, as of an answer among quoted lines."""
    text = _BLANKS.sub(" ", text.replace("\r\n", "\n"))
    text = _BLANK_LINES.sub("\n\n", text).strip()[:LONGEST]
    read = _parser().read(text=text)
    # it strips each line, and so must what it is compared with be stripped
    return own_words(read.text, read.latest_reply or "")


@cache
def _parser() -> EmailReplyParser:
    return EmailReplyParser(languages=list(LANGUAGES))
