"""`--full`: the faults at the length that proves them, and a table; without it, short forms of some.

A test marked `fault(full=True)` runs only then. One marked `fault(short_on="postgres")` is short only
on that database: a worker process takes seconds to start, and on the other one it would prove the same.
"""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from tests.backends import POSTGRES
from tests.faults.reckoning import Reckoning, Table

FULL = "--full"
TABLE = pytest.StashKey[Table]()


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(FULL, action="store_true", help="take the time that proves it")


def pytest_configure(config: pytest.Config) -> None:
    config.stash[TABLE] = Table()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption(FULL, default=False):
        return
    left_out = [item for item in items if not _in_short(item)]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if _in_short(item)]


def _in_short(item: pytest.Item) -> bool:
    words = {name: value for mark in item.iter_markers("fault") for name, value in mark.kwargs.items()}
    backend = "postgres" if POSTGRES else "sqlite"
    return not words.get("full") and words.get("short_on", backend) == backend


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    table = config.stash.get(TABLE, Table())
    if table.lines and config.getoption(FULL, default=False):
        terminalreporter.section("faults")
        terminalreporter.write_line(str(table))


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether to take the time."""
    return bool(request.config.getoption(FULL, default=False))


@pytest.fixture
def told(request: pytest.FixtureRequest) -> Callable[..., Reckoning]:
    """`told("fault", reckoning, in_doubt=3)`: check the reckoning and put it into the table."""

    begun = time.monotonic()

    def tell(fault: str, reckoning: Reckoning, *, in_doubt: int = 0) -> Reckoning:
        table = request.config.stash.get(TABLE, None)
        if table is not None:
            table.add(fault, reckoning, in_doubt, time.monotonic() - begun)
        return reckoning.holds(in_doubt=in_doubt)

    return tell
