"""A browser in plain words, from what it says of itself: nothing is decided by it."""

from __future__ import annotations

UNKNOWN = "A browser that does not say which"
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
    (("iPhone", "iPod"), "an iPhone"),
    (("iPad",), "an iPad"),
    (("Android",), "Android"),
    (("Windows",), "Windows"),
    (("Macintosh", "Mac OS X"), "a Mac"),
    (("CrOS",), "a Chromebook"),
    (("Linux", "X11"), "Linux"),
)
LONGEST = 80  # characters


def device_words(user_agent: str) -> str:
    """Such as "Firefox on Windows"."""
    browser, system = _first(BROWSERS, user_agent), _first(SYSTEMS, user_agent)
    if browser and system:
        return f"{browser} on {system}"
    return browser or (f"A browser on {system}" if system else UNKNOWN)


def _first(known: tuple[tuple[tuple[str, ...], str], ...], user_agent: str) -> str | None:
    return next((words for marks, words in known if any(mark in user_agent for mark in marks)), None)
