"""A mail that somebody wrote back: where it goes, what of it is its writer's own, which files are taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from clinic.domain.media import KILO, MediaKind
from clinic.domain.messages import MOST_PHOTOS, MOST_VIDEOS

MOST_A_DAY, A_DAY = 20, timedelta(days=1)  # of one client: more are two machines that answer each other
MOST_FROM_ONE, LATELY = 30, timedelta(hours=1)  # from one address: more is a machine, and its sender is told
CALLED_AGAIN_AFTER = timedelta(hours=1)
THROWN_AWAY_KEPT = timedelta(days=1)  # so long it can be brought back
LARGEST_ORNAMENT = 10 * KILO  # bytes of a picture in the text of a mail: a logo under a name
NAMED, LONGEST_FILE_NAME = 5, 60
GOES_ON = "\n\n[The mail goes on. The rest was too long to be kept here.]"
FILES_LEFT_OUT = (
    "[Files came with this mail. They are not kept: please send them on the page of your messages.]"
)
_QUOTED = re.compile(r"\s*>")


class ReplyRuling(StrEnum):
    """Where a mail that somebody wrote goes."""

    THREAD = "thread"
    HELD = "held"  # for somebody to look at
    REFUSED = "refused"
    OURS = "ours"  # our own mail, on its way in a circle


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyFacts:
    """What decides on it; `client_key` is the address of the client whose mail it answers, folded."""

    sender: str
    is_from_us: bool = False  # from the address our mails are from, or come back to
    answers_us: bool = False
    client_key: str | None = None
    is_archived: bool = False
    in_thread_today: int = 0
    held_lately: int = 0  # from this address


def rule_on(facts: ReplyFacts) -> ReplyRuling:
    """Where a mail goes: only our mark and the client's own address together let it into their thread."""
    is_theirs = facts.answers_us and facts.client_key is not None and facts.sender == facts.client_key
    if is_theirs and not facts.is_archived and facts.in_thread_today < MOST_A_DAY:
        return ReplyRuling.THREAD
    if facts.is_from_us and not is_theirs:
        return ReplyRuling.OURS
    return ReplyRuling.REFUSED if facts.held_lately >= MOST_FROM_ONE else ReplyRuling.HELD


class FileRuling(StrEnum):
    """Whether a file of a mail goes with its message; the others are named with these words."""

    TAKEN = "taken"
    ORNAMENT = "a logo among the words"  # left out unsaid
    WRONG_KIND = "a message takes photos and a video"
    ONE_TOO_MANY = "a message takes five photos and one video"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file that came with a mail; `kind` is what its bytes are, None for neither a photo nor a video."""

    kind: MediaKind | None
    size: int  # bytes
    is_in_text: bool = False  # a picture that stands among the words


def rule_on_files(files: Sequence[FileFacts]) -> list[FileRuling]:
    """Which files of a mail are taken, in their order."""
    room = {MediaKind.PICTURE: MOST_PHOTOS, MediaKind.VIDEO: MOST_VIDEOS}
    rulings = []
    for file in files:
        if file.is_in_text and file.size <= LARGEST_ORNAMENT:
            rulings.append(FileRuling.ORNAMENT)
        elif file.kind not in room:
            rulings.append(FileRuling.WRONG_KIND)
        elif room[file.kind] == 0:
            rulings.append(FileRuling.ONE_TOO_MANY)
        else:
            room[file.kind] -= 1
            rulings.append(FileRuling.TAKEN)
    return rulings


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


def with_word(text: str, word: str, longest: int) -> str:
    """A text and a word behind it that is never cut, of at most so many characters together."""
    if not word:
        return fitting(text, longest)
    return f"{fitting(text, longest - len(word) - 2)}\n\n{word}".strip()


def word_of_files(left_out: Sequence[tuple[str, str]]) -> str:
    """Which files of a mail are not kept, by name and why; nothing where none is missing."""
    if not left_out:
        return ""
    told = [f"{name[:LONGEST_FILE_NAME] or 'a file'} ({why.rstrip('.')})" for name, why in left_out[:NAMED]]
    more = len(left_out) - len(told)
    told += [f"and {more} more"] if more else []
    return f"[Not kept of this mail: {'; '.join(told)}. Please send it on the page of your messages.]"


def _is_answered_between(text: str) -> bool:
    """Whether lines without the mark of a quote follow lines that have one."""
    lines = [line for line in text.splitlines() if line.strip()]
    first = next((number for number, line in enumerate(lines) if _QUOTED.match(line)), len(lines))
    return not all(_QUOTED.match(line) for line in lines[first:])
