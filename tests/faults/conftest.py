"""`--full`: the faults at the length that proves them; without it, a short form of each."""

from __future__ import annotations

import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--full", action="store_true", help="take the time that proves it")


@pytest.fixture
def full(request: pytest.FixtureRequest) -> bool:
    """Whether to take the time."""
    return bool(request.config.getoption("--full", default=False))
