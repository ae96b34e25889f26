"""What `say` is given stands in the code, where `make words` finds it, with all its blanks filled."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import clinic

pytestmark = pytest.mark.sqlite_only  # asks no database: once is enough

PACKAGE = Path(clinic.__file__).parent
SAYING = {"say": 1, "say_many": 2}  # and how many of what they are given are words
BLANK = re.compile(r"%\((\w+)\)s")


def calls() -> Iterator[tuple[str, ast.Call, int]]:
    for file in sorted(PACKAGE.rglob("*.py")):
        if file.name == "words.py" and file.parent.name == "domain":
            continue
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in SAYING:
                yield f"{file.relative_to(PACKAGE)}:{node.lineno}", node, SAYING[node.func.id]


def test_what_is_said_stands_in_the_code() -> None:
    assert [
        where
        for where, call, words in calls()
        for given in call.args[:words]
        if not (isinstance(given, ast.Constant) and isinstance(given.value, str))
    ] == []


def test_each_blank_is_filled_and_nothing_else() -> None:
    wrong = []
    for where, call, words in calls():
        given = {each.arg for each in call.keywords} | ({"number"} if words == 2 else set())
        for text in call.args[:words]:
            asked = set(BLANK.findall(text.value)) if isinstance(text, ast.Constant) else set()
            if None not in given and (asked - given or (words == 1 and given - asked)):
                wrong.append(where)
    assert wrong == []
