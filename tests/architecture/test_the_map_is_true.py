"""What is written for the next engineer is so: the packages, modules, files and targets that it names."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.faults.stage import ROOT

pytestmark = pytest.mark.sqlite_only  # no database is asked

READ = {
    name: (ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "docs/map.md", "docs/glossary.md")
}
PATH = re.compile(r"`([\w.-]+(?:/[\w.-]+)+)`")
TARGET = re.compile(r"(?:^|`)(?:[A-Z_]+=\S+ )?make ([a-z-]+)", re.M)
BELOW = ("", "clinic", "clinic/services", "clinic/web", "clinic/templates", "tests")


def _contract() -> list[list[str]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    contracts = settings["tool"]["importlinter"]["contracts"]
    (services,) = [each for each in contracts if each.get("containers") == ["clinic.services"]]
    return [[name.strip() for name in layer.split("|")] for layer in services["layers"]]


def test_the_map_has_each_package_of_services_where_the_contract_has_it() -> None:
    rows = [line.split("|")[1:3] for line in READ["docs/map.md"].splitlines() if line.startswith("| `")]
    assert [re.findall(r"`(\w+)`", names) for names, _ in rows] == _contract()
    for names, told in rows:
        assert names.count("·") == told.count("·"), names


def _is_there(named: str) -> bool:
    """Whether a file, a package or a module's name is somewhere below; `a/b.c` may be a name `c` of `a/b`."""
    module, _, name = named.rpartition(".")
    for folder in BELOW:
        place = ROOT / folder / named
        if place.exists() or place.with_name(f"{place.name}.py").exists():
            return True
        held = _source(ROOT / folder / module) if module else ""
        if re.search(rf"^(?:def |class )?{re.escape(name)}\b", held, re.M):
            return True
    return False


def _source(module: Path) -> str:
    for file in (module.with_name(f"{module.name}.py"), module / "__init__.py"):
        if file.exists():
            return file.read_text("utf-8")
    return ""


@pytest.mark.parametrize("page", READ)
def test_each_path_that_is_named_is_there(page: str) -> None:
    named = [each for each in PATH.findall(READ[page]) if not each.startswith("-")]
    assert [each for each in named if not _is_there(each)] == []


@pytest.mark.parametrize("page", READ)
def test_each_target_that_is_named_is_one(page: str) -> None:
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.M))
    assert set(TARGET.findall(READ[page])) <= targets


@pytest.mark.parametrize("named", ["domain/no_such_rule", "web/authz.no_such_name", "services/nothing.py"])
def test_what_is_gone_is_missed(named: str) -> None:
    assert not _is_there(named)
