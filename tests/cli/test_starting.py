"""How a process starts: what it imports, and what the collector of garbage does meanwhile and afterwards."""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any

import pytest

from clinic import starting
from clinic.cli.command import OF_LIBRARIES
from tests.faults.stage import ROOT

pytestmark = pytest.mark.sqlite_only  # no database is asked

TOLD = (
    "import atexit, gc, json, sys; atexit.register(lambda: print(json.dumps({"
    "'modules': list(sys.modules), 'looks': gc.isenabled(), 'every': gc.get_threshold(), "
    "'kept': gc.get_freeze_count()}), file=sys.stderr)); "
)


def told_by(folder: Path, program: str, *words: str) -> dict[str, Any]:
    """What a fresh process has become when it ends; its last line says so."""
    done = subprocess.run(
        [sys.executable, "-c", TOLD + program, *words],
        cwd=ROOT,
        env=os.environ | {"CLINIC_DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    told: dict[str, Any] = json.loads(done.stderr.splitlines()[-1])
    return told | {"code": done.returncode, "said": done.stdout}


@pytest.fixture
def collector() -> Iterator[None]:
    """The collector of this process as it was, afterwards."""
    every = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*every)
    gc.enable()


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """A command that reads no settings of its own and builds the app."""
    return told_by(tmp_path_factory.mktemp("command"), "from clinic.cli import main; main()", "routes")


def test_what_a_start_made_is_not_looked_through_again(command: dict[str, Any]) -> None:
    assert command["code"] == 0
    assert command["looks"]
    assert command["every"] == [20_000, 20, 50]
    assert command["kept"] > 200_000


def test_a_command_imports_nothing_that_it_is_not_asked_for(command: dict[str, Any]) -> None:
    assert "clinic.web.practitioner.second_step" in command["modules"]
    assert {*starting.LATE, "psycopg", "rich"}.isdisjoint(command["modules"])


def test_a_command_that_cannot_start_ends_as_before(tmp_path: Path) -> None:
    failed = told_by(
        tmp_path,
        "import os; os.environ['CLINIC_PORT'] = 'none'; import clinic; clinic.celery_from_env('worker')",
    )
    assert (failed["code"], failed["looks"]) == (2, True)


def test_a_web_server_has_all_it_will_need() -> None:
    starting.import_the_rest()
    assert set(starting.LATE) <= set(sys.modules)


def test_the_collector_looks_away_only_while_a_process_starts(collector: None) -> None:
    with starting.made_to_stay():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="no"), starting.made_to_stay():
        raise ValueError("no")
    assert gc.isenabled()


def test_commands_of_libraries_are_known_by_name() -> None:
    assert {command.name for command in entry_points(group="flask.commands")} == OF_LIBRARIES
