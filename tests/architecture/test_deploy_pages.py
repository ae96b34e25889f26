"""What the pages of `docs/deploy` say is so: each command, setting, unit and address on them is tried."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import click
import pytest
from celery.bin.worker import worker as celery_worker
from flask import Flask
from gunicorn.config import make_settings

from clinic.cli.command import cli
from clinic.cli.default_group import DefaultGroup
from clinic.domain.health import HealthCheck
from tests.faults.stage import ROOT

PAGES = {page.name: page.read_text("utf-8") for page in sorted((ROOT / "docs" / "deploy").glob("*.md"))}
TOLD = "\n".join([*PAGES.values(), (ROOT / "README.md").read_text("utf-8")])
NAMING = PAGES | {name: (ROOT / name).read_text("utf-8") for name in ("README.md", "CONTRIBUTING.md")}
SETTING = re.compile(r"\bCLINIC_[A-Z][A-Z_]*[A-Z]\b")
CODE = "\n".join(
    file.read_text("utf-8") for file in [ROOT / "config.py", *sorted((ROOT / "clinic").rglob("*.py"))]
)
NOT_FOR_OPERATORS = {"CLINIC_DEMO", "CLINIC_TEST"}  # set by `clinic serve` for what it starts
UNIT = re.compile(r"^ *\[Unit\]\n(?:.*\n)*?(?= *```)", re.M)
COMMAND = re.compile(r"(?:^|`|/bin/| )clinic((?: [a-z][a-z-]+)+)")
LINK = re.compile(r"\]\(([a-z-]+\.md)\)")

pytestmark = pytest.mark.sqlite_only  # no database is asked


def test_each_setting_of_the_code_is_told_and_each_told_is_one_of_the_code() -> None:
    in_code = set(SETTING.findall(CODE)) - NOT_FOR_OPERATORS
    assert in_code - set(SETTING.findall(TOLD)) == set()
    assert set(SETTING.findall("\n".join(PAGES.values()))) - in_code == set()


@pytest.mark.parametrize("page", PAGES)
def test_each_page_that_is_named_is_there(page: str) -> None:
    assert set(LINK.findall(PAGES[page])) - set(PAGES) == set()


@pytest.mark.parametrize("page", NAMING)
def test_each_command_is_one(page: str, app: Flask) -> None:
    unknown = [words for words in COMMAND.findall(NAMING[page]) if not _is_command(app, words.split())]
    assert unknown == []


def _is_command(app: Flask, words: list[str]) -> bool:
    """Whether it begins with commands there are; what follows may be anything."""
    found: click.Command | None = app.cli.commands.get(words[0]) or cli.commands.get(words[0])
    for word in words[1:]:
        if not isinstance(found, click.Group) or (
            isinstance(found, DefaultGroup) and word not in found.commands
        ):
            break  # a file of that name
        found = found.commands.get(word)
    return found is not None


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="needs systemd")
def test_units_are_such_as_systemd_takes(tmp_path: Path) -> None:
    (unit,) = UNIT.findall(PAGES["one-server.md"])
    file = tmp_path / "regroove.service"
    lines = [line.strip() for line in unit.splitlines()]
    here = [re.sub(r"^ExecStart=.*", f"ExecStart={sys.executable} -V", line) for line in lines]
    file.write_text("\n".join(here) + "\n")
    told = subprocess.run(
        ["systemd-analyze", "verify", str(file)], capture_output=True, text=True, check=False
    )
    ours = [line for line in told.stderr.splitlines() if "regroove" in line and "not executable" not in line]
    assert ours == []


def test_options_of_gunicorn_are_such_as_it_knows() -> None:
    (line,) = re.findall(r"gunicorn (--[^\n]*\\\n[^\n]*)", PAGES["several-servers.md"])
    known = {option for setting in make_settings().values() for option in setting.cli or ()}
    assert set(re.findall(r"--[a-z-]+", line)) <= known


def test_options_of_celery_are_such_as_it_knows() -> None:
    (line,) = re.findall(r"celery_worker --quiet worker (--[^\n]*)", PAGES["several-servers.md"])
    known = {option for parameter in celery_worker.params for option in parameter.opts}
    assert set(re.findall(r"--[a-z-]+", line)) <= known


def test_addresses_that_are_asked_are_pages(app: Flask) -> None:
    asked = {
        path for text in PAGES.values() for path in re.findall(r"(/(?:healthz|readyz|livez|metrics))\b", text)
    }
    assert asked <= {rule.rule for rule in app.url_map.iter_rules()}


def test_the_night_page_explains_what_the_health_page_may_name(app: Flask) -> None:
    (table,) = re.findall(r"^\| What it says.*?\n\n", PAGES["at-night.md"], re.S | re.M)
    said = " ".join(line.split("|")[1] for line in table.splitlines() if line)
    explained = set(re.findall(r"`([a-z_]+)`", said))
    named = {*HealthCheck, "database", "broker", "mail_server", "in_doubt"}
    assert named - explained == set()
    told = json.dumps(app.test_client().get("/healthz").get_json())
    assert {name for name in explained - {*HealthCheck} if f'"{name}' not in told} == set()


def test_the_wrapper_is_a_script(tmp_path: Path) -> None:
    (script,) = re.findall(r"<<'END'\n(.*?)^END$", PAGES["releases.md"], re.S | re.M)
    file = tmp_path / "clinic"
    file.write_text(script)
    subprocess.run(["sh", "-n", str(file)], check=True)
    assert '--env-file /etc/regroove.env "$@"' in script
