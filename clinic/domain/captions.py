"""Captions as WebVTT: what was sent is read cue by cue and written anew, so that nothing else is in it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import unescape
from itertools import groupby

from clinic.domain.cleaning import printable
from clinic.domain.media import MediaRefused
from clinic.domain.words import say

MOST_CUES = 2000
LONGEST_CUE = 500  # letters
_STAMP = re.compile(r"(?:(\d{2,3}):)?([0-5]\d):([0-5]\d)\.(\d{3})")
_TIMES = re.compile(r"(\S+)[ \t]+-->[ \t]+(\S+)(?:[ \t].*)?")  # where a cue stands is left to the browser
_TAG = re.compile(r"<[^<>]*>?")
_LEFT_OUT = ("NOTE", "STYLE", "REGION")


@dataclass(frozen=True, slots=True)
class CaptionCue:
    """Words from one moment of a video to another, in milliseconds."""

    begins: int
    ends: int
    words: str


def rewritten(text: str) -> str:
    """The captions as WebVTT of our own: times and plain words. Raises MediaRefused, naming the line."""
    cues = list(_cues(text))
    if not cues:
        raise MediaRefused(
            say("There are no captions in this file: no line with times such as 00:01.000 --> 00:04.000.")
        )
    if len(cues) > MOST_CUES:
        raise MediaRefused(say("At most %(most)s captions are taken.", most=MOST_CUES))
    blocks = [f"{_clock(cue.begins)} --> {_clock(cue.ends)}\n{_escaped(cue.words)}\n" for cue in cues]
    return "\n".join(["WEBVTT\n", *blocks])


def _cues(text: str) -> Iterator[CaptionCue]:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise MediaRefused(
            say(
                "This is no WebVTT file: its first line has to be WEBVTT. "
                "Most programs for subtitles can save as .vtt."
            )
        )
    for is_blank, block in groupby(enumerate(lines[1:], 2), lambda each: not each[1].strip()):
        if not is_blank:
            numbered = dict(block)
            yield from _cue(list(numbered.values()), min(numbered))


def _cue(block: list[str], line: int) -> Iterator[CaptionCue]:
    if block[0].startswith(_LEFT_OUT) and "-->" not in block[0]:
        return
    at = next((number for number, each in enumerate(block[:2]) if "-->" in each), None)
    if at is None:
        if line <= 2:  # what stands right under the first line belongs to it
            return
        raise MediaRefused(
            say("Line %(line)s: a caption begins with its times, such as 00:01.000 --> 00:04.000.", line=line)
        )
    times = _TIMES.fullmatch(block[at].strip())
    begins, ends = (_milliseconds(times[1]), _milliseconds(times[2])) if times else (None, None)
    if begins is None or ends is None or ends <= begins:
        raise MediaRefused(
            say(
                "Line %(line)s: these are no times of a caption: %(words)s",
                line=line + at,
                words=printable(block[at])[:40],
            )
        )
    words = _plain("\n".join(block[at + 1 :]))
    if len(words) > LONGEST_CUE:
        raise MediaRefused(
            say(
                "Line %(line)s: a caption has at most %(longest)s letters.",
                line=line + at,
                longest=LONGEST_CUE,
            )
        )
    if words:
        yield CaptionCue(begins, ends, words)


def _milliseconds(stamp: str) -> int | None:
    found = _STAMP.fullmatch(stamp)
    if found is None:
        return None
    hours, minutes, seconds, rest = (int(part or 0) for part in found.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _plain(words: str) -> str:
    """Words without the markup around them; no line is empty, for that would end the caption."""
    bare = unescape(_TAG.sub("", words)).replace("-->", "→")
    return "\n".join(filter(None, (printable(line).strip() for line in bare.split("\n"))))


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _clock(milliseconds: int) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}.{rest:03}"
