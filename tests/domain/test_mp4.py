"""An MP4 that is shown as it is holds a film and nothing else."""

from __future__ import annotations

from io import BytesIO

import pytest

from clinic.domain.media import MediaRefused
from clinic.domain.mp4 import examine
from tests.factories.videos import PLACED, box, mp4, track


def test_a_film_with_sound_is_taken_and_measured() -> None:
    film = mp4()
    facts = examine(BytesIO(film), len(film))
    assert (facts.width, facts.height, facts.seconds, facts.blanks) == (320, 240, 5, [])


def test_boxes_for_a_place_are_found_wherever_they_stand() -> None:
    film = mp4(track(more=PLACED), more=PLACED, behind=box(b"uuid", b"XMP" * 9))
    facts = examine(BytesIO(film), len(film))
    assert sorted(each.kind for each in facts.blanks) == [b"udta", b"udta", b"uuid"]
    for each in facts.blanks:
        assert film[each.kind_at : each.kind_at + 4] == each.kind
        assert each.begins == each.kind_at + 4


@pytest.mark.parametrize(
    "film, sentence",
    [
        (b"", "cut off"),
        (mp4()[:-10], "cut off"),
        (mp4()[:200], "cut off"),
        (mp4() + b"PK\x03\x04", "cut off"),
        (mp4() + box(b"evil", b"x"), "cut off"),
        (box(b"moov") + mp4(), "cut off"),
        (mp4() + box(b"moov"), "cut off"),
        (mp4(track(b"soun", b"mp4a")), "no one picture"),
        (mp4(track(), track()), "no one picture"),
        (mp4(track(coding=b"hvc1")), "another coding"),
        (mp4(track(coding=b"encv")), "another coding"),
        (mp4(track(), track(b"meta", b"mebx")), "track of other data"),
        (mp4(track(flags=0)), "cut off"),
        (mp4(more=box(b"mvex")), "in fragments"),
        (mp4(behind=box(b"moof")), "in fragments"),
        (mp4(seconds=0), "at most 15 minutes"),
        (mp4(seconds=901), "at most 15 minutes"),
        (b"\x00\x00\x00\x00ftyp" + bytes(40), "cut off"),
        (b"\xff\xff\xff\xffftyp" + bytes(40), "cut off"),
        (b"\x00\x00\x00\x01ftyp" + b"\xff" * 8 + bytes(40), "cut off"),
    ],
)
def test_what_is_something_else_is_refused_in_a_sentence(film: bytes, sentence: str) -> None:
    with pytest.raises(MediaRefused, match=sentence):
        examine(BytesIO(film), len(film))


def test_a_film_changed_at_any_place_is_a_film_or_a_refusal() -> None:
    film = mp4(track(more=PLACED))
    for at in range(len(film)):
        changed = film[:at] + bytes([film[at] ^ 0xFF]) + film[at + 1 :]
        try:
            facts = examine(BytesIO(changed), len(changed))
        except MediaRefused:
            continue
        assert all(each.ends <= len(changed) for each in facts.blanks)


def test_boxes_in_boxes_without_end_are_refused() -> None:
    inner = box(b"trak")
    for _ in range(3000):
        inner = box(b"trak", inner)
    with pytest.raises(MediaRefused):
        examine(BytesIO(mp4(inner)), len(mp4(inner)))
