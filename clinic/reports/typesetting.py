"""Data and a template in, a tagged PDF out. Data goes in as JSON, so that nothing in it is ever markup."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from typst import Compiler

FOLDER = Path(__file__).parent
ACCESSIBLE = "ua-1"  # PDF/UA-1: an untitled document or a picture without words does not compile
NO_GLYPH = "could not be displayed with font"
LONG_WORD = re.compile(r"\S{30}(?=\S)")
MAY_BREAK = "\u200b"
_one_at_a_time = Lock()  # a compiler keeps what it has set before, and is not made for two threads

log = logging.getLogger(__name__)


def pdf(template: str, data: Mapping[str, Any], made_at: datetime) -> bytes:
    """The PDF of a template (`template.typ` beside this module) filled with JSON values."""
    from typst import TypstError

    told = {"data": json.dumps(_breakable(data), ensure_ascii=False)}
    with _one_at_a_time:
        try:
            return _set(template, told, made_at, ACCESSIBLE)
        except TypstError as problem:
            if NO_GLYPH not in str(problem):
                raise
        # a letter that no font here knows, say of a name: printed with a gap, the page must come all the same
        log.warning("a page was set without a letter that is in no font")
        return _set(template, told, made_at, None)


def _breakable(value: Any) -> Any:
    """A word longer than a column may be broken; drawings stay as they are."""
    if isinstance(value, str):
        return value if value.startswith("<svg") else LONG_WORD.sub(f"\\g<0>{MAY_BREAK}", value)
    if isinstance(value, Mapping):
        return {key: _breakable(each) for key, each in value.items()}
    return [_breakable(each) for each in value] if isinstance(value, list | tuple) else value


def _set(template: str, told: dict[str, str], made_at: datetime, standard: str | None) -> bytes:
    made = _compiler(template).compile(
        format="pdf",
        sys_inputs=told,
        pdf_standards=standard,  # type: ignore[arg-type]
        timestamp=made_at.replace(microsecond=0),
    )
    assert isinstance(made, bytes)  # one PDF, however many pages
    return made


@cache
def _compiler(template: str) -> Compiler:
    # Made from a path and kept: the fonts are read once, and what has not changed is not set again.
    from typst import Compiler

    return Compiler(FOLDER / f"{template}.typ", root=FOLDER, font_paths=[FOLDER / "fonts"])
