"""Pictures at the gate: known by what is in them, measured before they are opened, and drawn anew.

What comes out is a JPEG of our own making: no place, no name of a camera, no second file behind the first.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from io import BytesIO
from threading import Lock

import filetype
from PIL import Image, ImageOps, UnidentifiedImageError

from clinic.domain.media import SHOWN_SIDE, MediaRefused, check_pixels
from clinic.domain.words import say

JPEG = "image/jpeg"
QUALITY = 86
FORMATS = {"image/jpeg": "JPEG", "image/png": "PNG", "image/webp": "WEBP"}
HEIC = ("image/heic", "image/heif", "image/avif")
WANTED = say("JPEG, PNG and WebP pictures are taken.")
INSTEAD = {
    **dict.fromkeys(
        HEIC,
        "This is a HEIC picture, which not every browser can show. Save it as JPEG and send that; "
        "an iPhone takes JPEGs with Settings, Camera, Formats, Most Compatible.",
    ),
    "image/gif": say("A GIF is not taken. Save it as PNG or JPEG; where it moves, send a video."),
    "application/pdf": say("This is a PDF, whatever its name ends in. %(wanted)s", wanted=WANTED),
}
NO_PICTURE = say("This is no picture that can be opened. %(wanted)s", wanted=WANTED)
SVG = say("This is an SVG drawing, which can hold programs. Save it as PNG and send that.")
BROKEN = say(
    "The picture is cut off or damaged: it cannot be opened to its end. Send it once more, from the original."
)
_SVG = re.compile(rb"<(?:svg|\?xml|!doctype svg)", re.IGNORECASE)
_one_at_a_time = Lock()  # an open picture is a hundred megabytes and more
Image.MAX_IMAGE_PIXELS = None  # measured by us, for all formats alike, before anything is opened


@dataclass(frozen=True, slots=True)
class MadePicture:
    """A picture as it is kept."""

    data: bytes
    width: int
    height: int


def check_begin(begin: bytes) -> None:
    """Raise MediaRefused where the first bytes (some hundreds) are of no picture that is taken."""
    kind = filetype.guess_mime(begin)
    if kind in FORMATS or (kind in HEIC and _reads_heic()):
        return
    if _SVG.search(begin[:1024].lstrip(b"\xef\xbb\xbf \t\r\n")):
        raise MediaRefused(SVG)
    if kind is not None and kind.startswith("video/"):
        raise MediaRefused(say("This is a video, whatever its name ends in. %(wanted)s", wanted=WANTED))
    raise MediaRefused(INSTEAD.get(kind or "", NO_PICTURE))


def made_safe(data: bytes, side: int = SHOWN_SIDE) -> MadePicture:
    """The picture drawn anew, upright and no larger than `side` (pixels). Raises MediaRefused."""
    check_begin(data[:4096])
    if data[:4] == b"RIFF":
        check_pixels(*_webp_size(data))  # its reader makes room for all of it as it opens
    with _one_at_a_time:
        try:
            return _drawn_anew(data, side)
        except MediaRefused:
            raise
        except UnidentifiedImageError:
            raise MediaRefused(BROKEN) from None
        except (
            OSError,
            SyntaxError,
            ValueError,
            EOFError,
            OverflowError,
            MemoryError,
            Image.DecompressionBombError,
        ):
            raise MediaRefused(BROKEN) from None


def _drawn_anew(data: bytes, side: int) -> MadePicture:
    readable = [*FORMATS.values(), *(["HEIF"] if _reads_heic() else [])]
    with Image.open(BytesIO(data), formats=readable) as opened:
        check_pixels(*opened.size)
        is_photo = opened.format == "JPEG"
        if is_photo:
            opened.draft("RGB", (side, side))  # opened no larger than it needs to be
        opened.load()
        upright = ImageOps.exif_transpose(opened)
    plain = _on_white(upright)
    plain.thumbnail((side, side), Image.Resampling.LANCZOS)
    # only the dots: whatever else came along stays behind
    bare = Image.frombytes("RGB", plain.size, plain.tobytes())
    out = BytesIO()
    # neither optimized nor progressive: both want all of it in a buffer that a detailed picture overruns
    bare.save(out, "JPEG", quality=QUALITY, subsampling=-1 if is_photo else 0)
    return MadePicture(out.getvalue(), *bare.size)


def _on_white(picture: Image.Image) -> Image.Image:
    if picture.mode in ("I;16", "I", "F"):  # more shades than a screen has
        picture = picture.point(lambda shade: shade / 256).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    layered = picture.convert("RGBA")
    paper = Image.new("RGB", layered.size, "white")
    paper.paste(layered, mask=layered.getchannel("A"))
    return paper


def _webp_size(data: bytes) -> tuple[int, int]:
    """Width and height by a WebP's head; (0, 0) where it has none."""
    kind, at = data[12:16], data[20:30]
    if len(at) < 10:
        return 0, 0
    if kind == b"VP8X":
        return int.from_bytes(at[4:7], "little") + 1, int.from_bytes(at[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(at[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        return int.from_bytes(at[6:8], "little") & 0x3FFF, int.from_bytes(at[8:10], "little") & 0x3FFF
    return 0, 0


def _reads_heic() -> bool:
    return "HEIF" in Image.OPEN
