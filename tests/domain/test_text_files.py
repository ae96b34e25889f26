"""The bytes of a table: read in the encoding they are in, and refused in words where they are none."""

from __future__ import annotations

import gzip
import tracemalloc

import pytest

from clinic.domain.errors import RuleBroken
from clinic.domain.text_files import EMPTY, EXCEL, MOST_BYTES, NO_TEXT, TOO_LARGE, decoded

WORDS = "name,town\nZoë,Köln\n"


@pytest.mark.parametrize(
    ("data", "encoding"),
    [
        (WORDS.encode(), "utf-8"),
        (WORDS.encode("utf-8-sig"), "utf-8-sig"),
        (WORDS.encode("utf-16"), "utf-16"),
        (b"\xfe\xff" + WORDS.encode("utf-16-be"), "utf-16"),
        (WORDS.encode("utf-16-le"), "utf-16-le"),
        (WORDS.encode("utf-16-be"), "utf-16-be"),
        (WORDS.encode("cp1252"), "cp1252"),
        (gzip.compress(WORDS.encode()), "utf-8"),
        (gzip.compress(WORDS.encode("cp1252")), "cp1252"),
        (WORDS.encode("utf-16-le") * 400, "utf-16-le"),
    ],
)
def test_a_table_is_read_in_the_encoding_it_is_in(data: bytes, encoding: str) -> None:
    found = decoded(data)
    assert found.encoding == encoding
    assert found.text.startswith(WORDS)


def test_utf_16_is_told_by_its_first_part_and_by_more_than_a_stray_nul() -> None:
    cyrillic = "имя,город\n" + "a,b\n" * 30
    assert decoded(cyrillic.encode("utf-16-le")).text == cyrillic
    assert decoded(cyrillic.encode("utf-16-be")).text == cyrillic
    half = "аб,ab\n" * 30  # as many signs of two bytes as of one
    for encoding in ("utf-16-le", "utf-16-be"):
        assert decoded(half.encode(encoding)).encoding == encoding
    odd = "Ȁ" + "name,town\n" * 3  # its lower byte is a NUL
    assert decoded(odd.encode("utf-16-le")).text == odd
    late = "name,town\n" * 250 + "имя,город\n" * 2000
    assert decoded(late.encode("utf-16-le")).text == late
    assert decoded(b"\x00ab\x00").encoding == "utf-16-le"  # in doubt as Windows writes it
    strays = (
        b"na\x00me,town\nZoe,Koeln and a good deal more\n",
        b"n\x00ame,town\nZoe,Koeln and more\n",
        b"n\x00a\x00me,tow",  # two of every five
    )
    for stray in strays:
        with pytest.raises(RuleBroken, match="signs that no table has"):
            decoded(stray)


def test_one_letter_is_a_text() -> None:
    assert decoded(b"x").text == "x"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", EMPTY),
        (b" \r\n\t", EMPTY),
        (gzip.compress(b" \n"), EMPTY),
        (b"PK\x03\x04rest", EXCEL),
        (b"\xd0\xcf\x11\xe0rest", EXCEL),
        (gzip.compress(b"PK\x03\x04rest"), EXCEL),
        (b"%PDF-1.7", "This is a PDF."),
        (b"BEGIN:VCARD\n", "This is a file of contact cards."),
        (b"a\x81b", NO_TEXT),  # no sign of Windows-1252, and no UTF-8
        (b"a\x00b", NO_TEXT),
        (b"\x1f\x8b broken", NO_TEXT),
        (b"\xff\xfea", NO_TEXT),  # half a sign of UTF-16
    ],
)
def test_what_is_no_table_is_said_to_be_what_it_is(data: bytes, said: str) -> None:
    with pytest.raises(RuleBroken) as refused:
        decoded(data)
    assert str(refused.value).startswith(said)


def test_ten_megabytes_are_taken_and_not_a_byte_more_however_they_are_packed() -> None:
    most = b"a" * MOST_BYTES
    assert len(decoded(most).text) == MOST_BYTES == 10_000_000
    assert len(decoded(gzip.compress(most)).text) == MOST_BYTES
    for data in (most + b"a", gzip.compress(most + b"a")):
        with pytest.raises(RuleBroken) as refused:
            decoded(data)
        assert str(refused.value) == TOO_LARGE
    assert "larger than 10 MB" in TOO_LARGE


def test_no_more_is_unpacked_than_is_taken() -> None:
    packed = gzip.compress(b"a" * 20 * MOST_BYTES, compresslevel=1)
    tracemalloc.start()
    try:
        with pytest.raises(RuleBroken):
            decoded(packed)
        assert tracemalloc.get_traced_memory()[1] < 4 * MOST_BYTES
    finally:
        tracemalloc.stop()
