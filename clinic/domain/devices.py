"""A browser in plain words, from what it says of itself: nothing is decided by it."""

from __future__ import annotations

from clinic.domain.words import say

UNKNOWN = say("A browser that does not say which")
ANY = "A browser"
# The first that is named wins: many browsers call themselves by others' names, too.
BROWSERS = (
    (("Edg/", "EdgA/", "EdgiOS/"), "Edge"),
    (("OPR/", "Opera"), "Opera"),
    (("SamsungBrowser/",), "Samsung Internet"),
    (("Firefox/", "FxiOS/"), "Firefox"),
    (("Chrome/", "CriOS/", "Chromium/"), "Chrome"),
    (("Safari/",), "Safari"),
)
SYSTEMS = (
    (("iPhone", "iPod"), say("an iPhone")),
    (("iPad",), say("an iPad")),
    (("Android",), say("Android")),
    (("Windows",), say("Windows")),
    (("Macintosh", "Mac OS X"), say("a Mac")),
    (("CrOS",), say("a Chromebook")),
    (("Linux", "X11"), say("Linux")),
)
LONGEST = 80  # characters


def device_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if system:
        return _on(browser or ANY, system)
    return browser or UNKNOWN


def said_again(kept: str) -> str:
    """Words that were kept as text, as words of ours again; what is none of them stays as it is."""
    if kept == UNKNOWN:
        return UNKNOWN
    browser, _, on = kept.partition(" on ")
    return next((_on(browser, system) for _, system in SYSTEMS if system == on), kept)


def _on(browser: str, system: str) -> str:
    if browser == ANY:
        return say("A browser on %(system)s", system=system)
    return say("%(browser)s on %(system)s", browser=browser, system=system)


def _first(known: tuple[tuple[tuple[str, ...], str], ...], user_agent: str) -> str | None:
    return next((words for marks, words in known if any(mark in user_agent for mark in marks)), None)
