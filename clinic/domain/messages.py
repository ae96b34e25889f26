"""Messages between a client and the practice: what fits into one, who may take one back, who sees it when."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.media import MEGA, MediaKind, MediaRefused, in_words
from clinic.domain.scheduling import WakingHours
from clinic.domain.words import say

LONGEST_MESSAGE = 5_000  # characters
LONGEST_CALL_NOTE = 1_000  # characters
MOST_PHOTOS, MOST_VIDEOS = 5, 1
LONGEST_MOMENT = 15 * 60 * 1000  # milliseconds into a video
LARGEST_VIDEO = 300 * MEGA  # bytes: a minute or two of a phone's
# What the practice sends is shown to the client once it can be taken back no more.
UNDO_WITHIN = timedelta(minutes=1)
TOO_LATE = say(
    "It was sent more than a minute ago, and the client may have read it. Write once more instead."
)
ARCHIVED = say("The practice keeps your record, and reads no messages here any more. Please phone.")
_MOMENT = re.compile(r"(?:(?P<minutes>[0-9]{1,2}):)?(?P<seconds>[0-9]{1,3})(?:[.,](?P<part>[0-9]{1,3}))?")


class MessageFrom(StrEnum):
    """Which side wrote a message."""

    CLIENT = "client"
    PRACTICE = "practice"


class MessageChannel(StrEnum):
    """How a message came into the thread."""

    PAGE = "page"
    MAIL = "mail"
    PHONE = "phone"  # the note of a call; the practice alone reads it


def may_take_back(sent_at: datetime, now: datetime) -> bool:
    """Whether whoever sent a message for the practice can still take it back."""
    return now - sent_at < UNDO_WITHIN


def is_shown_to_client(
    sender: MessageFrom, channel: MessageChannel, sent_at: datetime, undone_at: datetime | None, now: datetime
) -> bool:
    """Whether a client sees a message: their own at once, the practice's once it stands."""
    if sender is MessageFrom.CLIENT:
        return True
    return channel is not MessageChannel.PHONE and undone_at is None and not may_take_back(sent_at, now)


def was_seen(sent_at: datetime, seen: datetime | None) -> bool:
    """Whether whoever answers had a client's message before them, whose newest was sent then; None: all."""
    return seen is None or sent_at <= seen


def word_due(sent_at: datetime, hours: WakingHours, zone: tzinfo) -> datetime:
    """When word of a message goes to its client: once it stands, and while they are awake."""
    return hours.shift((sent_at + UNDO_WITHIN).astimezone(zone))


def problems(text: str, files: Sequence[MediaKind] = (), longest: int = LONGEST_MESSAGE) -> list[RuleBroken]:
    """What is wrong with a message, each in a sentence for whoever writes it; files come from a client."""
    found = []
    if not text.strip() and not files:
        found.append(RuleBroken(say("Write something first."), "text"))
    if len(text) > longest:
        over = len(text) - longest
        found.append(
            RuleBroken(
                say(
                    "A message has at most %(longest)s characters; this is %(over)s over.",
                    longest=longest,
                    over=over,
                ),
                "text",
            )
        )
    if sum(kind is MediaKind.PICTURE for kind in files) > MOST_PHOTOS:
        found.append(
            RuleBroken(say("At most %(most)s photos go with one message.", most=MOST_PHOTOS), "file")
        )
    if sum(kind is MediaKind.VIDEO for kind in files) > MOST_VIDEOS:
        found.append(RuleBroken(say("One video goes with one message."), "file"))
    return found


def check_file(kind: MediaKind, size: int) -> None:
    """Raise MediaRefused for a file of so many bytes that no message takes."""
    if kind not in (MediaKind.PICTURE, MediaKind.VIDEO):
        raise MediaRefused(say("A message takes photos and a video."))
    if kind is MediaKind.VIDEO and size > LARGEST_VIDEO:
        raise MediaRefused(
            say("A video has at most %(size)s here. A minute of it is enough.", size=in_words(LARGEST_VIDEO))
        )


def parse_moment(typed: str) -> int | None:
    """Milliseconds of a moment as people type it (4, 0:04, 1:02.5); None for what is none."""
    found = _MOMENT.fullmatch(typed.strip())
    if found is None:
        return None
    minutes, seconds, part = found["minutes"] or "0", found["seconds"], (found["part"] or "").ljust(3, "0")
    at = int(minutes) * 60_000 + int(seconds) * 1000 + int(part)
    return at if at <= LONGEST_MOMENT else None


def moment_in_words(milliseconds: int) -> str:
    """A moment of a video as its controls say it: 0:04, 1:02.5."""
    minutes, left = divmod(milliseconds, 60_000)
    whole, tenths = divmod(left // 100, 10)
    return f"{minutes}:{whole:02d}" + (f".{tenths}" if tenths else "")
