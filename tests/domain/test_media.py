"""What files are taken, by their bytes and pixels, and what is said of the rest."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.domain.media import (
    DOCUMENT_SIDE,
    GIGA,
    KEPT_LOOSE,
    KILO,
    KIND_OF_SPOT,
    LARGEST,
    LARGEST_AS_IT_IS,
    LARGEST_WORDS,
    LONGEST_SIDE,
    LONGEST_VIDEO,
    MEGA,
    MOST_PIXELS,
    PIECE,
    SHOWN_SIDE,
    WITHOUT_SCRIPT,
    MediaKind,
    MediaRefused,
    MediaState,
    MoveSpot,
    can_be_put_back,
    check_here,
    check_pixels,
    check_size,
    in_words,
)

AT = datetime(2026, 11, 29, 12, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)
MOST_BYTES = [
    (MediaKind.PICTURE, 26_214_400, "A picture has at most 25 MB. Send a smaller one, or a part of it."),
    (
        MediaKind.VIDEO,
        2_147_483_648,
        "A video has at most 2 GB. Cut it shorter, or export it with fewer pixels.",
    ),
    (MediaKind.CAPTIONS, 524_288, "Captions have at most 500 KB."),
    (
        MediaKind.DOCUMENT,
        52_428_800,
        "A document has at most 50 MB. Scan it with fewer dots, or send it in parts.",
    ),
]


def test_bytes_are_counted_in_powers_of_two() -> None:
    assert (KILO, MEGA, GIGA) == (1_024, 1_048_576, 1_073_741_824)


def test_what_is_sent_at_once_stays_below_what_a_form_may_hold() -> None:
    assert PIECE == 1_048_576
    assert WITHOUT_SCRIPT == 2_031_616


def test_the_sizes_that_are_made_and_kept() -> None:
    assert LARGEST_AS_IT_IS == 209_715_200
    assert (SHOWN_SIDE, DOCUMENT_SIDE, LONGEST_SIDE, MOST_PIXELS) == (1_600, 3_200, 16_000, 50_000_000)
    assert timedelta(seconds=LONGEST_VIDEO) == timedelta(minutes=15)
    assert timedelta(hours=24) == KEPT_LOOSE


def test_every_spot_of_a_move_has_its_kind_of_file() -> None:
    assert set(KIND_OF_SPOT) == set(MoveSpot)
    other = {MoveSpot.VIDEO: MediaKind.VIDEO, MoveSpot.CAPTIONS: MediaKind.CAPTIONS}
    assert all(kind is other.get(spot, MediaKind.PICTURE) for spot, kind in KIND_OF_SPOT.items())


@pytest.mark.parametrize(("kind", "most", "told"), MOST_BYTES, ids=[row[0].value for row in MOST_BYTES])
def test_a_file_is_taken_up_to_the_most_of_its_kind(kind: MediaKind, most: int, told: str) -> None:
    check_size(kind, 1)
    check_size(kind, most)
    with pytest.raises(MediaRefused) as refused:
        check_size(kind, most + 1)
    assert (refused.value.message, refused.value.field) == (told, "file")


def test_every_kind_has_its_most_and_says_it() -> None:
    assert set(LARGEST) == set(LARGEST_WORDS) == set(MediaKind)


@pytest.mark.parametrize("size", [0, -1])
def test_an_empty_file_is_refused(size: int) -> None:
    with pytest.raises(MediaRefused, match=r"^The file is empty\. Choose another one\.$"):
        check_size(MediaKind.PICTURE, size)


@pytest.mark.parametrize("size", [(1, 1), (1, 16_000), (16_000, 1), (10_000, 5_000), (16_000, 3_125)])
def test_a_picture_is_taken_up_to_its_most_pixels(size: tuple[int, int]) -> None:
    check_pixels(*size)


@pytest.mark.parametrize("size", [(16_001, 1), (1, 16_001), (10_000, 5_001), (16_000, 3_126)])
def test_a_picture_that_would_not_fit_in_memory_is_refused_with_its_size(size: tuple[int, int]) -> None:
    with pytest.raises(MediaRefused) as refused:
        check_pixels(*size)
    told = f"The picture is {size[0]:,} by {size[1]:,} pixels; at most 50 million are taken. Make it smaller."
    assert (refused.value.message, refused.value.field) == (told, "file")


@pytest.mark.parametrize("size", [(0, 1), (1, 0), (-1, 5)])
def test_a_picture_without_pixels_is_refused(size: tuple[int, int]) -> None:
    with pytest.raises(MediaRefused, match=r"^The picture is empty\. Choose another one\.$"):
        check_pixels(*size)


@pytest.mark.parametrize(
    ("size", "words"),
    [
        (0, "1 KB"),
        (1_535, "1 KB"),
        (2_560, "2 KB"),
        (2_561, "3 KB"),
        (MEGA - 1, "1024 KB"),
        (MEGA, "1 MB"),
        (MEGA * 3 // 2, "1.5 MB"),
        (10 * MEGA, "10 MB"),
        (GIGA - 1, "1024 MB"),
        (GIGA, "1 GB"),
        (2 * GIGA + 512 * MEGA, "2.5 GB"),
    ],
)
def test_a_number_of_bytes_is_said_as_people_say_it(size: int, words: str) -> None:
    assert in_words(size) == words


@pytest.mark.parametrize(
    ("removed", "can"), [(None, False), (AT, True), (AT - DAY + SECOND, True), (AT - DAY, False)]
)
def test_what_was_removed_can_be_put_back_for_a_day(removed: datetime | None, can: bool) -> None:
    assert can_be_put_back(removed, AT) is can


@pytest.mark.parametrize(
    ("state", "told"),
    [
        (
            MediaState.ARRIVING,
            "The file is not all here yet. Choose it again, and it goes on where it ended.",
        ),
        (MediaState.WAITING, None),
        (MediaState.READY, None),
        (MediaState.REFUSED, "This is no picture."),
    ],
)
def test_a_file_is_used_once_it_is_here_and_was_not_refused(state: MediaState, told: str | None) -> None:
    if told is None:
        check_here(state, "")
        return
    with pytest.raises(MediaRefused) as refused:
        check_here(state, "This is no picture.")
    assert (refused.value.message, refused.value.field) == (told, "file")
