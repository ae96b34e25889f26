"""Pictures, videos and captions as they are sent: whole, or a part of them (RFC 9110)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from typing import BinaryIO

from flask import Response, current_app, request
from werkzeug.datastructures import Range

from clinic.domain.errors import NotFound
from clinic.domain.media import MEGA, MediaAway, MediaKind, MediaState
from clinic.domain.words import say
from clinic.models import MediaFile
from clinic.services.media.storage import CHUNK, MediaStore, store
from clinic.web.security import MEDIA_POLICY
from clinic.web.speaking import here
from config import Settings

MOST_AT_ONCE = 4 * MEGA  # bytes of an answer that is held in memory
NAMES = {MediaKind.PICTURE: "picture.jpg", MediaKind.VIDEO: "video.mp4", MediaKind.CAPTIONS: "captions.vtt"}


def media_answer(file: MediaFile, name: str = "") -> Response:
    """A file that the asker may see, or the part of it that was asked for; `name` is what it is saved as."""
    if file.state is not MediaState.READY:
        raise NotFound
    answer = Response(mimetype=file.type)
    answer.headers.update(
        {
            "ETag": f'"{file.digest[:32]}"',
            "Accept-Ranges": "bytes",
            "Content-Security-Policy": MEDIA_POLICY,
            # within a page it is shown all the same
            "Content-Disposition": f'attachment; filename="{name or NAMES[file.kind]}"',
        }
    )
    if request.if_none_match.contains_weak(file.digest[:32]):
        answer.status_code = 304
        return answer
    try:
        return _with_body(answer, file)
    except MediaAway as away:
        return Response(
            here().spoken(away.message), 503, mimetype="text/plain", headers={"Retry-After": "60"}
        )


def _with_body(answer: Response, file: MediaFile) -> Response:
    part, kept = _part(answer), store()
    span = part.range_for_length(file.size) if part else (0, file.size)
    if span is None:
        answer.status_code = 416
        answer.headers["Content-Range"] = f"bytes */{file.size}"
        return answer
    is_near = kept.path(file.id.hex) is not None
    begin, end = span
    if part:
        # less than was asked for is a right answer, too (15.3.7): who wants more asks again
        end = end if is_near else min(end, begin + MOST_AT_ONCE)
        answer.status_code = 206
        answer.headers["Content-Range"] = f"bytes {begin}-{end - 1}/{file.size}"
    answer.headers["Content-Length"] = str(end - begin)
    if request.method == "HEAD":
        return answer
    if not is_near and end - begin <= MOST_AT_ONCE:
        answer.response = [b"".join(kept.read(file.id.hex, begin, end))]
    else:
        answer.response = _sent_from(kept, file, begin, end)
        answer.direct_passthrough = True
    return answer


def _part(answer: Response) -> Range | None:
    """The one range that is asked for; None where all of it is sent."""
    asked, condition = request.range, request.headers.get("If-Range")
    if request.method != "GET" or asked is None or asked.units != "bytes" or len(asked.ranges) != 1:
        return None
    return asked if condition in (None, answer.headers["ETag"]) else None


def _sent_from(kept: MediaStore, file: MediaFile, begin: int, end: int) -> Iterable[bytes]:
    """What our server sends from the disk itself; it ends where the answer's length says."""
    wrapper = request.environ.get("wsgi.file_wrapper")
    if wrapper is None:  # another server, which is given the bytes
        return kept.read(file.id.hex, begin, end)
    opened = _opened(kept, file)
    opened.seek(begin)
    found: Iterable[bytes] = wrapper(opened, CHUNK)
    return found


def _opened(kept: MediaStore, file: MediaFile) -> BinaryIO:
    """The file itself; one that lies elsewhere is fetched for this answer, and has no name here."""
    path = kept.path(file.id.hex)
    if path is not None:
        try:
            return path.open("rb", buffering=0)
        except OSError:
            raise MediaAway(say("This file cannot be read just now.")) from None
    settings: Settings = current_app.config["SETTINGS"]
    fetched: BinaryIO = tempfile.TemporaryFile(dir=settings.data_dir)  # noqa: SIM115
    for chunk in kept.read(file.id.hex):
        fetched.write(chunk)
    fetched.flush()
    return fetched
