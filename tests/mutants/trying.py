"""Trying a fault: a process of its own imports the changed module and runs the tests nearest to it."""

from __future__ import annotations

import gc
import importlib.abc
import importlib.machinery
import importlib.util
import os
import resource
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import HealthCheck, Phase, settings

import clinic  # noqa: F401  the frameworks are loaded once, before the forks; of ours the package alone
from tests.mutants.faults import Fault

MEMORY = 4 * 1024**3  # bytes of addresses: a list without end is stopped before it fills the machine
APP = ("clinic.web", "clinic.cli", "tests.factories.records")  # what the app loads as it starts
PATIENCE = 3  # times what the tests take without a fault
# nothing of pytest that a yes or no does without
BARE = ("-x", "-q", "--tb=no", "--assert=plain", "--disable-plugin-autoload")
WITHOUT = ("cacheprovider", "unraisableexception", "threadexception", "faulthandler", "junitxml")
QUIET = (*BARE, *(word for plugin in WITHOUT for word in ("-p", f"no:{plugin}")))

# always the same examples, and none made smaller: that there is one is all that is asked
settings.register_profile(
    "mutants",
    max_examples=50,
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    suppress_health_check=list(HealthCheck),
)


@dataclass(frozen=True, slots=True)
class Target:
    """A module, the tests that answer for it, and whether they need the app and its database."""

    module: str
    tests: tuple[str, ...]
    needs_app: bool = False

    @property
    def path(self) -> Path:
        """Where its source stands."""
        return Path(self.module.replace(".", "/") + ".py")


def survivors(target: Target, faults: Sequence[Fault]) -> list[Fault]:
    """The faults that no test of the target notices; SystemExit where the tests fail without one."""
    settings.load_profile("mutants")
    for name in (target.module, *APP) if target.needs_app else ():
        importlib.import_module(name)
    gc.freeze()
    fine, seconds = _wait(_fork(target, target.path.read_text(), None))
    if not fine:
        raise SystemExit(f"The tests of {target.module} fail without a fault: {' '.join(target.tests)}")
    limit = int(PATIENCE * seconds) + 2
    return [fault for fault, alive in _side_by_side(target, faults, limit) if alive]


def _side_by_side(target: Target, faults: Sequence[Fault], limit: int) -> Iterator[tuple[Fault, bool]]:
    running: dict[int, Fault] = {}
    waiting = list(reversed(faults))
    while waiting or running:
        while waiting and len(running) < (os.cpu_count() or 1):
            fault = waiting.pop()
            running[_fork(target, fault.code, limit)] = fault
        pid, status = os.wait()
        yield running.pop(pid), os.waitstatus_to_exitcode(status) == 0


def _fork(target: Target, code: str, limit: int | None) -> int:
    sys.stdout.flush()
    pid = os.fork()
    if pid == 0:
        os._exit(_in_child(target, code, limit))
    return pid


def _wait(pid: int) -> tuple[bool, float]:
    _, status, usage = os.wait4(pid, 0)
    return os.waitstatus_to_exitcode(status) == 0, usage.ru_utime + usage.ru_stime


def _in_child(target: Target, code: str, limit: int | None) -> int:
    """The exit code of the tests over the changed module."""
    try:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 1)
        os.dup2(nowhere, 2)
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        if limit is not None:
            resource.setrlimit(resource.RLIMIT_CPU, (limit, limit))
        _put_in(target, code)
        alone = () if target.needs_app else ("--noconftest",)
        return int(pytest.main([*QUIET, *alone, *target.tests]))
    except BaseException:
        return 1


def _put_in(target: Target, code: str) -> None:
    if target.needs_app:
        exec(compile(code, str(target.path), "exec", dont_inherit=True), vars(sys.modules[target.module]))
    else:
        sys.meta_path.insert(0, _Changed(target, code))


class _Changed(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Imports one module from the changed source."""

    def __init__(self, target: Target, code: str) -> None:
        self.target, self.code = target, code

    def find_spec(
        self, name: str, path: object = None, target: object = None
    ) -> importlib.machinery.ModuleSpec | None:
        if name != self.target.module:
            return None
        return importlib.util.spec_from_loader(name, self, origin=str(self.target.path))

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.code, str(self.target.path), "exec", dont_inherit=True), vars(module))
