"""A server of one static file and its parts, and nothing around it: what ours is measured against."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse

RANGE = re.compile(r"bytes=(\d+)-(\d+)")


def make() -> Callable[..., Iterable[bytes]]:
    """The app; the file is named by BENCH_FILE."""
    path = os.environ["BENCH_FILE"]

    def answer(environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        found = RANGE.fullmatch(environ.get("HTTP_RANGE", ""))
        if found is None:
            start_response("200 OK", [("Content-Length", "2")])
            return [b"ok"]
        begin, last = int(found[1]), int(found[2])
        file = open(path, "rb", buffering=0)  # noqa: SIM115
        size = os.fstat(file.fileno()).st_size
        file.seek(begin)
        start_response(
            "206 Partial Content",
            [
                ("Content-Type", "video/mp4"),
                ("Content-Length", str(last + 1 - begin)),
                ("Content-Range", f"bytes {begin}-{last}/{size}"),
            ],
        )
        sent: Iterable[bytes] = environ["wsgi.file_wrapper"](file, 65536)
        return sent

    return answer
