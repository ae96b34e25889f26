"""Rules of the design that a reader could forget and a machine does not."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from clinic.domain.types import Audience
from clinic.web.assets import BUNDLES, STATIC
from clinic.web.authz import Rule

ROOT = Path(__file__).resolve().parents[2]
CLINIC = ROOT / "clinic"
MODULES = sorted(CLINIC.rglob("*.py"))


def calls(path: Path) -> Iterator[ast.Call]:
    return (node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call))


def called(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def test_there_is_one_place_that_commits() -> None:
    places = {
        str(path.relative_to(CLINIC)) for path in MODULES for call in calls(path) if called(call) == "commit"
    }
    assert places == {"services/transaction.py"}


def test_the_domain_never_reads_the_clock() -> None:
    clock = {"now", "today", "utcnow", "time", "monotonic"}
    readers = [
        f"{path.name}:{call.lineno}"
        for path in (CLINIC / "domain").glob("*.py")
        for call in calls(path)
        if called(call) in clock
        and isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in {"datetime", "date", "time"}
    ]
    assert readers == []


@pytest.mark.parametrize("name", ["models.py", "forms.py", "utils.py", "helpers.py", "views.py"])
def test_no_module_holds_everybodys_things(name: str) -> None:
    assert not [path for path in MODULES if path.name == name]


def test_no_template_marks_data_as_safe() -> None:
    marked = [
        f"{path.relative_to(CLINIC)}:{number}"
        for path in (CLINIC / "templates").rglob("*.html")
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if "|safe" in line.replace(" ", "")
    ]
    assert marked == []


def test_every_address_has_a_rule_with_an_audience(migrated_app: Flask) -> None:
    policy: dict[str, Rule] = migrated_app.extensions["policy"]
    endpoints = {rule.endpoint for rule in migrated_app.url_map.iter_rules()} - {"static"}
    assert endpoints == set(policy)
    assert all(isinstance(rule.audience, Audience) for rule in policy.values())


def test_every_address_with_an_id_says_whose_record_it_is(migrated_app: Flask) -> None:
    policy: dict[str, Rule] = migrated_app.extensions["policy"]
    with_ids = [
        rule
        for rule in policy.values()
        if "<" in rule.path.replace("<any(", "") and rule.audience != Audience.DEV
    ]
    assert [rule.path for rule in with_ids if rule.record is None] == []


def test_only_what_machines_send_works_without_a_form_token(migrated_app: Flask) -> None:
    policy: dict[str, Rule] = migrated_app.extensions["policy"]
    without = {rule.endpoint for rule in policy.values() if not rule.csrf}
    # a mail program's one click, and a mail server's report, which brings a secret of its own
    assert without == {"public.unsubscribe.show", "api.bounces.take"}


def test_the_policy_can_be_read_by_a_machine(migrated_app: Flask) -> None:
    answer = migrated_app.test_cli_runner().invoke(args=["policy", "list", "--json"])
    rows = json.loads(answer.output)
    assert {"rule", "endpoint", "methods", "audience", "record"} == set(rows[0])
    assert len(rows) == len(migrated_app.extensions["policy"])


def classes_dressed(sheet: Path) -> set[str]:
    return set(re.findall(r"^\s*\.([\w-]+)\s*[,{]", sheet.read_text("utf-8"), re.MULTILINE))


def test_the_sheet_of_one_page_dresses_nothing_that_stands_on_all_of_them() -> None:
    """The notices of the frame were taller above assessments, whose findings had the same class."""
    frame = {STATIC / "css" / f"{name}.css" for name in BUNDLES["css/regroove.css"]}
    of_all = set().union(*map(classes_dressed, frame))
    of_one = {
        sheet.stem: sorted(classes_dressed(sheet) & of_all)
        for sheet in sorted(set((STATIC / "css").glob("*.css")) - frame)
    }
    assert {name: found for name, found in of_one.items() if found} == {}
