"""Where a mail goes that somebody wrote back, what of it is theirs, and which of its files are taken."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from clinic.domain.mail_replies import (
    A_DAY,
    CALLED_AGAIN_AFTER,
    GOES_ON,
    LARGEST_ORNAMENT,
    LATELY,
    MOST_A_DAY,
    MOST_FROM_ONE,
    THROWN_AWAY_KEPT,
    FileFacts,
    FileRuling,
    ReplyFacts,
    ReplyRuling,
    fitting,
    own_words,
    rule_on,
    rule_on_files,
    with_word,
    word_of_files,
)
from clinic.domain.media import MediaKind

QUOTE = "On Monday the practice wrote:\n> There is a message for you.\n> Read it."


@pytest.mark.parametrize(
    "text, newest, whole",
    [
        (f"It hurts.\n\n{QUOTE}", "It hurts.", False),
        (f" It hurts.\n\n{QUOTE}\n\n", " It hurts. ", False),
        ("It hurts.\nFrom: us\nRead it.", "It hurts.", False),
        ("It hurts.", "It hurts.", True),
        (f"{QUOTE}\n\nIt hurts.", "", True),
        (f"See below.\n{QUOTE}\nIt is numb.", "See below.", True),
        (f"See below.\n{QUOTE}\nIt is numb.\n> Bye.", "See below.", True),
        (f"It hurts.\n{QUOTE}", "not of this mail", True),
    ],
)
def test_what_is_quoted_goes_and_no_word_of_theirs_does(text: str, newest: str, whole: bool) -> None:
    assert own_words(text, newest) == (text if whole else newest).strip()


@pytest.mark.parametrize(
    "length, kept", [(99, "x" * 99), (100, "x" * 100), (101, "x" * (100 - len(GOES_ON)) + GOES_ON)]
)
def test_what_is_too_long_says_so(length: int, kept: str) -> None:
    assert fitting("x" * length, 100) == kept


def test_where_a_mail_is_cut_no_blanks_are_left() -> None:
    assert fitting(" x" + " " * 200, 100) == " x" + GOES_ON


THEIRS = {"sender": "ada@client.example", "answers_us": True, "client_key": "ada@client.example"}
THREAD, HELD, REFUSED, OURS = ReplyRuling


@pytest.mark.parametrize(
    ("facts", "ruling"),
    [
        ({}, THREAD),
        ({"sender": "ada@work.example"}, HELD),
        ({"answers_us": False}, HELD),
        ({"client_key": None}, HELD),
        ({"sender": "", "client_key": None}, HELD),
        ({"is_archived": True}, HELD),
        ({"in_thread_today": MOST_A_DAY - 1}, THREAD),
        ({"in_thread_today": MOST_A_DAY}, HELD),
        ({"held_lately": MOST_FROM_ONE}, THREAD),
        ({"answers_us": False, "held_lately": MOST_FROM_ONE - 1}, HELD),
        ({"answers_us": False, "held_lately": MOST_FROM_ONE}, REFUSED),
        ({"in_thread_today": MOST_A_DAY, "held_lately": MOST_FROM_ONE}, REFUSED),
        ({"is_from_us": True}, THREAD),  # who tries it out is their own client
        ({"is_from_us": True, "client_key": "bela@client.example"}, OURS),
        ({"is_from_us": True, "answers_us": False, "held_lately": MOST_FROM_ONE}, OURS),
        ({"is_from_us": True, "is_archived": True}, HELD),
    ],
)
def test_only_our_mark_and_their_own_address_together_reach_a_thread(
    facts: dict[str, Any], ruling: ReplyRuling
) -> None:
    assert rule_on(ReplyFacts(**(THEIRS | facts))) is ruling


PHOTO, FILM = FileFacts(MediaKind.PICTURE, 3_000_000), FileFacts(MediaKind.VIDEO, 9_000_000)
PAPER = FileFacts(None, 90_000)
LOGO = FileFacts(MediaKind.PICTURE, LARGEST_ORNAMENT, is_in_text=True)
TAKEN, ORNAMENT, WRONG_KIND, ONE_TOO_MANY = FileRuling


@pytest.mark.parametrize(
    ("files", "rulings"),
    [
        ([], []),
        ([PHOTO, FILM], [TAKEN, TAKEN]),
        ([PHOTO] * 6, [TAKEN] * 5 + [ONE_TOO_MANY]),
        ([FILM, FILM, PHOTO], [TAKEN, ONE_TOO_MANY, TAKEN]),
        ([PAPER, PHOTO], [WRONG_KIND, TAKEN]),
        ([LOGO, *[PHOTO] * 5], [ORNAMENT, *[TAKEN] * 5]),
        ([FileFacts(MediaKind.PICTURE, LARGEST_ORNAMENT + 1, is_in_text=True)], [TAKEN]),
        ([FileFacts(MediaKind.PICTURE, LARGEST_ORNAMENT)], [TAKEN]),
    ],
)
def test_five_photos_and_a_video_are_taken_of_a_mail(
    files: list[FileFacts], rulings: list[FileRuling]
) -> None:
    assert rule_on_files(files) == rulings


def test_what_is_not_kept_of_a_mail_is_named_with_why_and_never_cut() -> None:
    assert word_of_files([]) == ""
    word = word_of_files([("scan.pdf", "a message takes photos."), ("", "It is empty.")])
    assert word == (
        "[Not kept of this mail: scan.pdf (a message takes photos); a file (It is empty)."
        " Please send it on the page of your messages.]"
    )
    assert "; and 2 more." in word_of_files([("x" * 90, "no")] * 7)
    assert "x" * 61 not in word_of_files([("x" * 90, "no")])
    assert with_word("", word, 500) == word
    assert with_word("It hurts.", "", 500) == "It hurts."
    long = with_word("It hurts. " * 100, word, 500)
    assert len(long) == 500
    assert long.endswith(f"kept here.]\n\n{word}")


def test_what_is_not_known_of_a_mail_lets_it_nowhere() -> None:
    nothing = {"is_from_us": False, "answers_us": False, "client_key": None, "is_archived": False}
    assert ReplyFacts(sender="") == ReplyFacts(sender="", in_thread_today=0, held_lately=0, **nothing)  # type: ignore[arg-type]
    assert rule_on(ReplyFacts(sender="")) is HELD


def test_what_two_machines_can_do_in_a_day_and_what_can_be_undone_is_bounded() -> None:
    assert (20, timedelta(days=1)) == (MOST_A_DAY, A_DAY)
    assert (30, timedelta(hours=1), timedelta(hours=1)) == (MOST_FROM_ONE, LATELY, CALLED_AGAIN_AFTER)
    assert timedelta(days=1) == THROWN_AWAY_KEPT
    assert LARGEST_ORNAMENT == 10_240
