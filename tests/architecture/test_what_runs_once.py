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
ASKS_NONE = "  # asks no database: once is enough"  # beside the mark of a module that stands among others
MODULES = [
    file for file in (ROOT / "tests").rglob("test_*.py") if f"{ASKS_NONE}\n" in file.read_text("utf-8")
]
WAYS = frozenset({"clinic", "clinic.extensions", "clinic.models", "tests.backends", "tests.conftest"})


@pytest.mark.parametrize("folder", ONCE)
def test_a_folder_that_runs_once_has_no_way_to_a_database(folder: str) -> None:
    modules = list((ROOT / folder).rglob("test_*.py"))
    assert modules
    for module in modules:
        assert not _fixtures_of_a_database(module), module
        assert not _imported(module) & WAYS, module


@pytest.mark.parametrize("module", MODULES, ids=lambda module: module.stem)
def test_a_module_that_runs_once_has_no_way_to_a_database(module: Path) -> None:
    """It may look at files of the product, and at rows as values."""
    assert not _fixtures_of_a_database(module)
    assert not _imported(module) & (WAYS - {"clinic", "clinic.models"})
    assert not any(
        name.name == "create_app" for node in _nodes(module, ast.ImportFrom) for name in node.names
    )


def test_some_modules_run_once() -> None:
    assert MODULES


def test_each_part_of_the_suite_runs_once() -> None:
    rules = re.findall(r"^part-(\S+):", MAKEFILE, re.MULTILINE)
    of_both = [rule.replace("%", database) for rule in rules for database in ("sqlite", "postgres")]
    assert sorted(PARTS) == sorted(set(of_both))


def _fixtures_of_a_database(module: Path) -> set[str]:
    """What its tests and its own fixtures ask of the suite's: each of those leads to a database."""
    fixtures = {node.name for node in _nodes(ROOT / "tests/conftest.py", ast.FunctionDef)}
    return fixtures & {name for test in _nodes(module, ast.FunctionDef) for name in _asked_for(test)}


def _imported(module: Path) -> set[str | None]:
    names = {name.name for node in _nodes(module, ast.Import) for name in node.names}
    return names | {node.module for node in _nodes(module, ast.ImportFrom)}


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
