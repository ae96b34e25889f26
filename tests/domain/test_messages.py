"""Messages: what fits into one, and when the other side sees it."""

from __future__ import annotations

import re
from contextlib import nullcontext
from datetime import UTC, datetime, time, timedelta, timezone, tzinfo

import pytest

from clinic.domain.media import MediaKind, MediaRefused
from clinic.domain.messages import (
    ARCHIVED,
    LARGEST_VIDEO,
    LONGEST_CALL_NOTE,
    LONGEST_MESSAGE,
    TOO_LATE,
    MessageChannel,
    MessageFrom,
    check_file,
    is_shown_to_client,
    may_take_back,
    moment_in_words,
    parse_moment,
    problems,
    was_seen,
    word_due,
)
from clinic.domain.scheduling import WakingHours

SENT = datetime(2026, 11, 29, 9, tzinfo=UTC)
EAST = timezone(timedelta(hours=9))
SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)
CLIENT, PRACTICE = MessageFrom.CLIENT, MessageFrom.PRACTICE
PAGE, MAIL, PHONE = MessageChannel.PAGE, MessageChannel.MAIL, MessageChannel.PHONE


@pytest.mark.parametrize(
    ("sender", "channel", "undone", "after", "shown"),
    [
        (CLIENT, PAGE, False, timedelta(0), True),
        (CLIENT, MAIL, False, timedelta(0), True),
        (PRACTICE, PAGE, False, MINUTE - SECOND, False),
        (PRACTICE, PAGE, False, MINUTE, True),
        (PRACTICE, PAGE, True, MINUTE, False),
        (PRACTICE, PHONE, False, MINUTE, False),
    ],
)
def test_what_a_client_sees(
    sender: MessageFrom, channel: MessageChannel, undone: bool, after: timedelta, shown: bool
) -> None:
    undone_at = SENT + SECOND if undone else None
    assert is_shown_to_client(sender, channel, SENT, undone_at, SENT + after) is shown


def test_what_can_be_taken_back_is_shown_to_nobody() -> None:
    for after in (timedelta(0), SECOND, MINUTE - SECOND, MINUTE, timedelta(days=1)):
        now = SENT + after
        assert may_take_back(SENT, now) != is_shown_to_client(PRACTICE, PAGE, SENT, None, now)


@pytest.mark.parametrize(
    ("kind", "size", "why"),
    [
        (MediaKind.PICTURE, 1, ""),
        (MediaKind.PICTURE, LARGEST_VIDEO + 1, ""),  # how large a photo may be is for the gate to say
        (MediaKind.VIDEO, LARGEST_VIDEO, ""),
        (MediaKind.VIDEO, LARGEST_VIDEO + 1, "A video has at most 300 MB here. A minute of it is enough."),
        (MediaKind.DOCUMENT, 1, "A message takes photos and a video."),
        (MediaKind.CAPTIONS, 1, "A message takes photos and a video."),
    ],
)
def test_photos_and_a_short_video_go_with_a_message(kind: MediaKind, size: int, why: str) -> None:
    with pytest.raises(MediaRefused, match=f"^{re.escape(why)}$") if why else nullcontext():
        check_file(kind, size)


@pytest.mark.parametrize(
    ("seen", "had_it"), [(None, True), (SENT, True), (SENT + SECOND, True), (SENT - SECOND, False)]
)
def test_who_answers_had_before_them_what_came_until_then(seen: datetime | None, had_it: bool) -> None:
    assert was_seen(SENT, seen) is had_it


P, V = MediaKind.PICTURE, MediaKind.VIDEO
EMPTY = ("text", "Write something first.")
PHOTOS = ("file", "At most 5 photos go with one message.")
VIDEOS = ("file", "One video goes with one message.")


@pytest.mark.parametrize(
    ("text", "files", "said"),
    [
        ("a", [], []),
        ("", [P], []),
        (" \n", [], [EMPTY]),
        ("x" * LONGEST_MESSAGE, [P] * 5 + [V], []),
        ("a", [P] * 6, [PHOTOS]),
        ("a", [V, V], [VIDEOS]),
        ("", [P] * 50 + [V, V], [PHOTOS, VIDEOS]),
    ],
)
def test_what_fits_into_a_message(text: str, files: list[MediaKind], said: list[tuple[str, str]]) -> None:
    assert [(each.field, each.message) for each in problems(text, files)] == said


def test_too_long_says_by_how_much() -> None:
    (found,) = problems("x" * (LONGEST_CALL_NOTE + 12), longest=LONGEST_CALL_NOTE)
    assert found.message == "A message has at most 1,000 characters; this is 12 over."
    (found,) = problems("x" * (LONGEST_MESSAGE + 1))
    assert (found.field, found.message[-15:]) == ("text", "this is 1 over.")


def test_what_can_be_done_is_said_where_a_message_cannot_be_taken_back_or_is_read_by_nobody() -> None:
    assert TOO_LATE.endswith("the client may have read it. Write once more instead.")
    assert ARCHIVED.endswith("reads no messages here any more. Please phone.")


@pytest.mark.parametrize(
    ("at", "words"),
    [(0, "0:00"), (4000, "0:04"), (4099, "0:04"), (4100, "0:04.1"), (62_500, "1:02.5"), (900_000, "15:00")],
)
def test_a_moment_reads_as_the_controls_of_a_video_say_it(at: int, words: str) -> None:
    assert moment_in_words(at) == words


@pytest.mark.parametrize(
    ("typed", "at"),
    [
        ("0:04", 4000),
        (" 4 ", 4000),
        ("4,25", 4250),
        ("1:02.5", 62_500),
        ("15:00", 900_000),
        ("15:00.001", None),
        ("90", 90_000),
        ("", None),
        ("-4", None),
        ("0:04:00", None),
        ("four", None),
        ("\u0664", None),
    ],
)
def test_a_moment_is_typed_as_it_is_read(typed: str, at: int | None) -> None:
    assert parse_moment(typed) == at


def test_how_much_fits_into_a_message() -> None:
    assert (LONGEST_MESSAGE, LONGEST_CALL_NOTE) == (5000, 1000)
    assert LARGEST_VIDEO == 300 * 1024 * 1024


@pytest.mark.parametrize(
    ("sent", "zone", "due"),
    [
        (datetime(2026, 11, 29, 12, tzinfo=UTC), UTC, datetime(2026, 11, 29, 12, 1, tzinfo=UTC)),
        (datetime(2026, 11, 29, 3, tzinfo=UTC), UTC, datetime(2026, 11, 29, 8, tzinfo=UTC)),
        (datetime(2026, 11, 29, 19, 59, 30, tzinfo=UTC), UTC, datetime(2026, 11, 30, 8, tzinfo=UTC)),
        (datetime(2026, 11, 29, 12, tzinfo=UTC), EAST, datetime(2026, 11, 30, 8, tzinfo=EAST)),
    ],
)
def test_word_of_a_message_goes_out_once_it_stands_and_by_the_clients_day(
    sent: datetime, zone: tzinfo, due: datetime
) -> None:
    assert word_due(sent, WakingHours(time(8), time(20)), zone) == due
