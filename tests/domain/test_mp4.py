"""An MP4 that is shown as it is holds a film and nothing else."""

from __future__ import annotations

import struct
from io import BytesIO

import pytest

from clinic.domain.media import MediaRefused
from clinic.domain.mp4 import Mp4Facts, examine
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


@pytest.mark.parametrize(
    "film, problem",
    [
        (mp4(more=box(b"mvex")), "The video is in fragments."),
        (mp4(behind=box(b"moof")), "The video is in fragments."),
        (mp4(track(), track()), "There is no one picture in this video."),
        (mp4(track(coding=b"hvc1")), "The video is in another coding than H.264 and AAC."),
    ],
)
def test_whoever_can_export_it_otherwise_is_told_how(film: bytes, problem: str) -> None:
    with pytest.raises(MediaRefused) as refused:
        examine(BytesIO(film), len(film))
    instead = "Export it as MP4 with H.264 and AAC, which most phones and programs call “most compatible”."
    assert str(refused.value) == f"{problem} {instead}"


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


def length_box(scale: int, length: int, *, wide: bool = False) -> bytes:
    """The head of a film that lasts `length` parts of a second, of which a second has `scale`."""
    if wide:
        return box(b"mvhd", b"\x01", bytes(19), struct.pack(">IQ", scale, length), b"\x01" * 80)
    return box(b"mvhd", bytes(12), struct.pack(">II", scale, length), b"\x01" * 80)


def lasting(head: bytes) -> bytes:
    """A film with this head behind the usual one; the later one counts."""
    return mp4(more=head)


@pytest.mark.parametrize(
    ("head", "seconds"),
    [
        (length_box(1000, 1), 1),
        (length_box(1000, 1000), 1),
        (length_box(1000, 5001), 6),
        (length_box(1000, 900_000), 900),
        (length_box(1 << 24, 5 << 24), 5),
        (length_box(1000, 5000, wide=True), 5),
        (length_box(1 << 24, 900 << 24, wide=True), 900),
    ],
)
def test_a_film_lasts_the_seconds_that_it_has_begun(head: bytes, seconds: int) -> None:
    film = lasting(head)
    assert examine(BytesIO(film), len(film)).seconds == seconds


@pytest.mark.parametrize(
    "head",
    [
        length_box(1000, 900_001),
        length_box(0, 5000),
        length_box(0, 5000, wide=True),
        length_box(1000, (1 << 56) + 5000, wide=True),
    ],
)
def test_a_film_without_end_or_measure_is_refused(head: bytes) -> None:
    with pytest.raises(MediaRefused, match="at most 15 minutes"):
        examine(BytesIO(lasting(head)), len(lasting(head)))


def test_a_film_is_as_wide_and_high_as_it_says_and_never_without_either() -> None:
    usual = struct.pack(">HH", 320, 240)
    film = mp4().replace(usual, struct.pack(">HH", 1280, 768), 1)
    facts = examine(BytesIO(film), len(film))
    assert (facts.width, facts.height) == (1280, 768)
    for nothing in (struct.pack(">HH", 0, 240), struct.pack(">HH", 320, 0)):
        with pytest.raises(MediaRefused, match="no one picture"):
            examine(BytesIO(mp4().replace(usual, nothing, 1)), len(mp4()))
    assert Mp4Facts() == Mp4Facts(width=0, height=0, seconds=0)


def test_a_box_may_say_its_length_in_eight_bytes() -> None:
    long = struct.pack(">I", 1) + b"uuid" + struct.pack(">Q", 16 + 9) + b"XMP" * 3
    film = mp4(behind=long + box(b"free"))
    (blank,) = examine(BytesIO(film), len(film)).blanks
    assert film[blank.begins : blank.ends] == b"XMP" * 3
    for wrong in (15, (1 << 56) + 25):
        film = mp4(behind=long.replace(struct.pack(">Q", 25), struct.pack(">Q", wrong)))
        with pytest.raises(MediaRefused, match="cut off"):
            examine(BytesIO(film), len(film))


@pytest.mark.parametrize(
    "part",
    [
        box(b"stsd", bytes(4), struct.pack(">I", 2), box(b"mp4a", bytes(78))),
        box(b"stsd", bytes(4), struct.pack(">I", 0x01000001), box(b"mp4a", bytes(78))),
        box(b"dref", bytes(4), struct.pack(">I", 2), box(b"url ", struct.pack(">I", 1))),
        box(b"dref", bytes(4), struct.pack(">I", 0x01000001), box(b"url ", struct.pack(">I", 1))),
        box(b"dref", bytes(4), struct.pack(">I", 1), box(b"url ", struct.pack(">I", 0x010001))),
    ],
)
def test_a_second_coding_or_another_source_is_refused(part: bytes) -> None:
    with pytest.raises(MediaRefused, match="cut off"):
        examine(BytesIO(mp4(more=part)), len(mp4(more=part)))


def test_a_source_may_say_more_of_itself_than_that_it_is_the_file() -> None:
    source = box(b"url ", struct.pack(">I", 1), b"here")
    film = mp4(more=box(b"dref", bytes(4), struct.pack(">I", 1), source))
    assert examine(BytesIO(film), len(film)).seconds == 5


def test_what_stands_behind_a_head_is_not_taken_for_a_part_of_it() -> None:
    short = mp4(more=box(b"mvhd", bytes(8)) + box(b"free", b"\xff" * 4))
    with pytest.raises(MediaRefused, match="at most 15 minutes"):
        examine(BytesIO(short), len(short))


class Watched(BytesIO):
    """A file that counts what is read of it."""

    count = 0

    def read(self, size: int | None = -1, /) -> bytes:
        found = super().read(size)
        self.count += len(found)
        return found


def test_of_a_film_as_large_as_it_may_be_only_the_heads_are_read() -> None:
    film = mp4(more=box(b"stts", bytes(1 << 20)), behind=box(b"free", bytes(1 << 22)))
    file = Watched(film)
    examine(file, len(film))
    assert file.count < 5_000


def test_what_hands_the_data_out_is_no_track() -> None:
    film = mp4(more=box(b"hdlr", bytes(8), b"dhlr", bytes(13)))
    assert examine(BytesIO(film), len(film)).tracks == [b"vide", b"soun"]


def test_boxes_stand_in_boxes_up_to_eight_deep() -> None:
    inner = b""
    for _ in range(7):
        inner = box(b"trak", inner)
    film, deeper = mp4(more=inner), mp4(more=box(b"trak", inner))
    assert examine(BytesIO(film), len(film)).seconds == 5
    with pytest.raises(MediaRefused, match="cut off"):
        examine(BytesIO(deeper), len(deeper))


def test_the_index_of_a_film_has_a_largest_size() -> None:
    index = int.from_bytes(mp4(more=box(b"skip"))[24:28], "big") - 8
    room = 20_971_520 - index
    film, larger = (mp4(more=box(b"skip", bytes(size))) for size in (room, room + 1))
    assert examine(BytesIO(film), len(film)).seconds == 5
    with pytest.raises(MediaRefused, match="cut off"):
        examine(BytesIO(larger), len(larger))
