"""What a role may do is asked of `domain.access`: nobody above it compares a role or names one.

A role is data where an account is made, or where the owner is looked for; those places are named here.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import clinic
from clinic.domain.types import Role

pytestmark = pytest.mark.sqlite_only  # no database is asked
HOME = Path(clinic.__file__).parent
NAMES_ROLES = {
    "services/actors.py",  # makes somebody of the practice a client who only looks
    "services/practices.py",  # begins with an owner
    "services/clients/invitations.py",  # makes a client's account
    "services/clients/importing.py",  # imports in the name of the owner
    "services/demo/__init__.py",
    "services/demo/record.py",
}
ASKED = {"WORDS", "Permission", "Policy", "STAFF", "holds", "is_staff", "may", "roles_with"}
WORDS = "|".join(role.value for role in Role)
IN_A_TEMPLATE = re.compile(rf"\brole\b[^%}}]*[\"'](?:{WORDS})[\"']")


def above_the_domain() -> Iterator[Path]:
    for part in ("services", "web", "tasks", "cli"):
        yield from sorted((HOME / part).rglob("*.py"))


def wrongs(source: str, *, names_roles: bool) -> Iterator[str]:
    """Lines that name a role, compare one to a word, or take another thing out of `domain.access`."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and node.value.id == "Role":
            if not names_roles:
                yield f"Role.{node.attr} in line {node.lineno}"
        elif isinstance(node, ast.Compare) and _compares_a_role(node):
            if not names_roles:
                yield f"a role is compared in line {node.lineno}"
        elif isinstance(node, ast.ImportFrom) and node.module == "clinic.domain.access":
            yield from (f"{name.name} in line {node.lineno}" for name in node.names if name.name not in ASKED)


def _compares_a_role(node: ast.Compare) -> bool:
    sides = [node.left, *node.comparators]
    is_role = any(isinstance(side, ast.Attribute) and side.attr == "role" for side in sides)
    return is_role and not any("MeasureRole" in ast.dump(side) for side in sides)


def test_no_module_above_the_domain_decides_by_role() -> None:
    found = []
    for path in above_the_domain():
        name, source = str(path.relative_to(HOME)), path.read_text("utf-8")
        found += [f"{name}: {wrong}" for wrong in wrongs(source, names_roles=name in NAMES_ROLES)]
    assert found == []


def test_the_places_that_name_roles_do_so() -> None:
    for name in NAMES_ROLES:
        assert "Role." in (HOME / name).read_text("utf-8"), f"{name} needs no exception any more"


def test_no_template_decides_by_role() -> None:
    found = [
        f"{path.relative_to(HOME)}: {match[0]}"
        for path in sorted((HOME / "templates").rglob("*"))
        if path.is_file()
        for match in IN_A_TEMPLATE.finditer(path.read_text("utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    [
        "if actor.role is Role.OWNER: ...",
        "if actor.role in CLINICIANS: ...",
        "if actor.role == 'assistant': ...",
        "from clinic.domain.access import PERMISSIONS",
    ],
)
def test_each_way_around_is_found(source: str) -> None:
    assert list(wrongs(source, names_roles=False))


@pytest.mark.parametrize(
    "source", ['{% if actor.role == "owner" %}', "{% if actor.role in ('owner', 'practitioner') %}"]
)
def test_each_way_around_in_a_template_is_found(source: str) -> None:
    assert IN_A_TEMPLATE.search(source)
