"""A command goes by the server's settings, or says which it wants; it never begins an empty place."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from clinic.cli.settings import refuse_without_settings
from clinic.cli.trouble import CannotStart
from tests import commands

pytestmark = pytest.mark.sqlite_only  # no database is asked


def refused(command: str, environ: dict[str, str], here: Path, **known: object) -> str:
    try:
        refuse_without_settings(command, environ, here, **known)  # type: ignore[arg-type]
    except CannotStart as told:
        return told.message
    return ""


def clinic(
    folder: Path, *words: str, program: str = "from clinic.cli import main; main()"
) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    return commands.run(["-c", program, *words], environment, folder)


class TestWithoutSettings:
    @pytest.mark.parametrize(
        "command", ["backup", "restore", "init", "user", "db", "import", "outbox", "mail"]
    )
    def test_root_is_asked_which_are_meant(self, command: str, tmp_path: Path) -> None:
        nowhere = tmp_path / "no such file"
        told = refused(command, {}, tmp_path, is_root=True, server=nowhere)
        assert f"clinic --env-file FILE {command}" in told

    @pytest.mark.parametrize("command", ["serve", "demo"])
    def test_trying_it_out_needs_none(self, command: str, tmp_path: Path) -> None:
        assert not refused(command, {}, tmp_path, is_root=True, server=tmp_path / "no such file")

    def test_records_that_are_there_are_meant(self, tmp_path: Path) -> None:
        (tmp_path / "instance").mkdir()
        assert not refused("backup", {}, tmp_path, is_root=True, server=tmp_path / "no such file")

    def test_somebody_else_than_root_makes_nothing_that_others_trip_over(self, tmp_path: Path) -> None:
        assert not refused("backup", {}, tmp_path, is_root=False, server=tmp_path / "no such file")

    @pytest.mark.parametrize("command", ["serve", "demo", "backup"])
    @pytest.mark.parametrize("is_root", [True, False])
    def test_on_a_server_its_own_file_is_named(self, command: str, is_root: bool, tmp_path: Path) -> None:
        file = tmp_path / "regroove.env"
        file.touch()
        assert str(file) in refused(command, {}, tmp_path, is_root=is_root, server=file)

    @pytest.mark.parametrize("name", ["CLINIC_ENV", "CLINIC_DATA_DIR", "CLINIC_DATABASE_URL"])
    def test_settings_that_are_given_are_gone_by(self, name: str, tmp_path: Path) -> None:
        file = tmp_path / "regroove.env"
        file.touch()
        assert not refused("backup", {name: "given"}, tmp_path, is_root=True, server=file)

    @pytest.mark.parametrize("on_a_server", [True, False])
    def test_a_file_that_names_no_records_is_at_fault(self, on_a_server: bool, tmp_path: Path) -> None:
        file = tmp_path / "regroove.env"
        if on_a_server:
            file.touch()
        told = refused("backup", {}, tmp_path, is_root=True, has_file=True, server=file)
        assert "The file that --env-file names says nothing of where the records are" in told
        assert "clinic --env-file" not in told


def test_an_empty_file_of_settings_is_not_asked_for_again(tmp_path: Path) -> None:
    file = tmp_path / "empty.env"
    file.touch()
    as_root = "import os; os.geteuid = lambda: 0; from clinic.cli import main; main()"
    ended = clinic(tmp_path, "--env-file", str(file), "backup", "all.gz", program=as_root)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert "The file that --env-file names" in ended.stderr
    assert [*tmp_path.iterdir()] == [file]


def test_root_without_settings_leaves_nothing_behind(tmp_path: Path) -> None:
    as_root = "import os; os.geteuid = lambda: 0; from clinic.cli import main; main()"
    ended = clinic(tmp_path, "backup", "all.gz", program=as_root)
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)
    assert list(tmp_path.iterdir()) == []


def test_a_file_of_settings_is_read(tmp_path: Path) -> None:
    file, records = tmp_path / "regroove.env", tmp_path / "records"
    file.write_text(f"# as systemd reads it\nCLINIC_DATA_DIR={records}\nCLINIC_PORT=99999\n")
    ended = clinic(tmp_path, "--env-file", str(file), "outbox")
    assert ended.returncode == 2
    assert "CLINIC_PORT" in ended.stderr
    file.write_text(f"CLINIC_DATA_DIR='{records}'\n")
    assert clinic(tmp_path, "--env-file", str(file), "demo", "--clients", "5").returncode == 0
    assert (records / "regroove.sqlite3").exists()
