"""Bytes that somebody calls a table: which encoding they are in, and what they are if they are no text."""

from __future__ import annotations

import codecs
import zlib
from dataclasses import dataclass

from clinic.domain.errors import RuleBroken
from clinic.domain.words import say

MOST_BYTES = 10_000_000
GZIP = b"\x1f\x8b"
EXCEL = "This is a workbook, no CSV file. Open it in Excel or Numbers, save it as “CSV UTF-8”, upload that."
# what a file begins with that is often sent in place of a table, and what to say
STRANGERS = (
    (b"PK\x03\x04", EXCEL),
    (b"\xd0\xcf\x11\xe0", EXCEL),
    (b"%PDF", "This is a PDF. Export the list as a CSV file, and upload that."),
    (b"BEGIN:VCARD", "This is a file of contact cards. Export the contacts as CSV, and upload that."),
)
TOO_LARGE = say(
    "The file is larger than %(megabytes)s MB. Split it, and import the parts.",
    megabytes=MOST_BYTES // 1000000,
)
EMPTY = say("There is nothing in this file.")
NO_TEXT = say(
    "This is no text: it holds signs that no table has. Save the list as “CSV UTF-8”, and upload that."
)
_SAMPLE = 4000  # bytes that tell UTF-16 without a mark: every other one of them is a NUL


@dataclass(frozen=True, slots=True)
class DecodedText:
    """A text, and the name of the encoding it was in."""

    text: str
    encoding: str


def decoded(data: bytes) -> DecodedText:
    """The text of a file: UTF-8 or UTF-16, with a mark or without, else Windows-1252. Raises RuleBroken.

    The same bytes are always read in the same way.
    """
    data = _unpacked(data)
    if not data.strip():
        raise RuleBroken(EMPTY)
    for begin, said in STRANGERS:
        if data.startswith(begin):
            raise RuleBroken(said)
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise RuleBroken(NO_TEXT) from None
    if "\x00" in text:
        raise RuleBroken(NO_TEXT)
    return DecodedText(text, encoding)


def _unpacked(data: bytes) -> bytes:
    """A browser packs what it sends; no more is unpacked than is taken."""
    if not data.startswith(GZIP):
        most = data
    else:
        try:
            most = zlib.decompressobj(wbits=31).decompress(data, MOST_BYTES + 1)
        except zlib.error:
            raise RuleBroken(NO_TEXT) from None
    if len(most) > MOST_BYTES:
        raise RuleBroken(TOO_LARGE)
    return most


def _encoding(data: bytes) -> str:
    if data.startswith(codecs.BOM_UTF8):
        return "utf-8-sig"
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    even, odd = data[0:_SAMPLE:2], data[1:_SAMPLE:2]
    if even and odd and max(even.count(0) / len(even), odd.count(0) / len(odd)) > 0.4:
        return "utf-16-be" if even.count(0) > odd.count(0) else "utf-16-le"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "cp1252"
    return "utf-8"
