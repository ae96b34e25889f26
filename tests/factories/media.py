"""Pictures as people send them, and as people do who mean harm; all made here, and small."""

from __future__ import annotations

import struct
import uuid
import zlib
from io import BytesIO

from PIL import Image

from clinic.domain.media import MediaKind, MoveSpot
from clinic.models import Exercise, ExercisePicture, MediaFile
from clinic.services.actors import Actor
from clinic.services.media import showing, uploads
from clinic.services.media.storage import store
from clinic.services.media.uploads import Announced

PLACE = b"51.5033N-planted"


def picture(
    kind: str = "JPEG", size: tuple[int, int] = (80, 60), *, turned: int = 1, mode: str = "RGB"
) -> bytes:
    """A picture with a red left half and a blue right one, and where it was taken."""
    drawn = Image.new(mode, size, "blue" if mode in ("RGB", "RGBA") else 0)
    if mode == "RGB":
        drawn.paste("red", (0, 0, size[0] // 2, size[1]))
    exif = drawn.getexif()
    exif[0x0112] = turned
    exif[0x010F] = PLACE.decode()  # the maker of the camera
    exif.get_ifd(0x8825)[1] = "N"
    out = BytesIO()
    drawn.save(out, kind, exif=exif)
    return out.getvalue()


def png_that_claims(width: int, height: int) -> bytes:
    """A PNG of some bytes whose head says that it is huge, and whose dots would unpack to that."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    dots = zlib.compress(bytes(100_000), 9)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", dots) + chunk(b"IEND", b"")


def webp_that_claims(width: int, height: int) -> bytes:
    """A WebP whose head says that it is huge."""
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    body = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + size
    return b"RIFF" + struct.pack("<I", len(body)) + body


SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
GIF = b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff!\xf9\x04\x01\x00\x00\x00\x00,"
HTML = b"<!doctype html><script>alert(1)</script>"


def sent(
    actor: Actor,
    data: bytes,
    kind: MediaKind = MediaKind.PICTURE,
    name: str = "move.jpg",
    client_id: uuid.UUID | None = None,
) -> MediaFile:
    """A file that came all at once: of the practice's library, or of a client."""
    return uploads.send_whole(actor, Announced(kind, name, len(data), client_id=client_id), data)


def shown(
    actor: Actor, move: Exercise, spot: MoveSpot = MoveSpot.START, alt: str = "Standing tall"
) -> ExercisePicture:
    """A picture on show at a move."""
    return showing.show(actor, move.id, sent(actor, picture()).id, spot, alt)


def empty_store() -> None:
    """Rows are rolled back after a test; what lies in the storage is not."""
    for name, _ in list(store().names()):
        store().drop(name)
