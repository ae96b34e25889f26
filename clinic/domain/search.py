"""Folding text, so that "łukasz", "LUKASZ" and "Łukasz" are found by each other."""

from __future__ import annotations

import re
import unicodedata

from clinic.domain.cleaning import one_line

LONGEST_SORT_KEY = 120
LONGEST_SEARCH_KEY = 400
LONGEST_SEARCH = 100  # of what somebody types
LONGEST_PIECE = 6  # letters; those of a word beyond are compared where the few that are left stand

LEAST_DIGITS = 3  # of a text that is searched as a phone number
PHONE_COUNTS = 9  # last digits: what comes before may be written as +44, 0044 or 0
PHONE = re.compile(r"[\d\s()+./–-]+")
IN_TWO_LETTERS = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "å": "aa", "ø": "oe"})
TWO_LETTERS = re.compile("([aou])e|(a)a")

# Letters that no decomposition takes apart.
OWN_LETTERS = str.maketrans(
    {
        "ł": "l",
        "ø": "o",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "ı": "i",
        "ħ": "h",
        "ŧ": "t",
        "ŋ": "n",
        "ĸ": "k",
        "ß": "ss",
        "ə": "e",
        "'": "",
        "’": "",
        "ʼ": "",
        "`": "",
        "-": " ",
        "‐": " ",
        "–": " ",
        ".": " ",
        ",": " ",
    }
)


def searched(text: str) -> str:
    """What somebody looks for: one line, without signs that no word holds, no longer than anybody types."""
    return one_line(text[:LONGEST_SEARCH])


def fold(text: str) -> str:
    """The searched form of a text: lower case, no accents or apostrophes, hyphens and dots as spaces."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(OWN_LETTERS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    return " ".join(plain.split())


def sort_key(name: str) -> str:
    """What a list of people is sorted by."""
    return fold(name)[:LONGEST_SORT_KEY]


def search_key(
    name: str,
    email: str | None,
    phone: str | None = None,
    group_name: str | None = None,
    own_number: str | None = None,
) -> str:
    """What is searched to find a person: name and group in all their spellings, numbers, address; folded."""
    named = f"{name} {group_name or ''}"
    # a number of figures and signs is looked for as a phone number is, and another one as a word
    numbered = dict.fromkeys([fold(own_number or ""), digits_of(own_number or "")])
    told = [fold(named), *spelled_otherwise(named), *numbered, digits_of(phone or ""), fold(email or "")]
    return " ".join(filter(None, told))[:LONGEST_SEARCH_KEY]


def search_words(text: str) -> list[str]:
    """The words of a search, each of which stands somewhere in the key of whoever is meant.

    A phone number is one word, however it is spaced, and without what its country puts in front.
    """
    digits = digits_of(text)
    if len(digits) >= LEAST_DIGITS and PHONE.fullmatch(text.strip()):
        return [digits.lstrip("0")[-PHONE_COUNTS:] or digits]
    return fold(text).split()


def spelled_otherwise(name: str) -> list[str]:
    """The words of a text as they are typed without umlauts, or with them: "mueller", "muller"."""
    plain = fold(name).split()
    written = fold(name.casefold().translate(IN_TWO_LETTERS)).split()
    short = [TWO_LETTERS.sub(r"\1\2", word) for word in plain]
    return [word for word in dict.fromkeys([*written, *short]) if word not in plain]


def digits_of(text: str) -> str:
    """The figures of a phone number, in whatever script they are."""
    return "".join(str(int(sign)) for sign in text if sign.isdecimal())
