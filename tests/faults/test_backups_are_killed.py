"""A backup that is killed in the middle leaves nothing under its name, and the next one goes well."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.stage import ROOT, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.sqlite_only]
CLINIC = [sys.executable, "-c", "from clinic.cli import main; main()"]


def start(folder: Path, *words: str) -> subprocess.Popen[str]:
    theirs = {name: value for name, value in os.environ.items() if not name.startswith("CLINIC_")}
    environment = theirs | {"CLINIC_DATA_DIR": str(folder), "CLINIC_BACKUP_TO": str(folder / "kept")}
    return subprocess.Popen(
        [*CLINIC, *words],
        cwd=ROOT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(folder: Path, *words: str, code: int = 0) -> str:
    process = start(folder, *words)
    output = process.communicate(timeout=300)[0]
    assert process.returncode == code, output
    return output


def test_a_killed_backup_leaves_no_half_file_and_no_lock(tmp_path: Path) -> None:
    kept, unfinished = tmp_path / "kept", tmp_path / "backups" / "unfinished"
    kept.mkdir()
    said(tmp_path, "demo", "--clients", "300")
    (tmp_path / "sheet").write_text(said(tmp_path, "backup", "keys", "new"))

    nightly = start(tmp_path, "backup", "run")
    wait_until(lambda: any(each.stat().st_size for each in unfinished.glob(".*.partial")), 60, every=0.01)
    nightly.send_signal(signal.SIGKILL)
    nightly.communicate()
    assert [*kept.iterdir()] == []

    by_hand = start(tmp_path, "backup", str(tmp_path / "all.backup"))
    wait_until(lambda: any(each.stat().st_size for each in tmp_path.glob(".*.partial")), 60, every=0.01)
    by_hand.send_signal(signal.SIGKILL)
    by_hand.communicate()
    assert not (tmp_path / "all.backup").exists()

    # the dead one's lease is not over yet: nobody else is let in, and whoever asks is told
    assert "being made just now" in said(tmp_path, "backup", "run", code=2)
    assert "written to" in said(tmp_path, "backup", str(tmp_path / "all.backup"))
    assert "is whole" in said(
        tmp_path, "backup", "check", str(tmp_path / "all.backup"), "--key", str(tmp_path / "sheet")
    )
