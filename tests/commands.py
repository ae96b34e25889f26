"""Commands as processes of their own, without the seconds in which each would import everything.

They are forked off a process that has done so and nothing else: it knows no app, no settings and no database.
What is about the start itself (the wheel, gunicorn and Celery as they are started) starts a new interpreter.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import runpy
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CLINIC = ("-c", "from clinic.cli import main; main()")

FORKING = multiprocessing.get_context("forkserver")
FORKING.set_forkserver_preload(["tests.imported"])


def run(
    words: list[str], environment: dict[str, str], folder: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """What `python WORDS` does and says; the words begin with -c or -m."""
    with tempfile.TemporaryDirectory() as told:
        files = Path(told, "out"), Path(told, "err")
        process = FORKING.Process(target=_told, args=(words, environment, folder, files))
        process.start()
        process.join(120)
        code = process.exitcode
        process.kill()  # where it has not ended
        process.join()
        said = [file.read_text("utf-8") for file in files]
    if code is None:
        raise subprocess.TimeoutExpired(words, 120, *said)
    return subprocess.CompletedProcess(words, code, *said)


def _told(words: list[str], environment: dict[str, str], folder: Path, files: tuple[Path, Path]) -> None:
    become(words, environment, folder, *(os.open(file, os.O_CREAT | os.O_WRONLY) for file in files))


def become(words: list[str], environment: dict[str, str], folder: Path, out: int, err: int) -> None:
    """Be that process, as far as a process can tell, and write into these."""
    for descriptor, written in enumerate((out, err), start=1):
        os.dup2(written, descriptor)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(folder)
    os.umask(0o022)  # as a shell has it
    kind, program, *rest = words
    sys.argv = [program if kind == "-m" else kind, *rest]
    try:
        if kind == "-m":
            runpy.run_module(program, run_name="__main__", alter_sys=True)
        else:
            exec(program, {"__name__": "__main__"})
    finally:
        atexit._run_exitfuncs()  # a process that was forked leaves them out, before Python 3.13
