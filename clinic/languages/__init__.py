"""The catalogue of words: what clients and mails say, by language. English is what stands in the code.

`messages.pot` holds all of it (`make words` writes it anew). A language is a file `<code>.po` beside it.
Two are made up, to see that all words go through here and that pages hold: `en@pseudo` is longer by a third
and marked, `ar@pseudo` is written from right to left as well.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_skeleton, get_timezone_location
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from babel.support import NullTranslations, Translations

from clinic.domain.words import DayWords, KeptWords, Words, ZoneWords, again

FOLDER = Path(__file__).resolve().parent
ENGLISH = "en"
PSEUDO = "pseudo"
MADE_UP = (f"en@{PSEUDO}", f"ar@{PSEUDO}")
OPENS, CLOSES = "⟦", "⟧"
_KEPT = re.compile(r"(%\(\w+\)s|%%|<[^>]*>|&\w+;|\n)")  # blanks, tags and line ends mean something
_ACCENTED = str.maketrans("aceinosuyACEINOSUY", "áçéíñöšúýÁÇÉÍÑÖŠÚÝ")
_BLANK = re.compile(r"%\((\w+)\)s")
_TELLING = 12  # letters of a pattern besides its blanks, at least, to be known by
_FULLER = 3  # a vowel more for every so many letters


class Language:
    """One language: its words for ours, its days and its numbers."""

    def __init__(self, code: str, phrases: NullTranslations, patterns: Iterable[str] = ()) -> None:
        self.code = code
        self.locale = Locale.parse(code)
        self.is_english = code == ENGLISH
        self.tag = "en" if code == f"en@{PSEUDO}" else self.locale.language  # as HTML names it
        self.direction: str = self.locale.text_direction  # "ltr" or "rtl"
        self._phrases = phrases
        # what has blanks, that with the most words of its own first
        self._patterns = sorted(
            {each for each in patterns if _telling(each) >= _TELLING}, key=_telling, reverse=True
        )
        self.forms: int = getattr(phrases, "num_plurals", 2)

    def phrase(self, english: str) -> str:
        """The words for a pattern, blanks and all; the English ones where nobody has said them yet."""
        return self._phrases.gettext(english) if english else english

    def phrases(self, one: str, many: str) -> list[str]:
        """The words for a pattern that follows a number, in the order of the language's forms."""
        return [self._phrases.ungettext(one, many, number) for number in self._examples()]

    def form_of(self, number: int) -> int:
        """Which of a language's forms a number takes, from 0."""
        plural: Callable[[int], int] = getattr(self._phrases, "plural", _as_in_english)
        return int(plural(number))

    def _examples(self) -> list[int]:
        # a number for each form; no language known to Babel has one that needs more than 1,000,000
        numbers = [*range(201), 1000, 1_000_000]
        return [next(n for n in numbers if self.form_of(n) == form) for form in range(self.forms)]

    def spoken(self, words: object) -> str:
        """What somebody reads: words in this language, other strings as they are."""
        if isinstance(words, DayWords):
            return str(words) if self.is_english else self._day(words)
        if isinstance(words, ZoneWords):
            return (
                str(words)
                if self.is_english
                else get_timezone_location(words.zone, locale=self.locale, return_city=True)
            )
        if isinstance(words, KeptWords):
            return str(words) if self.is_english else self._kept(words)
        if isinstance(words, Words):
            return str(words) if self.is_english else self._filled(words)
        return str(words)

    def throughout(self, value: Any) -> Any:
        """JSON values with all words in them said in this language."""
        if isinstance(value, str):
            return self.spoken(value)
        if isinstance(value, Mapping):
            return {key: self.throughout(each) for key, each in value.items()}
        return [self.throughout(each) for each in value] if isinstance(value, list | tuple) else value

    def number(self, value: float) -> str:
        """A number as it is written here: 1,200 in English."""
        return f"{value:,}" if self.is_english else format_decimal(value, locale=self.locale)

    def _filled(self, words: Words) -> str:
        if words.many is None:
            found = self.phrase(words.pattern)
        else:
            found = self._phrases.ungettext(words.pattern, words.many, words.number)
        if not words.filled:
            return found
        return found % {
            name: self.number(value) if type(value) is int else self.spoken(value)
            for name, value in words.filled.items()
        }

    def _kept(self, words: Words) -> str:
        whole = self.phrase(words.pattern)
        if whole != words.pattern:
            return whole
        for pattern in self._patterns:
            found = _was(pattern).fullmatch(words)
            if found is not None:
                return self._filled(Words.made(pattern, {k: again(v) for k, v in found.groupdict().items()}))
        return whole

    def _city(self, zone: str) -> str:
        return get_timezone_location(zone, locale=self.locale, return_city=True)

    def _day(self, words: DayWords) -> str:
        if words.skeleton == "EEEEE":  # a letter is no skeleton of Babel's
            return format_date(words.day, words.skeleton, locale=self.locale)
        return format_skeleton(words.skeleton, words.day, fuzzy=True, locale=self.locale)


@cache
def language(code: str) -> Language:
    """A language by its code; raises LookupError for one that nobody has written."""
    if code == ENGLISH:
        return Language(code, NullTranslations())
    if code in MADE_UP:
        return Language(code, _Pseudo())
    try:
        with (FOLDER / f"{code}.po").open("rb") as file:
            catalogue = read_po(file, locale=code)
    except (OSError, UnknownLocaleError, ValueError):
        raise LookupError(f"There is no language {code!r} here.") from None
    packed = BytesIO()
    write_mo(packed, catalogue)
    packed.seek(0)
    patterns = (each.id for each in catalogue if isinstance(each.id, str) and each.string)
    return Language(code, Translations(packed), (each for each in patterns if _BLANK.search(each)))


def offered() -> tuple[str, ...]:
    """The codes of all languages there are, English first and the made-up ones last."""
    return (ENGLISH, *sorted(file.stem for file in FOLDER.glob("*.po")), *MADE_UP)


def _telling(pattern: str) -> int:
    return sum(map(str.isalpha, _BLANK.sub("", pattern)))


@cache
def _was(pattern: str) -> re.Pattern[str]:
    """What a pattern looks like once its blanks are filled."""
    text, seen = "", set[str]()
    for number, part in enumerate(_BLANK.split(pattern)):
        if number % 2 == 0:
            text += re.escape(part.replace("%%", "%"))
        else:
            text += f"(?P={part})" if part in seen else f"(?P<{part}>.+?)"
            seen.add(part)
    return re.compile(text, re.DOTALL)


def _as_in_english(number: int) -> int:
    return int(number != 1)


class _Pseudo(NullTranslations):
    """Says everything as it is, accented, longer by a third and between brackets."""

    def gettext(self, message: str) -> str:
        return f"{OPENS}{''.join(map(_longer, _KEPT.split(message)))}{CLOSES}"

    def ungettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)


def _longer(part: str) -> str:
    if _KEPT.fullmatch(part):
        return part
    words = [f"{word}{'o' * (len(word) // _FULLER)}" if word.isalpha() else word for word in part.split(" ")]
    return " ".join(words).translate(_ACCENTED)
