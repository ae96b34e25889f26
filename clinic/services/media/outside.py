"""Programs beside ours that look at what people send: with an end to their time, and nothing of ours."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

LOOKS_EVERY = 1.0  # seconds


class ProgramFailed(Exception):
    """It ended with something else than nought."""


class ProgramTooSlow(Exception):
    """Its time was over, and it was ended."""


def run(words: Sequence[str], folder: Path, goes_on: Callable[[], None], seconds: float) -> bytes:
    """Run a program to its end, or end it; what it says on its way is about somebody's file, and not kept.

    Returns what it answers. Raises ProgramFailed, ProgramTooSlow, and whatever `goes_on` raises.
    """
    answer = folder / "answer"
    until = time.monotonic() + seconds
    with answer.open("wb") as out:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.DEVNULL,
            cwd=folder,
            env={"PATH": os.environ.get("PATH", os.defpath), "LANG": "C"},
        )
        try:
            os.setpriority(os.PRIO_PROCESS, process.pid, 10)  # pages first
            while process.poll() is None:
                goes_on()
                if time.monotonic() > until:
                    raise ProgramTooSlow
                _wait(process, min(LOOKS_EVERY, max(0.01, until - time.monotonic())))
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    if process.returncode != 0:
        raise ProgramFailed
    return answer.read_bytes()


def _wait(process: subprocess.Popen[bytes], seconds: float) -> None:
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        return
