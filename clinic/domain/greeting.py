"""What somebody is called in a greeting: the given name where it is plain which that is, else the whole.

A name is one line of text. It may begin with titles, end with suffixes, have the family name first, or be
one word. A wrong half of a name offends; the whole name never does, so it stands wherever there is doubt.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence

from clinic.domain.cleaning import one_line
from clinic.domain.name_words import (
    ALONE,
    DOUBLE_FIRST,
    DOUBLE_SECOND,
    FACULTIES,
    FAMILIES_FIRST,
    PARTICLES,
    SUFFIXES,
    TITLES,
)
from clinic.domain.search import fold
from clinic.domain.words import say

NOBODY = say("there")  # "Hello there", for a name that holds nothing to call somebody by

TOGETHER = frozenset({"&", "+", "and", "und", "et", "y", "e", "i", "og", "och", "en", "и", "و"})
KNOWN_TITLES = TITLES | FACULTIES
PATRONYMIC = re.compile("(?:вич|вна|ична|овна|евна)$", re.IGNORECASE)
COMMAS = re.compile(r"\s*[,;，、،؛]\s*")
EDGES = " .,;:!?-–—_/\\|*'\"“”„«»"
PLAIN = re.compile(r"[^\W\d_][\w'’ʼ·\-\u200c\u200d]*")  # letters, with the marks that stand inside a name
FAMILY_FIRST_SCRIPTS = ("CJK", "HIRAGANA", "KATAKANA", "HANGUL", "BOPOMOFO")


def first_name(name: str) -> str:
    """What comes after "Hello": a given name, in doubt the whole name, "there" where there is none."""
    parts = [part.split() for part in COMMAS.split(one_line(name))]
    family_first, words, title_words = _taken_apart(parts)
    whole = " ".join([*title_words, *words, *family_first]).strip(" ,;:")
    if not words and not family_first:
        return NOBODY
    if family_first:
        given = words
    elif len(words) == 1:
        given = [] if title_words else [words[0].strip(EDGES)]
    else:
        given = [] if _is_order_in_doubt(parts) else _given_of(words)
    called = " ".join(given).strip(EDGES)
    return _cased(called) if given and _is_plain(given, whole) else whole or NOBODY


def _taken_apart(parts: Sequence[list[str]]) -> tuple[list[str], list[str], list[str]]:
    """The family name where a comma says which it is, the other words, and the titles before them."""
    told = [part for part in map(_without_suffixes, parts) if part]
    split = [_without_titles(part) for part in told]
    titles = [word for found, _ in split for word in found]
    named = [rest for _, rest in split if rest]
    if len(named) < 2:
        return [], [word for part in named for word in part], titles
    return named[0], [word for part in named[1:] for word in part], titles


def _is_order_in_doubt(parts: Sequence[list[str]]) -> bool:
    """Whether what stands beside a name is of a list that has the family name first.

    A comma with nothing behind it, a title behind the name, a dash or a bracket where a comma may have been:
    "Nord Anna,", "Nord Anna, Dr.", "Nord - Anna", "Nord (Anna)". Letters after a name follow any order.
    """
    named = [word for part in parts for word in _without_titles(part)[1]]
    return (
        not all(map(_says_something, parts))
        or any(not word.strip(EDGES) for word in named[1:])
        or _is_title(named[-1])
        or (len(named) == 2 and not PLAIN.match(named[1]))
    )


def _says_something(part: Sequence[str]) -> bool:
    """Whether a name or the letters after one stand between two commas: not nothing, and no titles alone."""
    return any(word.strip(EDGES) for word in part) and bool(_without_titles(part)[1])


def _given_of(words: Sequence[str]) -> list[str]:
    """The given name in front of others; none where the first word may be something else."""
    first, second = fold(words[0]), fold(words[1])
    doubtful = (
        first in PARTICLES
        or first in FAMILIES_FIRST
        or words[1].casefold() in TOGETHER
        or (words[0].isupper() and not all(map(str.isupper, words)))
        or (PATRONYMIC.search(words[-1]) is not None and len(words) > 2)
    )
    if doubtful:
        return []
    is_double = len(words) > 2 and first in DOUBLE_FIRST and second in DOUBLE_SECOND
    return list(words[:2]) if is_double else [words[0]]


def _is_plain(given: Sequence[str], whole: str) -> bool:
    """Whether these words are a name in full: no initials, no brackets, no script with the family first."""
    if any(unicodedata.name(sign, "").startswith(FAMILY_FIRST_SCRIPTS) for sign in whole):
        return False
    return all(PLAIN.fullmatch(word.strip(",;:")) and _letters(word) > 1 for word in given) and (
        fold(given[0]) not in PARTICLES
    )


def _letters(word: str) -> int:
    return sum(unicodedata.category(sign)[0] == "L" for sign in word)


def _without_titles(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The titles that words begin with, and the others."""
    end = 0
    while end < len(words) and _is_title(words[end], follows=end > 0):
        end += 1
    return list(words[:end]), list(words[end:])


def _is_title(word: str, *, follows: bool = False) -> bool:
    """Whether a word is one: "Prof.Dr.", "Dipl.-Ing.", "г-н"; "Phil" only where it follows another."""
    first, *more = [piece for piece in re.split(r"[.\-/]+", word.casefold()) if piece] or [""]
    is_first = first in (KNOWN_TITLES if follows else TITLES)
    return (is_first and all(piece in KNOWN_TITLES for piece in more)) or word.casefold().strip(".") in TITLES


def _without_suffixes(words: list[str]) -> list[str]:
    """The words without the letters after a name; a name is not taken for such letters."""
    kept = [word for word in words if word.strip(EDGES)]
    while kept and _is_suffix(kept[-1], alone=len(kept) == 1):
        kept.pop()
    if kept and _letters(kept[-1]) > 3:
        kept[-1] = kept[-1].rstrip(".")
    return kept


def _is_suffix(word: str, *, alone: bool) -> bool:
    plain = word.casefold().replace(".", "")
    return plain in (ALONE if alone else SUFFIXES)


def _cased(word: str) -> str:
    """A name in capitals as it is spoken; Turkish letters change otherwise and are left."""
    if not word.isupper() or set("İŞĞ") & set(word):
        return word
    return re.sub(r"[^\W\d_]+", lambda part: part[0].capitalize(), word)
