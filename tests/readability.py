"""How hard words are to read: the grade of Flesch and Kincaid, counted over whole sentences.

Kincaid, Fishburne, Rogers, Chissom, Derivation of New Readability Formulas, 1975: 0.39 words a sentence and
11.8 syllables a word, less 15.59; grade 6 is age 11.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from xml.etree.ElementTree import Element

import html5lib

# What stands on a line of its own: its words belong to no sentence beside it.
BLOCKS = frozenset(
    {"p", "li", "h1", "h2", "h3", "h4", "dt", "dd", "td", "th", "caption", "legend", "label", "summary"}
    | {"button", "div", "section", "article", "figcaption", "option", "fieldset", "ul", "ol", "dl", "form"}
)
UNSEEN = frozenset({"script", "style", "svg", "template", "nav", "footer", "header", "head"})
FEWEST = 4  # words of a sentence; fewer are a name or a button, and would make all look easy


def grade(sentences: Sequence[str]) -> float:
    """The grade of some sentences together."""
    words = [words_of(each) for each in sentences]
    counted = sum(map(len, words))
    spoken = sum(syllables(word) for each in words for word in each)
    return 0.39 * counted / len(words) + 11.8 * spoken / counted - 15.59


def words_of(sentence: str) -> list[str]:
    """Its words; figures are none."""
    return re.findall(r"[a-z']+", sentence.lower().replace("’", "'"))


def syllables(word: str) -> int:
    """Of an English word, by its groups of vowels."""
    groups = len(re.findall(r"[aeiouy]+", word))
    return max(1, groups - (word.endswith("e") and not word.endswith("le") and groups > 1))


def sentences_of(text: str) -> list[str]:
    """The sentences of a text, those of few words left out."""
    found = re.split(r"(?<=[.!?:;])\s+|\n+|•", text)
    return [each for each in found if len(words_of(each)) >= FEWEST]


def page_sentences(html: str) -> list[str]:
    """The sentences that stand in the main part of a page."""
    document = html5lib.parse(html, namespaceHTMLElements=False)
    main = next(document.iter("main"), document)
    return sentences_of("".join(_told(main)))


def _told(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str) or element.tag in UNSEEN:
        return
    edge = "\n" if element.tag in BLOCKS else ""
    yield edge + " ".join((element.text or "").split(" "))
    for child in element:
        yield from _told(child)
        yield child.tail or ""
    yield edge
