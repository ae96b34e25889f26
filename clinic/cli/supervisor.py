"""Several processes as one: they start together, and when one ends, all do."""

from __future__ import annotations

import ctypes
import logging
import os
import shlex
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import honcho.manager
from honcho.manager import SYSTEM_PRINTER_NAME, Manager
from honcho.printer import Printer
from honcho.process import Popen, Process

log = logging.getLogger(__name__)

HOME = Path(__file__).resolve().parents[2]  # where celery_worker.py is
ASKED_TO_END = (130, 143)  # honcho's words for Ctrl-C and SIGTERM
PR_SET_PDEATHSIG = 1

# Long enough for a mail server's answer to the mail in flight, and short for somebody who pressed Ctrl-C.
honcho.manager.KILL_WAIT = 8


def supervise(
    commands: Mapping[str, list[str]], environment: Mapping[str, str], wait_for: Path | None
) -> int:
    """Run until somebody asks to end, or one of them does; returns the exit code.

    The first begins at once; the others wait for the file `wait_for` if it is given.
    """
    manager = Manager(Lines(prefix=False))
    manager._process_ctor = Mortal
    for position, (name, words) in enumerate(commands.items()):
        line = f"exec {shlex.join(words)}"
        if wait_for is not None and position > 0:
            line = f"while [ ! -e {shlex.quote(str(wait_for))} ]; do sleep 0.05; done; {line}"
        manager.add_process(name, line, env=dict(environment), cwd=str(HOME))
    manager.loop()
    code = int(manager.returncode or 0)
    return 0 if code in ASKED_TO_END else code


class Lines(Printer):
    """What the processes say, as they say it: each line names its process, and so do the supervisor's."""

    def write(self, message: Any) -> None:
        if message.name == SYSTEM_PRINTER_NAME:
            log.info("%s", message.data.strip())
        else:
            super().write(message)


class Mortal(Process):
    """Ends with its supervisor even when that one is killed: an orphan would disturb the next copy."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._child_ctor = _popen

    def run(self, events: Any = None, ignore_signals: bool = False) -> None:
        die_with_parent(signal.SIGKILL)
        super().run(events, ignore_signals)


def _popen(command: str, **options: Any) -> Any:
    return Popen(command, preexec_fn=lambda: die_with_parent(signal.SIGTERM), **options)


def die_with_parent(number: signal.Signals) -> None:
    """Have this process get the signal when the one that started it ends, however that ends."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, number, 0, 0, 0)
        if os.getppid() == 1:
            os.kill(os.getpid(), number)
