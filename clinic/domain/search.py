"""Folding text, so that "łukasz", "LUKASZ" and "Łukasz" are found by each other."""

from __future__ import annotations

import unicodedata

LONGEST_SORT_KEY = 120
LONGEST_SEARCH_KEY = 400
LONGEST_PIECE = 6  # letters; those of a word beyond are compared where the few that are left stand

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


def fold(text: str) -> str:
    """The searched form of a text: lower case, no accents or apostrophes, hyphens and dots as spaces."""
    apart = unicodedata.normalize("NFKD", text).casefold().translate(OWN_LETTERS)
    plain = "".join(sign for sign in unicodedata.normalize("NFKD", apart) if not unicodedata.combining(sign))
    return " ".join(plain.split())


def sort_key(name: str) -> str:
    """What a list of people is sorted by."""
    return fold(name)[:LONGEST_SORT_KEY]


def search_key(name: str, email: str | None) -> str:
    """What is searched to find a person: the folded name and address."""
    return fold(f"{name} {email or ''}")[:LONGEST_SEARCH_KEY]
