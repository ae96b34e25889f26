"""Data and a template in, a tagged PDF out. Data goes in as JSON, so that nothing in it is ever markup."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache, lru_cache, partial
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

from clinic.languages import ENGLISH, Language, language
from clinic.reports.words import words_of

if TYPE_CHECKING:
    from typst import Compiler, Fonts, TypstError

FOLDER = Path(__file__).parent
ACCESSIBLE = "ua-1"  # PDF/UA-1: an untitled document, a picture without words, a letter in no font: refused
NO_GLYPH = re.compile(r'the text `"(.+?)"` could not be displayed with font')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}")
IN_ENGLISH = language(ENGLISH)
BOX = "□"  # stands for a letter that no font here knows
KNOWN = 0x0500  # Latin, Greek, Cyrillic: up to here all can be printed, and nobody is asked
LONG_WORD = re.compile(r"\S{30}(?=\S)")
MAY_BREAK = "\u200b"
_one_at_a_time = Lock()  # a compiler keeps what it has set before, and is not made for two threads

log = logging.getLogger(__name__)


def pdf(template: str, data: Mapping[str, Any], made_at: datetime, spoken: Language = IN_ENGLISH) -> bytes:
    """The PDF of a template (`template.typ` beside this module) filled with JSON values, in a language.

    A letter that no font here knows is printed as a box, and the paper says so: it stays tagged.
    """
    reader = {"language": spoken.tag, "direction": spoken.direction}
    told = spoken.throughout({**data, "words": words_of(template), **reader})
    with _one_at_a_time:
        made, missing = _set_with_boxes(template, _each_text(told, _breakable), made_at)
    if missing:
        log.warning("a page was set without a letter that is in no font")
    return made


def unprintable(text: str) -> str:
    """The letters of a name that no font here knows, a space between; empty where all can be printed."""
    return "" if all(ord(letter) < KNOWN for letter in text) else _unprintable(text)


@lru_cache(maxsize=1000)
def _unprintable(text: str) -> str:
    with _one_at_a_time:
        _, missing = _set_with_boxes("letters", {"text": text}, datetime.fromtimestamp(0, UTC))
    return " ".join(sorted(missing, key=text.find))


def _set_with_boxes(template: str, told: Any, made_at: datetime) -> tuple[bytes, set[str]]:
    """The PDF, and the letters that stand in it as boxes."""
    from typst import TypstError

    missing: set[str] = set()
    while True:
        try:
            return _set(template, told, made_at), missing
        except TypstError as problem:
            found = _without_glyph(problem) - missing
            if not found:
                raise
            missing |= found
        told = {**_each_text(told, partial(_boxed, missing=missing)), "boxed": True}


def _without_glyph(problem: TypstError) -> set[str]:
    named = NO_GLYPH.findall(problem.diagnostic)
    return {ESCAPED.sub(lambda code: chr(int(code[1], 16)), each) for each in named}


def _boxed(text: str, missing: set[str]) -> str:
    for each in missing:
        text = text.replace(each, BOX)
    return text


def _breakable(text: str) -> str:
    """A word longer than a column may be broken."""
    return LONG_WORD.sub(f"\\g<0>{MAY_BREAK}", text)


def _each_text(value: Any, change: Callable[[str], str]) -> Any:
    """The value with each text in it changed; drawings stay as they are."""
    if isinstance(value, str):
        return value if value.startswith("<svg") else change(value)
    if isinstance(value, Mapping):
        return {key: _each_text(each, change) for key, each in value.items()}
    return [_each_text(each, change) for each in value] if isinstance(value, list | tuple) else value


def _set(template: str, told: Any, made_at: datetime) -> bytes:
    made = _compiler(template).compile(
        format="pdf",
        sys_inputs={"data": json.dumps(told, ensure_ascii=False)},
        pdf_standards=ACCESSIBLE,  # type: ignore[arg-type]
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # one PDF, however many pages
    return made


@cache
def _compiler(template: str) -> Compiler:
    # Made from a path and kept: the fonts are read once, and what has not changed is not set again.
    from typst import Compiler

    return Compiler(FOLDER / f"{template}.typ", root=FOLDER, font_paths=_fonts())


@cache
def _fonts() -> Fonts:
    """Ours, and none of the machine's: a page looks the same wherever it is set."""
    from typst import Fonts

    return Fonts(include_system_fonts=False, font_paths=[FOLDER / "fonts"])
