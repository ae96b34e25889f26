"""Captions are read cue by cue and written anew: times and words, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.domain.captions import MOST_CUES, rewritten
from clinic.domain.media import MediaRefused

CUE = "00:01.000 --> 00:04.000\nStand tall.\n"


def test_captions_are_written_anew() -> None:
    sent = (
        "\ufeffWEBVTT - hips\r\nKind: captions\r\n\r\nNOTE by me\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n"
        "1\r\n00:01.000 --> 00:04.000 align:start position:0%\r\n"
        "<v Ada>Stand <b>tall</b> &amp; breathe.\r\n- Yes\r\n"
        "\r\n\r\n01:02:05.500 --> 01:02:06.000\r\nTurn\r\n"
    )
    assert rewritten(sent) == (
        "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\nStand tall &amp; breathe.\n- Yes\n\n"
        "01:02:05.500 --> 01:02:06.000\nTurn\n"
    )


def test_what_could_be_markup_comes_out_as_letters() -> None:
    made = rewritten(f"WEBVTT\n\n{CUE}&lt;script&gt;alert(1)&lt;/script&gt; a --&gt; b\n")
    assert "<script" not in made
    assert "&lt;script&gt;" in made
    assert made.count("-->") == 1


def test_a_caption_may_stand_right_under_the_first_line() -> None:
    assert rewritten("WEBVTT\n" + CUE) == rewritten("WEBVTT\n\n" + CUE)


def test_as_many_captions_and_letters_are_taken() -> None:
    assert rewritten("WEBVTT\n\n" + (CUE + "\n") * 2000).count("Stand tall.") == 2000
    longest = "x" * 500
    assert longest in rewritten(f"WEBVTT\n\n00:01.000 --> 00:04.000\n{longest}\n")


@pytest.mark.parametrize(
    "sent, sentence",
    [
        ("", "no WebVTT"),
        ("1\n00:00:01,000 --> 00:00:02,000\nSubRip\n", "no WebVTT"),
        ("WEBVTTX\n\n" + CUE, "no WebVTT"),
        ("WEBVTT\n\n", "no captions"),
        ("WEBVTT\n\n00:01.000 --> 00:04.000\n\n", "no captions"),
        ("WEBVTT\n\n" + CUE + "\nwords without times\n", "Line 6"),
        ("WEBVTT\n\nwords without times\n", "Line 3: a caption begins with its times"),
        ("WEBVTT\n\n1\ntwo\n" + CUE, "Line 3: a caption begins with its times"),
        ("WEBVTT\n\n1\n00:04.000 --> 00:01.000\nBack\n", "^Line 4: .* caption: 00:04.000 --> 00:01.000$"),
        ("WEBVTT\n\n00:01.000 --> 00:01.000\nNever\n", "no times"),
        ("WEBVTT\n\n00:01.000-->00:04.000\nTight\n", "no times"),
        ("WEBVTT\n\n00:01.000 --> 00:04,000\nHalf\n", "no times"),
        ("WEBVTT\n\n0 --> 1 " + "x" * 33, f"caption: 0 --> 1 {'x' * 32}$"),
        ("WEBVTT\n\n00:01,000 --> 00:04,000\nCommas\n", "no times"),
        ("WEBVTT\n\n00:61.000 --> 00:99.000\nBeyond\n", "no times"),
        ("WEBVTT\n\n1\n00:01.000 --> 00:04.000\n" + "x" * 501, "Line 4: a caption has at most 500 letters"),
        ("WEBVTT\n\n" + (CUE + "\n") * (MOST_CUES + 1), "At most 2,000"),
        ("<html>", "no WebVTT"),
    ],
)
def test_what_is_none_is_refused_with_its_line(sent: str, sentence: str) -> None:
    with pytest.raises(MediaRefused, match=sentence):
        rewritten(sent)


@given(st.text(max_size=200))
def test_whatever_is_said_in_a_caption_stays_in_it(words: str) -> None:
    try:
        made = rewritten(f"WEBVTT\n\n00:01.000 --> 00:04.000\n{words}")
    except MediaRefused:
        return
    assert rewritten(made) == made
