"""A request on its way in: all that has come of it so far, and whether that is all of it.

This decides only when a request is handed on. What it says, and whether it is one, gunicorn's parser decides;
it is given no byte more than what has come, so that a wrong guess here ends in a refusal and never in a wait.
"""

from __future__ import annotations

import re

LARGEST_HEAD = 64 * 1024  # bytes
LARGEST_BODY = 2 * 1024 * 1024  # bytes; a larger one is refused by its head
LARGEST_MAIL = 26 * 1024 * 1024  # bytes of a mail that is handed in: as the large providers send
_HEAD_ENDS = b"\r\n\r\n"
_LENGTH = re.compile(rb"(?im)^content-length[ \t]*:[ \t]*(\d{1,10})[ \t]*\r$")
_CODED = re.compile(rb"(?im)^transfer-encoding[ \t]*:")
_OF_MAIL = b"POST /api/mail/bounces "
_BARE_LINE_END = re.compile(rb"(?<!\r)\n")


class Arrival:
    """The bytes of one request as they come, and those of the next one behind it."""

    def __init__(self, received: bytes = b"") -> None:
        self.received = bytearray()
        self.is_coded = False  # its body comes in pieces of unknown number
        self._whole: int | None = None  # how many bytes it has, once the head tells
        self.take(received)

    @property
    def is_whole(self) -> bool:
        """Whether nothing more needs to come before it can be answered, or refused."""
        return self._whole is not None and len(self.received) >= self._whole

    def take(self, data: bytes) -> None:
        """Add what has come."""
        seen = max(0, len(self.received) - len(_HEAD_ENDS) + 1)
        self.received += data
        if self._whole is None:
            self._whole = self._length(seen)

    def _length(self, seen: int) -> int | None:
        ends = self.received.find(_HEAD_ENDS, seen)
        if ends < 0:
            is_hopeless = len(self.received) > LARGEST_HEAD or _BARE_LINE_END.search(self.received, seen)
            return 0 if is_hopeless else None
        head = ends + len(_HEAD_ENDS)
        self.is_coded = _CODED.search(self.received, 0, head) is not None
        lengths = _LENGTH.findall(self.received, 0, head)
        body = int(lengths[0]) if len(lengths) == 1 else 0
        is_mail = self.received.startswith(_OF_MAIL)
        return head + body if body <= (LARGEST_MAIL if is_mail else LARGEST_BODY) else head
