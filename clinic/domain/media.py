"""Pictures, videos, captions, documents: what is taken, how large it may be, and what is said of the rest."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from clinic.domain.errors import RuleBroken
from clinic.domain.words import again, say

KILO, MEGA, GIGA = 1024, 1024**2, 1024**3
PIECE = 1 * MEGA  # bytes that a browser sends at a time
WITHOUT_SCRIPT = 2 * MEGA - 64 * KILO  # bytes of a whole form that is sent at once
LARGEST_AS_IT_IS = 200 * MEGA  # bytes of a video that nothing here can make smaller
MOST_PIXELS = 50_000_000
LONGEST_SIDE = 16_000  # pixels
SHOWN_SIDE = 1600  # pixels of a picture as it is kept
DOCUMENT_SIDE = 3200  # pixels of a scan, whose small print has to stay readable
LONGEST_VIDEO = 15 * 60  # seconds
KEPT_LOOSE = timedelta(days=1)  # what came half-way, and what belongs to no move any more


class MediaKind(StrEnum):
    """What a file is."""

    PICTURE = "picture"
    VIDEO = "video"
    CAPTIONS = "captions"
    DOCUMENT = "document"  # a PDF or a picture, of a client


class MediaState(StrEnum):
    """How far a file has come."""

    ARRIVING = "arriving"
    WAITING = "waiting"  # all of it is here; the worker makes it ready
    READY = "ready"
    REFUSED = "refused"


class MoveSpot(StrEnum):
    """What a file shows of a move."""

    START = "start"
    END = "end"
    RIGHT = "right"  # of the named mistake: how it should be
    WRONG = "wrong"  # and how not
    VIDEO = "video"
    CAPTIONS = "captions"


KIND_OF_SPOT = {
    **dict.fromkeys((MoveSpot.START, MoveSpot.END, MoveSpot.RIGHT, MoveSpot.WRONG), MediaKind.PICTURE),
    MoveSpot.VIDEO: MediaKind.VIDEO,
    MoveSpot.CAPTIONS: MediaKind.CAPTIONS,
}
LARGEST = {
    MediaKind.PICTURE: 25 * MEGA,
    MediaKind.VIDEO: 2 * GIGA,
    MediaKind.CAPTIONS: 512 * KILO,
    MediaKind.DOCUMENT: 50 * MEGA,
}
LARGEST_WORDS = {
    MediaKind.PICTURE: say("A picture has at most 25 MB. Send a smaller one, or a part of it."),
    MediaKind.VIDEO: say("A video has at most 2 GB. Cut it shorter, or export it with fewer pixels."),
    MediaKind.CAPTIONS: say("Captions have at most 500 KB."),
    MediaKind.DOCUMENT: say("A document has at most 50 MB. Scan it with fewer dots, or send it in parts."),
}


NOT_HERE_YET = say("The file is not all here yet. Choose it again, and it goes on where it ended.")


class MediaRefused(RuleBroken):
    """A file that is not taken, in a sentence for whoever sent it; nothing of it is kept."""

    def __init__(self, message: str, field: str | None = "file") -> None:
        super().__init__(message, field)


def check_here(state: MediaState, said: str) -> None:
    """Raise MediaRefused for a file that is not all here, or was refused, for the reason that was said."""
    if state is MediaState.REFUSED:
        raise MediaRefused(again(said))
    if state is MediaState.ARRIVING:
        raise MediaRefused(NOT_HERE_YET)


def can_be_put_back(removed_at: datetime | None, at: datetime) -> bool:
    """Whether what was removed is still there, for a day."""
    return removed_at is not None and at - removed_at < KEPT_LOOSE


class MediaAway(RuleBroken):
    """Files cannot be kept or read just now, and what to do about it."""


class MediaGone(MediaAway):
    """A file that is not where it was kept."""


def check_size(kind: MediaKind, size: int) -> None:
    """Raise MediaRefused for a file of so many bytes."""
    if size <= 0:
        raise MediaRefused(say("The file is empty. Choose another one."))
    if size > LARGEST[kind]:
        raise MediaRefused(LARGEST_WORDS[kind])


def check_pixels(width: int, height: int) -> None:
    """Raise MediaRefused for a picture that would not fit in memory, by what its head says."""
    if width < 1 or height < 1:
        raise MediaRefused(say("The picture is empty. Choose another one."))
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE:
        raise MediaRefused(
            say(
                "The picture is %(width)s by %(height)s pixels; "
                "at most 50 million are taken. Make it smaller.",
                width=width,
                height=height,
            )
        )


def in_words(size: int) -> str:
    """A number of bytes as people say it."""
    if size >= GIGA:
        return say("%(size)s GB", size=_one_decimal(size / GIGA))
    if size >= MEGA:
        return say("%(size)s MB", size=_one_decimal(size / MEGA))
    return say("%(size)s KB", size=str(max(1, round(size / KILO))))


def _one_decimal(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
