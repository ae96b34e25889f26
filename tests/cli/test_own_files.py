"""What holds records or opens them is its user's alone, whatever the folder and the umask say."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path

import pytest
from sqlalchemy import make_url

from tests import commands

pytestmark = pytest.mark.sqlite_only


def clinic(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return commands.run([*commands.CLINIC, *words], with_records_in(folder))


def with_records_in(folder: Path) -> dict[str, str]:
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return theirs | {"CLINIC_DATA_DIR": str(folder)}


def open_to_others(folder: Path) -> set[str]:
    return {path.name for path in folder.rglob("*") if path.is_file() and path.stat().st_mode & 0o077}


def test_every_file_is_made_closed_in_a_folder_that_is_open(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    done = clinic(tmp_path, "db", "upgrade")
    assert done.returncode == 0, done.stderr
    with sqlite3.connect(tmp_path / "regroove.sqlite3") as other:  # so that -wal and -shm are there
        other.execute("SELECT count(*) FROM practice").fetchall()
        assert clinic(tmp_path, "outbox", "show").returncode == 0
        assert len(list(tmp_path.glob("regroove.sqlite3*"))) == 3
        assert open_to_others(tmp_path) == set()
    other.close()


def test_what_a_process_makes_in_passing_is_its_users_alone(tmp_path: Path) -> None:
    program = "from clinic import create_app_from_env; create_app_from_env(); open('in-passing', 'w').close()"
    data = tmp_path / "data"
    data.mkdir()
    done = commands.run(["-c", program], with_records_in(data), tmp_path)
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "in-passing").exists()
    assert open_to_others(tmp_path) == set()


def test_files_of_an_older_release_are_closed(template: str, tmp_path: Path) -> None:
    shutil.copyfile(str(make_url(template).database), tmp_path / "regroove.sqlite3")
    (tmp_path / "regroove.sqlite3").chmod(0o644)
    assert clinic(tmp_path, "outbox", "show").returncode == 0
    assert open_to_others(tmp_path) == set()


def test_a_secret_that_others_can_read_stops_the_start_in_one_line(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("0123456789abcdef" * 4)
    (tmp_path / "secret.key").chmod(0o644)
    done = clinic(tmp_path, "outbox", "show")
    assert done.returncode == 2
    assert len(done.stderr.strip().splitlines()) == 1
    assert f"Run chmod 600 {tmp_path / 'secret.key'}" in done.stderr
