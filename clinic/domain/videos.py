"""Video links: provider, id and second, from exact hosts; nothing is ever fetched."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from urllib.parse import SplitResult, parse_qs, urlsplit

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

YOUTUBE_HOSTS = frozenset({"youtube.com", "www.youtube.com", "m.youtube.com"})
YOUTUBE_SHORT = "youtu.be"
VIMEO_HOSTS = frozenset({"vimeo.com", "www.vimeo.com"})
VIMEO_PLAYER = "player.vimeo.com"

PLAIN_LINK = re.compile(r"[!-\[\]-~]+")  # printable ASCII without spaces and backslashes
YOUTUBE_ID = re.compile(r"[A-Za-z0-9_-]{11}")
VIMEO_ID = re.compile(r"\d{5,12}")
VIMEO_KEY = re.compile(r"[0-9a-f]{6,20}")
SPOKEN_TIME = re.compile(r"(?:(\d{1,2})h)?(?:(\d{1,3})m)?(?:(\d{1,5})s?)?")
CLOCK = re.compile(r"(?:([0-9]{1,2}):)?([0-9]{1,2}):([0-5][0-9])")

LONGEST_LINK = 500
LONGEST_VIDEO = 6 * 3600


class VideoProvider(StrEnum):
    """Where a practice keeps its videos."""

    YOUTUBE = "youtube"
    VIMEO = "vimeo"


@dataclass(frozen=True, slots=True)
class Video:
    """A video; an unlisted Vimeo one has its key in the id, as "123456/0a1b2c3d4e". `start` is in seconds."""

    provider: VideoProvider
    id: str
    start: int = 0


@dataclass(frozen=True, slots=True)
class FilmPart:
    """The part of a video that shows a move, in seconds; `until` None: to its end."""

    begins: int = 0
    until: int | None = None


def part_problems(part: FilmPart, lasts: int | None) -> Iterator[RuleBroken]:
    """What is wrong with a part of a video that lasts so many seconds, None where nobody knows yet."""
    if part.until is not None and part.until <= part.begins:
        yield RuleBroken(say("The part ends before it begins."), "part_until")
    elif lasts is not None and (part.until or part.begins + 1) > lasts:
        where = "part_from" if part.begins >= lasts else "part_until"
        yield RuleBroken(say("The video lasts %(clock)s.", clock=clock(lasts)), where)


def parse(link: str) -> Video:
    """The video behind a link, in any of the providers' own forms; RuleBroken says what is wrong with it."""
    parts = _split(link.strip())
    host = (parts.hostname or "").lower()
    if host in YOUTUBE_HOSTS or host == YOUTUBE_SHORT:
        return Video(VideoProvider.YOUTUBE, _youtube_id(host, parts), _start(parts))
    if host in VIMEO_HOSTS or host == VIMEO_PLAYER:
        return Video(VideoProvider.VIMEO, _vimeo_id(host, parts), _start(parts))
    raise _broken(say("Use a link to YouTube or Vimeo."))


def watch_url(provider: str, video_id: str, second: int = 0) -> str:
    """The address to watch a video at, from a second on."""
    if provider == VideoProvider.YOUTUBE:
        address = f"https://www.youtube.com/watch?v={video_id}"
        return f"{address}&t={second}s" if second else address
    address = f"https://vimeo.com/{video_id}"
    return f"{address}#t={second}s" if second else address


def parse_clock(text: str) -> int:
    """Seconds of a time in a video: "4:30" is 270, "1:02:03" is 3723."""
    match = CLOCK.fullmatch(text.strip())
    if not match:
        raise RuleBroken(say("Write minutes and seconds, like 4:30."), field="at")
    hours, minutes, seconds = (int(part or 0) for part in match.groups())
    if hours and minutes > 59:
        raise RuleBroken(say("An hour has 60 minutes."), field="at")
    return hours * 3600 + minutes * 60 + seconds


def clock(second: int) -> str:
    """A second of a video as people say it: 270 is "4:30"."""
    minutes, seconds = divmod(second, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def _split(link: str) -> SplitResult:
    if not link:
        raise _broken(say("Paste the link of the video."))
    if len(link) > LONGEST_LINK or not PLAIN_LINK.fullmatch(link):
        raise _broken(say("This is not a link to a video."))
    try:
        parts = urlsplit(link if "://" in link else f"https://{link}")
        port = parts.port
    except ValueError:
        raise _broken(say("This is not a link to a video.")) from None
    if parts.scheme not in ("https", "http") or parts.username is not None or port is not None:
        raise _broken(say("Use the plain https link of the video."))
    return parts


def _youtube_id(host: str, parts: SplitResult) -> str:
    path = parts.path.strip("/").split("/")
    if host == YOUTUBE_SHORT:
        found = path[0] if len(path) == 1 else ""
    elif path == ["watch"]:
        found = (parse_qs(parts.query).get("v") or [""])[0]
    else:
        found = path[1] if len(path) == 2 and path[0] in ("embed", "shorts", "live", "v") else ""
    if not YOUTUBE_ID.fullmatch(found):
        raise _broken(say("This YouTube link does not name a video."))
    return found


def _vimeo_id(host: str, parts: SplitResult) -> str:
    path = parts.path.strip("/").split("/")
    if host == VIMEO_PLAYER:
        path = path[1:] if path[0] == "video" else []
        path += parse_qs(parts.query).get("h", [])[:1]
    number, key = (*path, "", "")[:2]
    if len(path) > 2 or not VIMEO_ID.fullmatch(number) or (key and not VIMEO_KEY.fullmatch(key)):
        raise _broken(say("This Vimeo link does not name a video."))
    return f"{number}/{key}" if key else number


def _start(parts: SplitResult) -> int:
    asked = parse_qs(parts.query) | parse_qs(parts.fragment)
    for name in ("t", "start"):
        match = SPOKEN_TIME.fullmatch(asked.get(name, [""])[0])
        if match and any(match.groups()):
            hours, minutes, seconds = (int(part or 0) for part in match.groups())
            return min(hours * 3600 + minutes * 60 + seconds, LONGEST_VIDEO)
    return 0


def _broken(message: str) -> RuleBroken:
    return RuleBroken(message, field="video")
