"""An MP4 looked through box by box (ISO/IEC 14496-12), for where nothing can make it anew.

It is taken as it is only if it holds pictures in H.264 and sound in AAC and nothing else. Boxes in which a
camera writes where it was, are found, so that they can be blanked: they keep their length, no offset changes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO

from clinic.domain.media import LONGEST_VIDEO, MediaRefused
from clinic.domain.words import say

LARGEST_INDEX = 20 * 1024**2  # bytes of the box that says where all is
DEEPEST = 8
BLANKED = (b"udta", b"meta", b"uuid")  # what people and cameras add
TOP = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", *BLANKED})
CONTAINERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"dinf", b"stbl", b"edts"})
BROKEN = say("The video is cut off or damaged. Send it once more, from the original.")
AS_MP4 = say("Export it as MP4 with H.264 and AAC, which most phones and programs call “most compatible”.")
OTHER_DATA = say(
    "The video carries a track of other data, such as the places where it was filmed. "
    "Export it without that, and send it again."
)


@dataclass(slots=True)
class Mp4Facts:
    """What an MP4 is; `blanks` are the boxes to be blanked."""

    width: int = 0
    height: int = 0
    seconds: int = 0
    blanks: list[Mp4Box] = field(default_factory=list)
    tracks: list[bytes] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Mp4Box:
    """One box: where its head says what it is, and where its content begins and ends."""

    kind: bytes
    kind_at: int
    begins: int
    ends: int


def examine(file: BinaryIO, size: int) -> Mp4Facts:
    """What the file is; raises MediaRefused for one that cannot be shown as it is."""
    facts, kinds = Mp4Facts(), []
    for box in _boxes(file, 0, size):
        kinds.append(box.kind)
        if box.kind in (b"moof", b"sidx", b"styp"):
            raise MediaRefused(say("The video is in fragments. %(instead)s", instead=AS_MP4))
        if box.kind not in TOP:
            raise MediaRefused(BROKEN)
        if box.kind in BLANKED:
            facts.blanks.append(box)
        if box.kind == b"moov":
            if box.ends - box.begins > LARGEST_INDEX:
                raise MediaRefused(BROKEN)
            _look_into(file, box, facts, 1)
    if kinds[:1] != [b"ftyp"] or kinds.count(b"moov") != 1 or b"mdat" not in kinds:
        raise MediaRefused(BROKEN)
    if facts.tracks.count(b"vide") != 1 or not facts.width or not facts.height:
        raise MediaRefused(say("There is no one picture in this video. %(instead)s", instead=AS_MP4))
    if not 0 < facts.seconds <= LONGEST_VIDEO:
        raise MediaRefused(
            say("A video lasts at most %(minutes)s minutes. Cut it shorter.", minutes=LONGEST_VIDEO // 60)
        )
    return facts


def _boxes(file: BinaryIO, begins: int, ends: int) -> Iterator[Mp4Box]:
    """The boxes between two places, one behind the other and nothing between them."""
    at = begins
    while at < ends:
        file.seek(at)
        head = file.read(16)
        if len(head) < 8:
            raise MediaRefused(BROKEN)
        length, kind, first = int.from_bytes(head[:4]), head[4:8], at + 8
        if length == 1:
            length, first = int.from_bytes(head[8:]), at + 16
        if length < first - at or at + length > ends:
            raise MediaRefused(BROKEN)
        yield Mp4Box(kind, at + 4, first, at + length)
        at += length


def _look_into(file: BinaryIO, outer: Mp4Box, facts: Mp4Facts, depth: int) -> None:
    if depth > DEEPEST:
        raise MediaRefused(BROKEN)
    for box in _boxes(file, outer.begins, outer.ends):
        if box.kind in BLANKED:
            facts.blanks.append(box)
        elif box.kind in CONTAINERS:
            _look_into(file, box, facts, depth + 1)
        elif box.kind == b"mvex":
            raise MediaRefused(say("The video is in fragments. %(instead)s", instead=AS_MP4))
        else:
            _note(file, box, facts)


def _note(file: BinaryIO, box: Mp4Box, facts: Mp4Facts) -> None:
    file.seek(box.begins)
    content = file.read(min(box.ends - box.begins, 128))
    if box.kind == b"mvhd":
        facts.seconds = _seconds(content)
    elif box.kind == b"hdlr" and content[8:12] != b"dhlr":
        facts.tracks.append(content[8:12])
        if content[8:12] not in (b"vide", b"soun"):
            raise MediaRefused(OTHER_DATA)
    elif box.kind == b"dref" and any(each != 1 for each in _references(content)):
        raise MediaRefused(BROKEN)  # what it shows would lie in another file
    elif box.kind == b"stsd":
        _note_coding(content, facts)


def _note_coding(content: bytes, facts: Mp4Facts) -> None:
    if int.from_bytes(content[4:8]) != 1:
        raise MediaRefused(BROKEN)
    coding = content[12:16]
    if coding not in (b"avc1", b"avc3", b"mp4a"):
        raise MediaRefused(
            say("The video is in another coding than H.264 and AAC. %(instead)s", instead=AS_MP4)
        )
    if coding != b"mp4a":
        facts.width = int.from_bytes(content[40:42])
        facts.height = int.from_bytes(content[42:44])


def _references(content: bytes) -> Iterator[int]:
    """The flags of where a track's data lies; 1 is the file itself."""
    if int.from_bytes(content[4:8]) != 1:
        yield 0
    yield int.from_bytes(content[17:20])


def _seconds(content: bytes) -> int:
    wide = content[:1] == b"\x01"
    scale = int.from_bytes(content[20:24] if wide else content[12:16])
    length = int.from_bytes(content[24:32] if wide else content[16:20])
    return -(-length // scale) if scale else 0
