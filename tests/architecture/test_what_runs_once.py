"""What the Makefile runs on one database alone could not tell one from another, and it runs every part."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TypeVar

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")
ONCE, PARTS = (
    next(line for line in MAKEFILE.splitlines() if line.startswith(f"{name} :=")).split()[2:]
    for name in ("NO_DATABASE", "PARTS")
)
Node = TypeVar("Node", bound=ast.AST)
WAYS = frozenset({"clinic", "clinic.extensions", "clinic.models", "tests.backends", "tests.conftest"})


@pytest.mark.parametrize("folder", ONCE)
def test_a_folder_that_runs_once_has_no_way_to_a_database(folder: str) -> None:
    fixtures = {node.name for node in _nodes(ROOT / "tests/conftest.py", ast.FunctionDef)}
    modules = list((ROOT / folder).rglob("test_*.py"))
    assert modules
    for module in modules:
        asked = {name for test in _nodes(module, ast.FunctionDef) for name in _asked_for(test)}
        imported = {node.module for node in _nodes(module, ast.ImportFrom)}
        imported |= {name.name for node in _nodes(module, ast.Import) for name in node.names}
        assert not asked & fixtures, module
        assert not imported & WAYS, module


def test_each_part_of_the_suite_runs_once() -> None:
    rules = re.findall(r"^part-(\S+):", MAKEFILE, re.MULTILINE)
    of_both = [rule.replace("%", database) for rule in rules for database in ("sqlite", "postgres")]
    assert sorted(PARTS) == sorted(set(of_both))


def _asked_for(test: ast.FunctionDef) -> set[str]:
    """The fixtures a test asks for: its arguments but those of its table."""
    words = [
        node.value
        for each in test.decorator_list
        for node in ast.walk(each)
        if isinstance(node, ast.Constant)
    ]
    table = {name.strip() for text in words if isinstance(text, str) for name in text.split(",")}
    return {arg.arg for arg in test.args.args} - table


def _nodes(path: Path, kind: type[Node]) -> Iterator[Node]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, kind))
