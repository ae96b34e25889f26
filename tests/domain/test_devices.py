"""A browser in plain words."""

from __future__ import annotations

import pytest

from clinic.domain.devices import ANY, BROWSERS, LONGEST, SYSTEMS, UNKNOWN, device_words, said_again
from clinic.domain.words import Words

MOZILLA = "Mozilla/5.0"
WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"
IPHONE = f"{MOZILLA} (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (
            f"{MOZILLA} (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0",
            "Firefox on Windows",
        ),
        (f"{MOZILLA} (Windows NT 10.0; Win64; x64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome on Windows"),
        (f"{MOZILLA} (Windows NT 10.0) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Windows"),
        (f"{MOZILLA} (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36 OPR/120.0", "Opera on Linux"),
        (
            f"{MOZILLA} (Macintosh; Intel Mac OS X 14_6) Version/18 Safari/605",
            "Safari on a Mac",
        ),
        (f"{IPHONE} Version/18.0 Mobile/15E148 Safari/604.1", "Safari on an iPhone"),
        (f"{IPHONE} CriOS/140.0 Mobile/15E148 Safari/604.1", "Chrome on an iPhone"),
        (f"{MOZILLA} (Linux; Android 15) {WEBKIT} Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        (
            f"{MOZILLA} (Linux; Android 15) SamsungBrowser/27 Chrome/1",
            "Samsung Internet on Android",
        ),
        (
            f"{MOZILLA} (iPad; CPU OS 17_0 like Mac OS X) FxiOS/140 Safari/605",
            "Firefox on an iPad",
        ),
        (
            f"{MOZILLA} (X11; CrOS x86_64 14541.0.0) Chrome/140.0 Safari/537.36",
            "Chrome on a Chromebook",
        ),
        ("curl/8.0 (Linux)", "A browser on Linux"),
        ("Firefox/1", "Firefox"),
        ("", UNKNOWN),
        ("<script>alert(1)</script>" * 999, UNKNOWN),
    ],
)
def test_a_browser_in_plain_words(said: str, words: str) -> None:
    assert device_words(said) == words
    assert len(words) <= LONGEST


def test_words_that_were_kept_as_text_are_ours_again() -> None:
    for browser in (ANY, *(name for _, name in BROWSERS)):
        for _, system in SYSTEMS:
            words = said_again(f"{browser} on {system}")
            assert isinstance(words, Words)
            assert words == f"{browser} on {system}"
            assert words.filled["system"] is system
            assert words.filled.get("browser", ANY) == browser
    assert said_again(str(UNKNOWN)) is UNKNOWN


@pytest.mark.parametrize("kept", ["Firefox", "Netscape on a typewriter", "", " on "])
def test_other_words_stay_as_they_were_kept(kept: str) -> None:
    assert said_again(kept) is kept


def test_words_of_a_browser_have_room_where_they_are_kept() -> None:
    assert LONGEST == 80
    assert max(len(f"{name} on {system}") for _, name in BROWSERS for _, system in SYSTEMS) <= LONGEST
