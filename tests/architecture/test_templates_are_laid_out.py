"""How a template is laid out, so that a change to one element is a change to one line.

An element begins its line, and ends either on that line or on one of its own, as far to the left. Phrasing
elements inside a sentence (PHRASING) stand where they are said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

pytestmark = pytest.mark.sqlite_only  # no database is asked
TEMPLATES = Path(__file__).resolve().parents[2] / "clinic" / "templates"
PAGES = sorted(TEMPLATES.rglob("*.html"))
WIDTH = 140
PHRASING = {"a", "b", "br", "em", "kbd", "s", "small", "span", "strong", "time"}
AS_IT_STANDS = {"pre", "textarea"}  # white space in them is seen
VOID = {"circle", "hr", "img", "input", "link", "meta", "path", "polygon", "rect", "source", "track", "use"}

COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*)")


def blanked(source: str) -> str:
    """The template without its comments, each character still on its line."""
    return COMMENT.sub(lambda comment: re.sub(r"[^\n]", " ", comment[0]), source)


def problems(source: str) -> Iterator[str]:
    opened: list[tuple[str, int, int]] = []
    for number, line in enumerate(blanked(source).splitlines(), 1):
        start = len(line) - len(line.lstrip())
        if start % 2 and line.strip():
            yield f"{number}: indented by {start} spaces"
        for tag in TAG.finditer(line):
            closes, name = tag[1], tag[2]
            if name in PHRASING:
                continue
            if not closes and tag.start() != start:
                yield f"{number}: <{name}> does not begin its line"
            if closes:
                was, opened_on, indent = opened.pop() if opened else (name, number, start)
                if was != name:
                    yield f"{number}: </{name}> closes <{was}> of line {opened_on}"
                elif name in AS_IT_STANDS or line[start] == ">":
                    continue
                elif opened_on != number and tag.start() != start:
                    yield f"{number}: </{name}> stands neither on the line of its element nor on its own"
                elif opened_on != number and indent != start:
                    yield f"{number}: </{name}> is not below its element of line {opened_on}"
            elif name not in VOID:
                opened.append((name, number, start))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_an_element_begins_its_line(path: Path) -> None:
    assert list(problems(path.read_text("utf-8"))) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_no_line_is_too_long_to_read(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [number for number, line in enumerate(lines, 1) if len(line) > WIDTH] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(TEMPLATES)))
def test_a_macro_is_given_what_it_shows(path: Path) -> None:
    """Imported with a page's context it is made anew each time, and holds all that the page is made of."""
    assert not re.search(r"\bwith\s+context\b", blanked(path.read_text("utf-8")))
