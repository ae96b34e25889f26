"""A class name stands once in the product, so that it can be searched for and read without its import."""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

import pytest

import clinic

pytestmark = pytest.mark.sqlite_only  # no database is asked
ROOT = Path(clinic.__file__).parent


def test_no_two_classes_have_one_name() -> None:
    places = defaultdict(list)
    for path in ROOT.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ClassDef):
                places[node.name].append(str(path.relative_to(ROOT)))
    assert {name: where for name, where in places.items() if len(where) > 1} == {}
