"""A command that starts anew whenever the code changes: so `clinic serve --reload` runs web and worker.

Gunicorn's own reloader ends the server where code does not load, and Celery has none.
"""

from __future__ import annotations

import glob
import signal
import subprocess
import sys
import time
from pathlib import Path

from clinic.cli.supervisor import HOME, die_with_parent

WATCHED = (
    "clinic/**/*.py",
    "clinic/catalogue/data/*",
    "clinic/reports/*.typ",
    "clinic/static/**/*",
    "clinic/templates/**/*",
    "config.py",
    "celery_worker.py",
)
EVERY = 0.5  # seconds between two looks; one takes 8 ms


def keep_running(command: list[str], home: Path) -> None:
    """Run it until SIGTERM, anew after each change below `home`. One that fails waits for the next."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    while True:
        before = _changed_at(home)
        with subprocess.Popen(
            command, cwd=home, preexec_fn=lambda: die_with_parent(signal.SIGTERM)
        ) as running:
            try:
                while _changed_at(home) == before:
                    time.sleep(EVERY)
            finally:
                running.terminate()


def _changed_at(home: Path) -> dict[str, int]:
    """When each file was last changed, in nanoseconds."""
    names = {name for pattern in WATCHED for name in glob.glob(pattern, root_dir=home, recursive=True)}
    found = {}
    for name in names:
        try:
            found[name] = (home / name).stat().st_mtime_ns
        except FileNotFoundError:  # an editor saves by moving files about
            continue
    return found


if __name__ == "__main__":
    keep_running(sys.argv[1:], HOME)
