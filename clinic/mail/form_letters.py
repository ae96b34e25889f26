"""Mails that differ in a few blanks only: rendered and encoded once, then filled in for each person.

A practice's check-ins of one day are the same but for a name and two links. Rendering and encoding each
anew took half of a sender's time.
"""

from __future__ import annotations

import re
from binascii import b2a_qp
from collections.abc import Mapping
from dataclasses import dataclass
from secrets import token_hex

from markupsafe import escape

SOFT_BREAK = b"=\r\n"  # quoted-printable: not there once it is read
# private-use characters, which nobody may type, and a name of this process's own, should one be stored
_OURS = token_hex(8)
_BLANK = re.compile(f"\ue000{_OURS}([a-z_]+)\ue001")


@dataclass(frozen=True, slots=True)
class Encoded:
    """The body of one part in quoted-printable."""

    content: bytes


def blank(name: str) -> str:
    """What a template is given in place of a value that is still to come."""
    return f"\ue000{_OURS}{name}\ue001"


class LetterForm:
    """One part with blanks. The template must print them as they are: no filter, no condition on them."""

    def __init__(self, rendered: str, *, html: bool) -> None:
        self._html = html
        pieces = _BLANK.split(rendered.replace("\r\n", "\n"))
        self._names = pieces[1::2]
        *before_blanks, last = pieces[::2]
        self._between = [
            *(_before_break(piece.encode()) for piece in before_blanks),
            quoted_printable(last.encode()),
        ]

    def filled(self, values: Mapping[str, str]) -> Encoded:
        """The part for one person."""
        encoded = {name: self._value(value) for name, value in values.items()}
        first, *rest = self._between
        found = [first]
        for name, piece in zip(self._names, rest, strict=True):
            found += [encoded[name], piece]
        return Encoded(b"".join(found))

    def _value(self, value: str) -> bytes:
        text = str(escape(value)) if self._html else value
        # a soft break on either side keeps every line short, whatever stands next to it
        return SOFT_BREAK + _before_break(text.encode()) + SOFT_BREAK


def quoted_printable(text: bytes) -> bytes:
    """With CRLF, and no line over 76."""
    return b2a_qp(text, istext=True).replace(b"\n", b"\r\n")


def _before_break(text: bytes) -> bytes:
    """The same with room for the sign of a soft break at its end."""
    return quoted_printable(text + b"x")[:-1]
