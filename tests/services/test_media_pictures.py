"""Pictures at the gate: what is taken comes out as a plain JPEG, what is not ends in a sentence."""

from __future__ import annotations

import random
from io import BytesIO

import pytest
from PIL import Image

from clinic.domain.media import MediaRefused
from clinic.services.media.pictures import made_safe
from tests.factories.media import (
    GIF,
    HTML,
    PLACE,
    SVG,
    picture,
    png_that_claims,
    webp_that_claims,
)

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough


def opened(data: bytes) -> Image.Image:
    return Image.open(BytesIO(data))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_each_kind_becomes_a_jpeg_without_a_word_of_where_it_came_from(kind: str) -> None:
    sent = picture(kind)
    assert PLACE in sent
    made = made_safe(sent)
    assert opened(made.data).format == "JPEG"
    assert (made.width, made.height) == (80, 60)
    assert PLACE not in made.data
    assert b"Exif" not in made.data


def test_a_phone_held_upright_is_shown_upright() -> None:
    made = made_safe(picture(turned=6))  # to be turned a quarter clockwise
    assert (made.width, made.height) == (60, 80)
    red, green, blue = opened(made.data).convert("RGB").getpixel((30, 5))  # type: ignore[misc]
    assert red > 200 > 100 > blue
    assert green < 100


def test_a_large_one_is_kept_as_large_as_it_is_shown() -> None:
    assert (made_safe(picture(size=(3200, 800))).width, made_safe(picture(size=(3200, 800))).height) == (
        1600,
        400,
    )


def test_what_is_seen_through_becomes_white() -> None:
    out = BytesIO()
    Image.new("RGBA", (10, 10), (0, 0, 0, 0)).save(out, "PNG")
    assert opened(made_safe(out.getvalue()).data).getpixel((5, 5)) == (255, 255, 255)


def test_a_picture_of_nothing_but_detail_is_drawn_like_any_other() -> None:
    out = BytesIO()
    noise = random.Random(7).randbytes(1200 * 900 * 3)
    Image.frombytes("RGB", (1200, 900), noise).save(out, "PNG")
    assert opened(made_safe(out.getvalue()).data).size == (1200, 900)


@pytest.mark.parametrize("mode", ["L", "CMYK", "1"])
def test_other_ways_to_say_colour_are_read(mode: str) -> None:
    out = BytesIO()
    Image.new(mode, (10, 10)).save(out, "PNG" if mode == "1" else "JPEG")
    assert opened(made_safe(out.getvalue()).data).mode == "RGB"


def test_sixteen_bits_of_grey_are_read() -> None:
    out = BytesIO()
    Image.new("I;16", (10, 10), 65535).save(out, "PNG")
    assert opened(made_safe(out.getvalue()).data).getpixel((5, 5))[0] > 250  # type: ignore[index]


def test_an_archive_or_a_page_behind_the_picture_does_not_come_along() -> None:
    made = made_safe(picture() + b"PK\x03\x04evil.jar" + HTML)
    assert b"evil.jar" not in made.data
    assert b"script" not in made.data


def test_a_page_inside_the_picture_does_not_come_along() -> None:
    out = BytesIO()
    Image.new("RGB", (20, 20)).save(out, "JPEG", comment=HTML)
    assert HTML in out.getvalue()
    assert HTML not in made_safe(out.getvalue()).data


@pytest.mark.parametrize(
    "sent, sentence",
    [
        (png_that_claims(50_000, 50_000), "50,000 by 50,000"),
        (webp_that_claims(16_384, 16_384), "16,384 by 16,384"),
        (png_that_claims(40_000, 10), "at most 50 million"),
        (SVG, "SVG"),
        (b"\xef\xbb\xbf  <SVG onload=alert(1)>", "SVG"),
        (GIF, "GIF"),
        (b"%PDF-1.7 and so on", "PDF"),
        (HTML, "no picture"),
        (b"MZ\x90\x00" + bytes(100), "no picture"),
        (b"\x00\x00\x00\x18ftypheic\x00\x00\x00\x00mif1heic" + bytes(40), "HEIC"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40), "video"),
        (picture()[:400], "cut off"),
        (picture("PNG")[:90], "cut off"),
        (b"\xff\xd8\xff\xe0" + b"GIF89a" * 20, "cut off"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "cut off"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 " + bytes(4), "empty"),
        (b"RIFF\xff\xff\xff\xffWEBPVP8L" + bytes(200), "cut off"),
        (b" ", "no picture"),
    ],
)
def test_what_is_not_taken_ends_in_a_sentence(sent: bytes, sentence: str) -> None:
    with pytest.raises(MediaRefused, match=sentence):
        made_safe(sent)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_picture_cut_off_anywhere_is_a_picture_or_a_refusal(kind: str) -> None:
    whole, refused = picture(kind), 0
    for end in range(0, len(whole), 11):
        try:
            made_safe(whole[:end])
        except MediaRefused:
            refused += 1
    assert refused > len(whole) // 11 // 2
