"""`clinic serve --reload`: what it runs starts anew when a file changes, even after code that failed."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.serving import family, lives
from tests.faults.stage import ROOT, wait_until

KEEP = "import sys; from pathlib import Path; from clinic.cli.reloading import keep_running; {}"
RUN = KEEP.format("keep_running([sys.executable, '-u', 'celery_worker.py'], Path(sys.argv[1]))")
COUNT_AND_WAIT = "open('starts', 'a').write('{}'); import time; time.sleep(60)"

pytestmark = pytest.mark.sqlite_only


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A checkout in small, whose program notes each of its starts."""
    templates = tmp_path / "clinic" / "templates" / "mail"
    templates.mkdir(parents=True)
    (templates / "subject.txt").write_text("Hello")
    (tmp_path / "celery_worker.py").write_text(COUNT_AND_WAIT.format("a"))
    return tmp_path


@pytest.fixture
def kept(home: Path) -> Iterator[subprocess.Popen[bytes]]:
    """It runs, and is kept running."""
    with subprocess.Popen(
        [sys.executable, "-c", RUN, str(home)], cwd=ROOT, stderr=subprocess.PIPE
    ) as process:
        try:
            wait_until(_started(home, "a"), 60)
            yield process
        finally:
            process.kill()


def test_it_starts_anew_when_a_template_changes(home: Path, kept: subprocess.Popen[bytes]) -> None:
    (home / "clinic" / "templates" / "mail" / "subject.txt").write_text("Good morning")
    wait_until(_started(home, "aa"), 15)


def test_code_that_does_not_load_waits_until_it_is_mended(home: Path, kept: subprocess.Popen[bytes]) -> None:
    (home / "celery_worker.py").write_text("open('starts', 'a').write('b'); raise NameError")
    wait_until(_started(home, "ab"), 15)
    (home / "celery_worker.py").write_text(COUNT_AND_WAIT.format("c"))
    wait_until(_started(home, "abc"), 15)
    assert kept.poll() is None


def test_nothing_outlives_its_end(kept: subprocess.Popen[bytes]) -> None:
    processes = family(kept.pid)
    kept.terminate()
    assert kept.wait(15) == 0
    assert processes
    assert not any(map(lives, processes))


def _started(home: Path, starts: str) -> Callable[[], bool]:
    return lambda: (home / "starts").exists() and (home / "starts").read_text() == starts
