"""Videos as phones make them, and as people do who mean harm; made by ffmpeg, or box by box."""

from __future__ import annotations

import shutil
import struct
import subprocess
from pathlib import Path

import pytest

needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="ffmpeg is not installed here")
PLACE = b"+51.5033-000.1195/"


def filmed(
    folder: Path,
    name: str = "v.mp4",
    *,
    seconds: float = 2,
    size: str = "320x240",
    more: tuple[str, ...] = (),
) -> bytes:
    """A film with sound, and the place where it was made."""
    target = folder / name
    coding = (
        ["-c:v", "libvpx", "-c:a", "libvorbis"]
        if name.endswith("webm")
        else ["-c:v", "libx264", "-c:a", "aac"]
    )
    subprocess.run(
        [
            *("ffmpeg", "-v", "error", "-y", "-f", "lavfi", "-i", f"testsrc=size={size}:rate=10"),
            *("-f", "lavfi", "-i", "sine=frequency=440", "-t", str(seconds), "-pix_fmt", "yuv420p", *coding),
            *("-metadata", f"location={PLACE.decode()}", "-metadata", "title=planted", *more, str(target)),
        ],
        check=True,
    )
    return target.read_bytes()


def box(kind: bytes, *content: bytes) -> bytes:
    inner = b"".join(content)
    return struct.pack(">I", 8 + len(inner)) + kind + inner


def track(handler: bytes = b"vide", coding: bytes = b"avc1", *, more: bytes = b"", flags: int = 1) -> bytes:
    entry = box(coding, bytes(24), struct.pack(">HH", 320, 240), bytes(50))
    sample = box(b"stsd", bytes(4), struct.pack(">I", 1), entry)
    source = box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", struct.pack(">I", flags)))
    inner = box(b"minf", box(b"dinf", source), box(b"stbl", sample))
    return box(
        b"trak",
        box(b"tkhd", bytes(84)),
        box(b"mdia", box(b"hdlr", bytes(8), handler, bytes(13)), inner),
        more,
    )


def mp4(*tracks: bytes, seconds: int = 5, more: bytes = b"", behind: bytes = b"") -> bytes:
    """A film of boxes alone, enough to be looked through."""
    head = box(b"mvhd", bytes(12), struct.pack(">II", 1000, seconds * 1000), bytes(80))
    begin = box(b"ftyp", b"mp42", bytes(4), b"mp42isom")
    return (
        begin
        + box(b"moov", head, *(tracks or (track(), track(b"soun", b"mp4a"))), more)
        + box(b"mdat", bytes(64))
        + behind
    )


PLACED = box(b"udta", box(b"\xa9xyz", b"\x00\x12\x15\xc7", PLACE))
