"""`clinic serve` without the seconds in which it, web and worker would each import everything.

It is forked off the process that has done so (`tests/commands`), and web and worker are forked off it, where
the product starts new interpreters. All else is as it is: the same supervisor, words and number of processes.
"""

from __future__ import annotations

import contextvars
import os
import shlex
import signal
import subprocess
import sys
import traceback
from importlib import import_module
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any, NoReturn

from tests import commands

supervisor = import_module("clinic.cli.supervisor")
_started_anew = supervisor._popen
commands.FORKING.set_forkserver_preload(
    [
        *("tests.imported", "tests.journeys.forked", "gunicorn.app.wsgiapp", "clinic.serving.worker"),
        *("clinic.serving.logs", "celery.bin.celery", "celery.apps.beat", "celery.concurrency.prefork"),
        *("kombu.transport.redis",),
    ]
)


class Serving(ForkServerProcess):
    """One `clinic serve`; answers as a `subprocess.Popen` does."""

    def __init__(self, options: tuple[str, ...], environment: dict[str, str], log: Path) -> None:
        super().__init__()
        self._words = [*commands.CLINIC, "serve", *options]
        self._environment = environment
        self._log = log

    def run(self) -> None:
        os.setsid()
        supervisor._popen = _child
        # It greets whoever reads along, in a thread that would be forked in the middle of what it does.
        import_module("clinic.cli.serve")._announce = lambda *_: None
        log = os.open(self._log, os.O_CREAT | os.O_WRONLY | os.O_APPEND)
        commands.become(self._words, self._environment, commands.ROOT, log, log)

    def poll(self) -> int | None:
        return self.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        if self.exitcode is None and self.pid:
            os.kill(self.pid, number)

    def wait(self, seconds: float) -> None:
        self.join(seconds)
        if self.exitcode is None:
            raise subprocess.TimeoutExpired(self._words, seconds)


def _child(command: str, **options: Any) -> Any:
    """What the supervisor starts: the broker as ever, what is Python's as a fork."""
    before, _, line = command.rpartition("exec ")
    program, *words = shlex.split(line)
    if program != sys.executable:
        return _started_anew(command, **options)
    return Fork(before, words, **options)


class Fork:
    """A process forked off this one; answers as far as honcho asks."""

    def __init__(self, before: str, words: list[str], env: dict[str, str], cwd: str) -> None:
        out, into = os.pipe()
        self.returncode: int | None = None
        self.pid = os.fork()
        if not self.pid:  # in a context of its own: Flask's of the one that serves would stand in it
            contextvars.Context().run(_be, before, words, env, Path(cwd), into)
        os.close(into)
        self.stdout = os.fdopen(out, "rb")

    def wait(self) -> None:
        self.returncode = os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


def _be(before: str, words: list[str], environment: dict[str, str], folder: Path, into: int) -> NoReturn:
    code: object = 1
    try:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        os.setsid()
        supervisor.die_with_parent(signal.SIGTERM)
        subprocess.run(["/bin/sh", "-c", f"{before} :"], check=True)
        sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]
        commands.become(words, environment, folder, into, into)
        code = 0
    except SystemExit as ended:
        code = ended.code or 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code if isinstance(code, int) else 1)
