"""Videos at the gate: known by what is in them, and made anew by ffmpeg where it is installed.

What comes out is an MP4 (H.264, AAC) that every browser plays and that begins at once, without the place
where it was filmed. Without ffmpeg only such an MP4 is taken, as it is; the boxes in which a place stands are
blanked.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import filetype

from clinic.domain.media import (
    LARGEST_AS_IT_IS,
    LONGEST_SIDE,
    LONGEST_VIDEO,
    MOST_PIXELS,
    MediaAway,
    MediaRefused,
    in_words,
)
from clinic.domain.mp4 import AS_MP4, BROKEN, examine
from clinic.domain.words import say
from clinic.services.media import outside
from clinic.services.media.outside import ProgramFailed, ProgramTooSlow

MP4 = "video/mp4"
WIDEST = 1280  # pixels of its longer side
LONGEST_WORK = 15 * 60  # seconds
LEAST_FREE = 50 * 1024**2  # bytes on the disk; below, a failure is the disk's
WANTED = say("MP4, MOV and WebM videos are taken.")
NO_PROGRAM = say("Without ffmpeg on the server only MP4 videos are taken. %(instead)s", instead=AS_MP4)
TOO_LONG = say("A video lasts at most %(minutes)s minutes. Cut it shorter.", minutes=LONGEST_VIDEO // 60)
_DEMUXERS = {"isom": "mov", "matroska": "matroska"}


class WorkStopped(Exception):
    """The worker was asked to end in the middle of it."""


@dataclass(frozen=True, slots=True)
class MadeVideo:
    """A video as it is kept, and a picture out of it, if one could be made."""

    path: Path
    width: int
    height: int
    seconds: int
    poster: bytes | None


def has_ffmpeg() -> bool:
    """Whether videos can be made anew here."""
    return bool(shutil.which("ffmpeg") and shutil.which("ffprobe"))


def container_of(begin: bytes) -> str | None:
    """The family of a video by its first bytes; None for what is no video that is taken."""
    kind = filetype.guess_mime(begin)
    if begin[4:8] == b"ftyp" and not (kind or "").startswith("image/"):
        return "isom"
    if kind in ("video/webm", "video/x-matroska") or begin[:4] == b"\x1a\x45\xdf\xa3":
        return "matroska" if b"webm" in begin[:64] else None
    return None


def check_begin(begin: bytes, expected: int) -> None:
    """Raise MediaRefused where the first bytes are of no video that is taken, or of one too large."""
    container = container_of(begin)
    if container is None:
        kind = filetype.guess_mime(begin) or ""
        if kind.startswith("image/"):
            raise MediaRefused(say("This is a picture, whatever its name ends in. %(wanted)s", wanted=WANTED))
        raise MediaRefused(
            say("This is no video that can be played, whatever its name ends in. %(wanted)s", wanted=WANTED)
        )
    if has_ffmpeg():
        return
    if container != "isom" or begin[8:12] == b"qt  ":
        raise MediaRefused(NO_PROGRAM)
    if expected > LARGEST_AS_IT_IS:
        raise MediaRefused(
            say("Without ffmpeg on the server a video has at most %(size)s.", size=in_words(LARGEST_AS_IT_IS))
        )


def made(source: Path, folder: Path, goes_on: Callable[[], None]) -> MadeVideo:
    """Make what is shown, in a folder of this work. `goes_on` is called now and then, and may raise.

    Raises MediaRefused for what is no video, MediaAway where the disk is full.
    """
    with source.open("rb") as file:
        begin = file.read(4096)
    check_begin(begin, source.stat().st_size)
    if not has_ffmpeg():
        return _as_it_is(source)
    demuxer = _DEMUXERS[container_of(begin) or ""]
    asked = _probed(source, demuxer, goes_on)
    target = folder / "made.mp4"
    _run(_anew(source, demuxer, target), folder, goes_on)
    found = _probed(target, "mov", goes_on)
    if found.seconds < asked.seconds - 2 - asked.seconds // 20:
        raise MediaRefused(BROKEN)  # it was cut off, and made anew as far as it went
    return MadeVideo(
        target, found.width, found.height, found.seconds, _poster(target, folder, found, goes_on)
    )


def _as_it_is(source: Path) -> MadeVideo:
    with source.open("r+b") as file:
        facts = examine(file, source.stat().st_size)
        for box in facts.blanks:
            file.seek(box.kind_at)
            file.write(b"free")
            file.seek(box.begins)
            file.write(bytes(box.ends - box.begins))
    return MadeVideo(source, facts.width, facts.height, facts.seconds, None)


@dataclass(frozen=True, slots=True)
class _Probed:
    width: int
    height: int
    seconds: int


def _probed(path: Path, demuxer: str, goes_on: Callable[[], None]) -> _Probed:
    words = ["ffprobe", "-v", "error", "-protocol_whitelist", "file", "-f", demuxer]
    words += [
        "-show_entries",
        "format=duration:stream=codec_type,width,height:stream_disposition=attached_pic",
    ]
    told = _run([*words, "-of", "json", f"file:{path}"], path.parent, goes_on)
    try:
        found: dict[str, Any] = json.loads(told)
        streams = [each for each in found["streams"] if each["codec_type"] == "video"]
        shown = next(each for each in streams if not each.get("disposition", {}).get("attached_pic"))
        seconds = float(found["format"]["duration"])
        width, height = int(shown["width"]), int(shown["height"])
    except (ValueError, LookupError, StopIteration):
        raise MediaRefused(BROKEN) from None
    if width * height > MOST_PIXELS or max(width, height) > LONGEST_SIDE or min(width, height) < 1:
        raise MediaRefused(
            say(
                "The video is %(width)s by %(height)s pixels. Export it with fewer.",
                width=width,
                height=height,
            )
        )
    if seconds > LONGEST_VIDEO:
        raise MediaRefused(TOO_LONG)
    return _Probed(width, height, max(1, round(seconds)))


def _anew(source: Path, demuxer: str, target: Path) -> list[str]:
    box = f"scale='min({WIDEST},iw)':'min({WIDEST},ih)':force_original_aspect_ratio=decrease"
    return [
        *("ffmpeg", "-nostdin", "-v", "error", "-y", "-timelimit", str(2 * LONGEST_WORK)),
        *("-protocol_whitelist", "file", "-f", demuxer, "-i", f"file:{source}"),
        *("-map", "0:v:0", "-map", "0:a:0?", "-sn", "-dn", "-map_metadata", "-1", "-map_chapters", "-1"),
        *("-vf", f"{box}:force_divisible_by=2", "-fpsmax", "60", "-pix_fmt", "yuv420p"),
        *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-threads", "2"),
        *("-c:a", "aac", "-b:a", "128k", "-ac", "2"),
        *("-fflags", "+bitexact", "-movflags", "+faststart", "-f", "mp4", f"file:{target}"),
    ]


def _poster(video: Path, folder: Path, found: _Probed, goes_on: Callable[[], None]) -> bytes | None:
    """A picture from its beginning; a video goes without one if there is none."""
    target = folder / "poster.png"
    words = ["ffmpeg", "-nostdin", "-v", "error", "-y", "-protocol_whitelist", "file"]
    words += ["-ss", str(min(1, found.seconds / 2)), "-f", "mov", "-i", f"file:{video}"]
    try:
        _run([*words, "-frames:v", "1", "-f", "image2", "-update", "1", f"file:{target}"], folder, goes_on)
        return target.read_bytes()
    except (MediaRefused, OSError):
        return None


def _run(words: Sequence[str], folder: Path, goes_on: Callable[[], None]) -> bytes:
    try:
        return outside.run(words, folder, goes_on, LONGEST_WORK)
    except ProgramTooSlow:
        raise MediaRefused(say("The video takes too long to be made ready. Send a shorter one.")) from None
    except ProgramFailed:
        if shutil.disk_usage(folder).free < LEAST_FREE:
            raise MediaAway(
                say("There is no room left to make the video ready. It is tried again.")
            ) from None
        raise MediaRefused(BROKEN) from None
